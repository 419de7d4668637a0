#include "core/admission/admission_limits.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/core/admission_cluster.h"

namespace carbon {
namespace {

constexpr char kInUse[] = "a limit there depends on what is in use";
constexpr char kTooLow[] = "a limit for each job there may be too low";
constexpr char kOtherwise[] = "a limit counts the job otherwise there";

// Limits that depend on the job alone are compared; those that depend on usage are not proven.
TEST(Admission, HeedsTheLimitsOfAPartitionsQos) {
  const auto with = [](Limit limit) {
    return [limit](Cluster& c) {
      c.there().qos = "own";
      c.own().limits = {limit};
    };
  };
  Check({
      {"GrpJobs", with({LimitKind::kGrpJobs, "", 1000}), kInUse},
      {"GrpSubmitJobs", with({LimitKind::kGrpSubmitJobs, "", 1000}), kInUse},
      {"GrpTRES", with({LimitKind::kGrpTres, "cpu", 1000}), kInUse},
      {"GrpTRESMins", with({LimitKind::kGrpTresMins, "cpu", 1000000}), kInUse},
      {"GrpTRESRunMins", with({LimitKind::kGrpTresRunMins, "cpu", 1000000}), kInUse},
      {"GrpWall", with({LimitKind::kGrpWall, "", 1000000}), kInUse},
      {"MaxJobsPerUser", with({LimitKind::kMaxJobs, "", 10}), kInUse},
      {"MaxJobsPerAccount", with({LimitKind::kMaxJobsPerAccount, "", 10}), kInUse},
      {"MaxSubmitJobsPerUser", with({LimitKind::kMaxSubmitJobs, "", 10}), kInUse},
      {"MaxSubmitJobsPerAccount", with({LimitKind::kMaxSubmitJobsPerAccount, "", 10}), kInUse},
      {"MaxTRESPerUser", with({LimitKind::kMaxTresPerUser, "gres/gpu", 10}), kInUse},
      {"MaxTRESPerAccount", with({LimitKind::kMaxTresPerAccount, "gres/gpu", 10}), kInUse},
      {"MaxTRESRunMinsPerAccount", with({LimitKind::kMaxTresRunMinsPerAccount, "cpu", 1000000}),
       kInUse},
      {"MaxTRESRunMinsPerUser", with({LimitKind::kMaxTresRunMinsPerUser, "cpu", 1000000}), kInUse},
      {"MaxTRESMins", with({LimitKind::kMaxTresMinsPerJob, "cpu", 1000000}), kTooLow},
      {"MaxTRES cpu", with({LimitKind::kMaxTresPerJob, "cpu", 3}), kTooLow},
      {"MaxTRES cpu kept", with({LimitKind::kMaxTresPerJob, "cpu", 4}), ""},
      {"MaxTRES gpu", with({LimitKind::kMaxTresPerJob, "gres/gpu", 7}), kTooLow},
      {"MaxTRES gpu kept, a node for each CPU", with({LimitKind::kMaxTresPerJob, "gres/gpu", 8}),
       ""},
      {"MaxTRES typed gpu", with({LimitKind::kMaxTresPerJob, "gres/gpu:h100", 1}), kTooLow},
      {"MaxTRES mem", with({LimitKind::kMaxTresPerJob, "mem", 99}), kTooLow},
      {"MaxTRES mem kept, a node for each CPU", with({LimitKind::kMaxTresPerJob, "mem", 400}), ""},
      {"MaxTRES mem, the default",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "mem", 400}};
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
         c.there().default_memory = c.home().default_memory = {100, false};
       },
       ""},
      {"MaxTRES mem, the default per CPU",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "mem", 399}};
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
         c.there().default_memory = c.home().default_memory = {100, true};
       },
       kTooLow},
      {"MaxTRES mem, no default",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "mem", 100000}};
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
       },
       kTooLow},
      {"MaxTRES node", with({LimitKind::kMaxTresPerJob, "node", 3}), kTooLow},
      {"MaxTRES node kept", with({LimitKind::kMaxTresPerJob, "node", 4}), ""},
      {"MaxTRES billing", with({LimitKind::kMaxTresPerJob, "billing", 1000}), kTooLow},
      {"MaxTRESPerNode", with({LimitKind::kMaxTresPerNode, "gres/gpu", 1}), kTooLow},
      {"MaxTRESPerNode kept", with({LimitKind::kMaxTresPerNode, "cpu", 4}), ""},
      {"MinTRES", with({LimitKind::kMinTresPerJob, "gres/gpu", 3}), kTooLow},
      {"MinTRES kept", with({LimitKind::kMinTresPerJob, "gres/gpu", 2}), ""},
      {"MinTRES of what nobody counts", with({LimitKind::kMinTresPerJob, "energy", 1}), kTooLow},
      {"MaxWall", with({LimitKind::kMaxWall, "", 239}), kTooLow},
      {"MaxWall kept", with({LimitKind::kMaxWall, "", 240}), ""},
      {"MaxWall, two nodes at most",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "gres/gpu", 4}};
         c.job.max_nodes = 2;
       },
       ""},
      {"MaxWall, no time limit asked",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxWall, "", 240}};
         c.job.time_limit.reset();
       },
       kTooLow},
      {"MaxWall, time counts double",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxWall, "", 479}};
         c.normal().wall_factor = 2;
       },
       kTooLow},
      {"MaxTRES cpu, whole nodes",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "cpu", 1000}};
         c.job.exclusive = true;
       },
       kTooLow},
      {"limits are not enforced",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kGrpJobs, "", 1}};
         c.rules.enforces_limits = false;
       },
       ""},
      {"the partition's QOS is the job's own",
       [](Cluster& c) {
         c.there().qos = "normal";
         c.normal().limits = {{LimitKind::kGrpJobs, "", 1}};
       },
       ""},
      {"the same at home, of another QOS",
       [](Cluster& c) {
         c.home().qos = "long";
         c.there().qos = "own";
         c.rules.qos[1].limits = {{LimitKind::kMaxTresPerJob, "cpu", 1}};
         c.own().limits = {{LimitKind::kMaxTresPerJob, "cpu", 1}};
       },
       ""},
      {"the same at home, but used by others",
       [](Cluster& c) {
         c.home().qos = "long";
         c.there().qos = "own";
         c.rules.qos[1].limits = {{LimitKind::kGrpTres, "cpu", 100}};
         c.own().limits = {{LimitKind::kGrpTres, "cpu", 100}};
       },
       kInUse},
  });
}

// The first of partition's QOS, job's QOS and association that sets a limit is asked, no other.
TEST(Admission, KnowsWhichLimitStandsForWhich) {
  const Limit few{LimitKind::kMaxTresPerUser, "gres/gpu", 1};
  const Limit many{LimitKind::kMaxTresPerUser, "gres/gpu", 100};
  Check({
      {"home's QOS lifted what the job's QOS sets",
       [&](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {many};
         c.normal().limits = {few};
       },
       kInUse},
      {"unless the job's QOS comes first",
       [&](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {many};
         c.normal().limits = {few};
         c.normal().over_partition_qos = true;
       },
       ""},
      {"the QOS there lifts what the job's QOS sets",
       [&](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxWall, "", 10000}};
         c.normal().limits = {{LimitKind::kMaxWall, "", 1}};
       },
       ""},
      {"home's QOS lifted what the association sets",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "cpu", 100}};
         c.association().limits = {{LimitKind::kMaxTresPerJob, "cpu", 1}};
       },
       kTooLow},
      {"home's QOS lifted what an account above sets",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {{LimitKind::kGrpTres, "cpu", 100}};
         c.rules.accounts[0].limits = {{LimitKind::kGrpTres, "cpu", 1}};
       },
       kInUse},
      {"another resource's limit lifts nothing",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {{LimitKind::kGrpTres, "node", 100}};
         c.rules.accounts[0].limits = {{LimitKind::kGrpTres, "cpu", 1}};
       },
       ""},
      {"a QOS's jobs per account stand for the association's jobs",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {{LimitKind::kMaxJobsPerAccount, "", 100}};
         c.association().limits = {{LimitKind::kMaxJobs, "", 1}};
       },
       kInUse},
      {"a factor at home is missed there",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limit_factor = 2;
         c.association().limits = {{LimitKind::kMaxTresPerJob, "cpu", 1}};
       },
       kTooLow},
      {"an association of its own is used by nobody known",
       [](Cluster& c) {
         c.AddAssociationThere();
         c.rules.users[0].associations[0].limits = {{LimitKind::kMaxJobs, "", 3}};
         c.rules.users[0].associations[2].limits = {{LimitKind::kMaxJobs, "", 3}};
       },
       kInUse},
      {"but shares its account's limits",
       [](Cluster& c) {
         c.AddAssociationThere();
         c.rules.accounts[1].limits = {{LimitKind::kGrpJobs, "", 3}};
       },
       ""},
      {"and what each job may have",
       [](Cluster& c) {
         c.AddAssociationThere();
         c.rules.users[0].associations[0].limits = {{LimitKind::kMaxWall, "", 3}};
         c.rules.users[0].associations[2].limits = {{LimitKind::kMaxWall, "", 3}};
       },
       ""},
  });
}

TEST(Admission, KnowsThatALimitMayCountOtherwiseThere) {
  const auto limited = [](Cluster& c, absl::string_view tres) {
    c.association().limits = {{LimitKind::kGrpTres, std::string(tres), 100}};
  };
  Check({
      {"billing",
       [&](Cluster& c) {
         c.there().billing_weights = "cpu=2";
         limited(c, "billing");
       },
       "billing there is another and is limited"},
      {"billing, nothing limits it",
       [&](Cluster& c) {
         c.there().billing_weights = "cpu=2";
         limited(c, "cpu");
       },
       ""},
      {"MaxMemPerCPU may raise the CPUs",
       [&](Cluster& c) {
         c.there().max_memory = {100, true};
         limited(c, "cpu");
       },
       kOtherwise},
      {"MaxMemPerNode raises nothing",
       [&](Cluster& c) {
         c.there().max_memory = {100, false};
         limited(c, "cpu");
       },
       ""},
      {"threads",
       [&](Cluster& c) {
         c.there().most.threads_per_core = 2;
         limited(c, "cpu");
       },
       kOtherwise},
      {"threads and GPUs",
       [&](Cluster& c) {
         c.there().most.threads_per_core = 2;
         limited(c, "gres/gpu");
       },
       ""},
      {"whole nodes of another size",
       [&](Cluster& c) {
         c.there().least.cpus = c.there().most.cpus = 128;
         c.job.exclusive = true;
         limited(c, "cpu");
       },
       kOtherwise},
      {"whole nodes of the same size",
       [&](Cluster& c) {
         c.job.exclusive = true;
         limited(c, "cpu");
       },
       ""},
      {"all the memory of a node of another size",
       [&](Cluster& c) {
         c.there().least.memory_mib = c.there().most.memory_mib = 2048;
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
         limited(c, "mem");
       },
       kOtherwise},
      {"what waits at home is refused there",
       [&](Cluster& c) {
         c.there().qos = "own";
         c.own().deny_on_limit = true;
         limited(c, "gres/gpu");
         c.association().limits[0].value = 1;
       },
       "what waits for a limit at home is refused there"},
      {"unless it is within",
       [&](Cluster& c) {
         c.there().qos = "own";
         c.own().deny_on_limit = true;
         limited(c, "gres/gpu");
       },
       ""},
      {"or is refused at home too",
       [&](Cluster& c) {
         c.there().qos = "own";
         c.own().deny_on_limit = c.normal().deny_on_limit = true;
         limited(c, "gres/gpu");
         c.association().limits[0].value = 1;
       },
       ""},
  });
}

}  // namespace
}  // namespace carbon
