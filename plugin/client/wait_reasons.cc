// This source maps Slurm's reasons why a job waits to the obstacles of the watch over placed jobs.
// They were read in slurmctld of 22.05 to 26.05. The enumerators named here are in each of these
// releases, except those in #if.
#include <slurm/slurm.h>

#include "plugin/client/watched_jobs.h"

namespace carbon {
namespace {

struct Row {
  uint32_t reason;
  LimitKind kind;
  const char* tres = "";  // as in Obstacle::tres
};

// Limits of QOS by the kind that sacctmgr names. Slurm has one reason for each resource.
#define CARBON_EACH_RESOURCE(PREFIX, SUFFIX, KIND)                                     \
  {PREFIX##CPU##SUFFIX, KIND, "cpu"}, {PREFIX##MEM##SUFFIX, KIND, "mem"},              \
      {PREFIX##NODE##SUFFIX, KIND, "node"}, {PREFIX##ENERGY##SUFFIX, KIND, "energy"},  \
      {PREFIX##GRES##SUFFIX, KIND, "gres/"}, {PREFIX##LIC##SUFFIX, KIND, "license/"},  \
      {PREFIX##BB##SUFFIX, KIND, "bb/"}, {PREFIX##BILLING##SUFFIX, KIND, "billing"}, { \
    PREFIX##UNK##SUFFIX, KIND                                                          \
  }

constexpr Row kQosLimits[] = {
    {WAIT_QOS_GRP_JOB, LimitKind::kGrpJobs},
    {WAIT_QOS_GRP_SUB_JOB, LimitKind::kGrpSubmitJobs},
    {WAIT_QOS_GRP_WALL, LimitKind::kGrpWall},
    {WAIT_QOS_MAX_WALL_PER_JOB, LimitKind::kMaxWall},
    {WAIT_QOS_MAX_JOB_PER_USER, LimitKind::kMaxJobs},
    {WAIT_QOS_MAX_SUB_JOB, LimitKind::kMaxSubmitJobs},
    {WAIT_QOS_MAX_JOB_PER_ACCT, LimitKind::kMaxJobsPerAccount},
    {WAIT_QOS_MAX_SUB_JOB_PER_ACCT, LimitKind::kMaxSubmitJobsPerAccount},
    CARBON_EACH_RESOURCE(WAIT_QOS_GRP_, , LimitKind::kGrpTres),
    CARBON_EACH_RESOURCE(WAIT_QOS_GRP_, _MIN, LimitKind::kGrpTresMins),
    CARBON_EACH_RESOURCE(WAIT_QOS_GRP_, _RUN_MIN, LimitKind::kGrpTresRunMins),
    CARBON_EACH_RESOURCE(WAIT_QOS_MAX_, _PER_JOB, LimitKind::kMaxTresPerJob),
    CARBON_EACH_RESOURCE(WAIT_QOS_MAX_, _MINS_PER_JOB, LimitKind::kMaxTresMinsPerJob),
    CARBON_EACH_RESOURCE(WAIT_QOS_MAX_, _PER_USER, LimitKind::kMaxTresPerUser),
    CARBON_EACH_RESOURCE(WAIT_QOS_MAX_, _PER_ACCT, LimitKind::kMaxTresPerAccount),
    CARBON_EACH_RESOURCE(WAIT_QOS_MIN_, , LimitKind::kMinTresPerJob),
    {WAIT_QOS_MAX_CPU_PER_NODE, LimitKind::kMaxTresPerNode, "cpu"},
    {WAIT_QOS_MAX_MEM_PER_NODE, LimitKind::kMaxTresPerNode, "mem"},
    {WAIT_QOS_MAX_ENERGY_PER_NODE, LimitKind::kMaxTresPerNode, "energy"},
    {WAIT_QOS_MAX_GRES_PER_NODE, LimitKind::kMaxTresPerNode, "gres/"},
    {WAIT_QOS_MAX_BB_PER_NODE, LimitKind::kMaxTresPerNode, "bb/"},
    {WAIT_QOS_MAX_BILLING_PER_NODE, LimitKind::kMaxTresPerNode, "billing"},
    {WAIT_QOS_MAX_UNK_PER_NODE, LimitKind::kMaxTresPerNode},
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
    CARBON_EACH_RESOURCE(WAIT_QOS_MAX_, _RUN_MINS_PER_ACCT, LimitKind::kMaxTresRunMinsPerAccount),
    CARBON_EACH_RESOURCE(WAIT_QOS_MAX_, _RUN_MINS_PER_USER, LimitKind::kMaxTresRunMinsPerUser),
#endif
};
#undef CARBON_EACH_RESOURCE

}  // namespace

std::optional<Obstacle> ObstacleOf(uint32_t state_reason) {
  switch (state_reason) {
    case WAIT_PART_NODE_LIMIT:
      return Obstacle{.kind = Obstacle::Kind::kNodeLimit, .limit = {}};
    case WAIT_PART_TIME_LIMIT:
      return Obstacle{.kind = Obstacle::Kind::kTimeLimit, .limit = {}};
    case WAIT_PN_MEM_LIMIT:
      return Obstacle{.kind = Obstacle::Kind::kMemoryLimit, .limit = {}};
    case WAIT_PART_CONFIG:
    case WAIT_ACCOUNT:  // AllowAccounts, AllowGroups
    case WAIT_QOS:      // AllowQos
      return Obstacle{.kind = Obstacle::Kind::kAccess, .limit = {}};
    case FAIL_BAD_CONSTRAINTS:
      return Obstacle{.kind = Obstacle::Kind::kConstraints, .limit = {}};
    // These are of releases before 22.05, and may still be in their state files.
    case WAIT_QOS_JOB_LIMIT:
    case WAIT_QOS_RESOURCE_LIMIT:
    case WAIT_QOS_TIME_LIMIT:
      return Obstacle{.kind = Obstacle::Kind::kQosLimit, .limit = {}};
    default:
      break;
  }
  for (const Row& row : kQosLimits) {
    if (row.reason == state_reason) {
      return Obstacle{.kind = Obstacle::Kind::kQosLimit, .limit = row.kind, .tres = row.tres};
    }
  }
  // No other reason is an obstacle:
  //   - The job waits for its turn: WAIT_NO_REASON, WAIT_PRIORITY, WAIT_RESOURCES, WAIT_TIME,
  //     WAIT_ARRAY_TASK_LIMIT, WAIT_CLEANING, WAIT_PROLOG, FAIL_DEFER, WAIT_FED_JOB_LOCK,
  //     WAIT_MPI_PORTS_BUSY.
  //   - Somebody wants it to wait: WAIT_HELD, WAIT_HELD_USER, WAIT_DEPENDENCY, WAIT_DEP_INVALID,
  //     WAIT_RESERVATION, WAIT_RESV_DELETED, WAIT_RESV_INVALID.
  //   - The pool's state shows the reason: WAIT_PART_DOWN, WAIT_PART_INACTIVE, FAIL_DOWN_PARTITION,
  //     WAIT_NODE_NOT_AVAIL, FAIL_DOWN_NODE, WAIT_FRONT_END.
  //   - It is assumed to be the same in every partition, though an association may be for one of
  //     them: WAIT_ASSOC_*.
  //   - It is the same in every partition: FAIL_ACCOUNT, FAIL_QOS, WAIT_QOS_THRES,
  //     WAIT_ACCOUNT_POLICY, WAIT_LICENSES, burst buffers, power, IMEX channels, WAIT_MAX_REQUEUE.
  //   - Nodes may meet it later: FAIL_CONSTRAINTS (extra constraints).
  //   - It is about a run that failed: the other FAIL_*.
  return std::nullopt;
}

bool CannotStart(uint32_t state_reason) {
  switch (state_reason) {
    case WAIT_ASSOC_MAX_WALL_PER_JOB:
    case WAIT_ASSOC_MAX_CPU_PER_JOB:
    case WAIT_ASSOC_MAX_MEM_PER_JOB:
    case WAIT_ASSOC_MAX_NODE_PER_JOB:
    case WAIT_ASSOC_MAX_GRES_PER_JOB:
    case WAIT_ASSOC_MAX_BILLING_PER_JOB:
      return true;
    default:
      break;
  }
  const std::optional<Obstacle> obstacle = ObstacleOf(state_reason);
  if (!obstacle.has_value()) return false;
  if (obstacle->kind != Obstacle::Kind::kQosLimit) return true;
  switch (obstacle->limit.value_or(LimitKind::kGrpTres)) {
    case LimitKind::kMaxWall:
    case LimitKind::kMaxTresPerJob:
    case LimitKind::kMaxTresPerNode:
    case LimitKind::kMaxTresMinsPerJob:
    case LimitKind::kMinTresPerJob:
      return true;
    default:
      return false;
  }
}

}  // namespace carbon
