#include "plugin/client/slurm_client.h"

#include <slurm/slurm.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "core/cluster/cluster_view.h"
#include "core/cluster/constraint.h"
#include "core/cluster/unseen_nodes.h"
#include "core/decision/admin_comment.h"
#include "plugin/client/host_names.h"
#include "plugin/client/job_marks.h"
#include "plugin/client/node_state.h"
#include "plugin/client/power_saving.h"
#include "plugin/client/reservations.h"
#include "plugin/client/slurmctld_info.h"
#include "plugin/client/watched_jobs.h"
#include "plugin/words/gres.h"
#include "plugin/words/slurm_amounts.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

// A job may use resources a little longer than it should: an epilog, or a job over its limit.
constexpr absl::Duration kOverstay = absl::Minutes(1);

absl::string_view Text(const char* text) { return text == nullptr ? "" : text; }
bool IsSet(const char* text) { return text != nullptr && *text != '\0'; }

absl::Time FromTimeT(time_t time) { return absl::FromUnixSeconds(time); }

// Converts Slurm's minutes; absent if unset or unlimited.
std::optional<absl::Duration> Minutes(uint32_t minutes) {
  if (minutes == NO_VAL || minutes == INFINITE) return std::nullopt;
  return absl::Minutes(minutes);
}

// Parses "0,3,7,9,-1": pairs of first and last, ended by -1.
std::vector<int> NodeIndices(const int32_t* pairs, size_t node_count) {
  std::vector<int> nodes;
  for (; pairs != nullptr && pairs[0] >= 0; pairs += 2) {
    for (int32_t node = pairs[0]; node <= pairs[1]; ++node) {
      if (static_cast<size_t>(node) < node_count) nodes.push_back(node);
    }
  }
  return nodes;
}

ClusterNode ReadNode(const node_info_t& node) {
  // The nameless entry replaces a node that slurmctld hides.
  if (!IsSet(node.name)) return {};
  const GresDevices gres = ReadGres(Text(node.gres));
  // GPUs without a type are a type of their own.
  std::vector<DeviceCount> devices = gres.by_type;
  int64_t untyped = gres.count;
  for (const DeviceCount& typed : devices) untyped -= typed.count;
  if (untyped > 0) devices.push_back({"", untyped});
  // Shares without a type belong to all devices.
  std::vector<int64_t> shares_per_device(devices.size());
  for (const DeviceCount& shares : gres.shares) {
    for (size_t i = 0; i < devices.size(); ++i) {
      const bool are_its = shares.type.empty() || shares.type == devices[i].type;
      const int64_t lending = shares.type.empty() ? gres.count : devices[i].count;
      if (are_its && lending > 0) {
        shares_per_device[i] = std::max<int64_t>(1, shares.count / lending);
      }
    }
  }
  const int64_t memory = static_cast<int64_t>(node.real_memory);
  const int64_t reserved = std::min(memory, static_cast<int64_t>(node.mem_spec_limit));
  const NodeAvailability use = UseOf(node.node_state);
  const bool is_lent = (node.node_state & (NODE_STATE_MAINT | NODE_STATE_RES)) != 0;
  return {.name = std::string(Text(node.name)),
          .usable = use == NodeAvailability::kUsable && !is_lent,
          .is_silent = use == NodeAvailability::kSilent && !is_lent,
          .is_lent = use == NodeAvailability::kUsable && is_lent,
          .resources = {.nodes = 1,
                        .devices = gres.count,
                        .cpus = node.cpus_efctv != 0 ? node.cpus_efctv : node.cpus,
                        .memory_mib = memory - reserved},
          .devices = std::move(devices),
          .shares_per_device = std::move(shares_per_device),
          .features = absl::StrSplit(Text(node.features_act), ',', absl::SkipEmpty()),
          .is_idle = (node.node_state & NODE_STATE_BASE) == NODE_STATE_IDLE,
          .is_asleep = IsAsleep(node.node_state),
          .is_waking = (node.node_state & NODE_STATE_POWERING_UP) != 0,
          .is_future = (node.node_state & NODE_STATE_BASE) == NODE_STATE_FUTURE};
}

// Returns the partition's own defaults, or else the cluster's.
JobDefaults ReadDefaults(const partition_info_t& partition, const slurm_conf_t& conf,
                         const node_info_msg_t& nodes) {
  JobDefaults defaults;
  // This is OverSubscribe=EXCLUSIVE.
  defaults.whole_nodes = partition.max_share == 0 || Text(conf.select_type) == "select/linear";
  const uint16_t type = partition.cr_type != 0 ? partition.cr_type : conf.select_type_param;
  int64_t most_threads = 1, least_threads = 0;
  for (const int node : NodeIndices(partition.node_inx, nodes.record_count)) {
    const node_info_t& info = nodes.node_array[node];
    if (!IsSet(info.name)) continue;
    // If CPUs= equals the number of cores, Slurm treats each core as one thread, whatever
    // ThreadsPerCore says.
    const int64_t cores = int64_t{info.sockets} * info.cores;
    const int64_t threads = info.cpus > cores ? std::max<int64_t>(1, info.threads) : 1;
    most_threads = std::max(most_threads, threads);
    least_threads = least_threads == 0 ? threads : std::min(least_threads, threads);
  }
  // A job is booked for the most that it may get, and charged for the same.
  if ((type & kSelectsSingleThreads) == 0) defaults.cpus_per_core = most_threads;
  defaults.threads_per_core = std::max<int64_t>(1, least_threads);
  const uint64_t memory =
      partition.def_mem_per_cpu != 0 ? partition.def_mem_per_cpu : conf.def_mem_per_cpu;
  if (memory != INFINITE64 && memory != NO_VAL64) {
    const auto mib = static_cast<int64_t>(std::min(memory & ~MEM_PER_CPU, uint64_t{1} << 44));
    ((memory & MEM_PER_CPU) != 0 ? defaults.memory_per_cpu_mib : defaults.memory_per_node_mib) =
        mib;
  }
  ForEachInList<job_defaults_t>(
      partition.job_defaults_list != nullptr ? partition.job_defaults_list : conf.job_defaults_list,
      [&defaults](const job_defaults_t& one) {
        const auto value = static_cast<int64_t>(std::min(one.value, uint64_t{1} << 44));
        if (one.type == JOB_DEF_CPU_PER_GPU) defaults.cpus_per_device = value;
        if (one.type == JOB_DEF_MEM_PER_GPU) defaults.memory_per_device_mib = value;
      });
  return defaults;
}

// Returns the partition's own value, or else the cluster's.
absl::Duration SecondsOr(uint16_t own, uint16_t of_cluster) {
  return absl::Seconds(own == NO_VAL16 || own == INFINITE16 ? of_cluster : own);
}

ClusterPartition ReadPartition(const partition_info_t& partition, const slurm_conf_t& conf,
                               const node_info_msg_t& nodes) {
  std::optional<int64_t> max_nodes;
  if (partition.max_nodes != INFINITE && partition.max_nodes != NO_VAL) {
    max_nodes = partition.max_nodes;
  }
  return {.name = std::string(Text(partition.name)),
          .up = partition.state_up == PARTITION_UP,
          .is_default = (partition.flags & PART_FLAG_DEFAULT) != 0,
          .max_time = Minutes(partition.max_time),
          .default_time = Minutes(partition.default_time),
          .max_nodes = max_nodes,
          .defaults = ReadDefaults(partition, conf, nodes),
          .wake_up = SecondsOr(partition.suspend_timeout, conf.suspend_timeout) +
                     SecondsOr(partition.resume_timeout, conf.resume_timeout),
          .nodes = NodeIndices(partition.node_inx, nodes.record_count)};
}

// Returns the types of GPU for which the job asked, and how many of each; empty: it named none.
std::vector<DeviceCount> TypesAsked(const slurm_job_info_t& job, int64_t nodes, int64_t tasks) {
  std::vector<DeviceCount> types;
  for (const auto& [text, times] :
       {std::pair(job.tres_per_job, int64_t{1}), std::pair(job.tres_per_node, nodes),
        std::pair(job.tres_per_socket, nodes), std::pair(job.tres_per_task, tasks)}) {
    for (DeviceCount& devices : ReadGres(Text(text)).by_type) {
      devices.count *= times;
      types.push_back(std::move(devices));
    }
  }
  return types;
}

// Returns what one task of the job uses or will use. GPUs are in the TRES strings only if the
// cluster tracks them, and by type only if it tracks the type. Otherwise they are read from what
// the job was given or asked for.
TresAmount ReadAmount(const slurm_job_info_t& job, const DeviceRequest& devices) {
  TresAmount result =
      ReadTres(IsSet(job.tres_alloc_str) ? job.tres_alloc_str : Text(job.tres_req_str));
  Resources& amount = result.amount;
  amount.nodes = std::max({amount.nodes, static_cast<int64_t>(job.num_nodes), int64_t{1}});
  if (amount.cpus == 0) amount.cpus = job.num_cpus;
  const int64_t tasks = job.num_tasks == NO_VAL ? 1 : std::max<int64_t>(job.num_tasks, 1);
  const GresDevices given = ReadGres(Text(job.gres_total));
  int64_t shares = 0;
  for (const DeviceCount& some : given.shares) shares += some.count;
  result.device_shares = std::max(result.device_shares, shares);
  if (!result.counts_devices) {
    // A socket's share is treated as a node's: the sockets used are not known before the job runs.
    const int64_t per_socket = ReadGres(Text(job.tres_per_socket)).count;
    amount.devices = std::max({devices.per_job, devices.per_node * amount.nodes,
                               devices.per_task * tasks, per_socket * amount.nodes, given.count});
  }
  if (amount.devices > 0 && result.devices.empty()) {
    result.devices = given.by_type.empty() ? TypesAsked(job, amount.nodes, tasks) : given.by_type;
    // The known number is the one that counts.
    if (result.devices.size() == 1) result.devices[0].count = amount.devices;
  }
  return result;
}

// Returns the nodes of a hostlist expression that the cluster has.
std::vector<int> NodesNamed(const std::string& expression, const ClusterView& view) {
  std::vector<int> nodes;
  const std::vector<std::string> names = ExpandHostNames(expression.c_str());
  const std::set<absl::string_view> named(names.begin(), names.end());
  for (size_t i = 0; i < view.nodes.size(); ++i) {
    if (named.contains(view.nodes[i].name)) nodes.push_back(static_cast<int>(i));
  }
  return nodes;
}

absl::Duration TimeLimit(const slurm_job_info_t& job, const ClusterView& view) {
  if (job.time_limit != NO_VAL) return Minutes(job.time_limit).value_or(kUnlimitedRun);
  const absl::string_view first = Text(job.partition).substr(0, Text(job.partition).find(','));
  for (const ClusterPartition& partition : view.partitions) {
    if (partition.name != first) continue;
    return partition.default_time.value_or(partition.max_time.value_or(kUnlimitedRun));
  }
  return kUnlimitedRun;
}

// Returns how many GPUs each of a waiting job's nodes must have, if it says so; 0: it does not.
int64_t DevicesPerNode(const slurm_job_info_t& job, const DeviceRequest& asked,
                       const Resources& amount) {
  const bool has_tasks = job.ntasks_per_node != 0 && job.ntasks_per_node != NO_VAL16 &&
                         job.ntasks_per_node != INFINITE16;
  const bool has_most = job.max_nodes != 0 && job.max_nodes != NO_VAL && job.max_nodes != INFINITE;
  const int64_t most = std::max<int64_t>(amount.nodes, job.max_nodes);
  return std::max({asked.per_node, has_tasks ? asked.per_task * job.ntasks_per_node : 0,
                   has_most ? (amount.devices + most - 1) / most : 0});
}

bool IsPromised(const slurm_job_info_t& job, const CarbonMark* mark, absl::Time now) {
  return FromTimeT(job.eligible_time) > now && mark != nullptr && mark->promise.has_value();
}

// Returns when the job uses its resources; absent if it uses nothing that is known.
std::optional<TimeInterval> UseOfTime(const slurm_job_info_t& job, const CarbonMark* mark,
                                      const ClusterView& view) {
  const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(view.taken_at));
  const absl::Duration limit = TimeLimit(job, view);
  switch (job.job_state & JOB_STATE_BASE) {
    case JOB_PENDING: {
      if (!IsInLine(job) || CannotStart(job.state_reason)) return std::nullopt;
      // eligible_time is the job's own begin time; start_time is backfill's estimate, if there is
      // one. Without an estimate the job is assumed to start now; so it represents the rest of the
      // queue.
      const absl::Time begin = std::max(now, FromTimeT(job.eligible_time));
      if (IsPromised(job, mark, now)) return TimeInterval{begin, begin + limit};
      const absl::Time start = std::max(begin, FromTimeT(job.start_time));
      return TimeInterval{start, start + limit};
    }
    case JOB_RUNNING: {
      const absl::Time start = FromTimeT(job.start_time);
      // Slurm's end_time includes the time for which the job was suspended.
      const absl::Time planned = std::max(start + limit, FromTimeT(job.end_time));
      return TimeInterval{start, std::max(std::min(planned, now + kUnlimitedRun), now + kOverstay)};
    }
    case JOB_SUSPENDED: {
      const absl::Duration left = limit - absl::Seconds(job.pre_sus_time);
      return TimeInterval{FromTimeT(job.start_time), now + std::max(left, kOverstay)};
    }
    default:
      if ((job.job_state & JOB_COMPLETING) == 0) return std::nullopt;
      return TimeInterval{std::min(FromTimeT(job.start_time), now), now + kOverstay};
  }
}

// Returns a DecidedJob; absent if the job is none. slurmctld keeps ended jobs for a while, and jobs
// that it refused.
std::optional<DecidedJob> ReadDecidedJob(const slurm_job_info_t& job, const CarbonMark& mark,
                                         absl::Time now) {
  DecidedJob decided{.job_id = JobIdOf(job), .decision_id = mark.decision_id};
  if ((job.job_state & JOB_STATE_BASE) == JOB_PENDING) return decided;
  if (!IsSet(job.nodes) || job.start_time <= 0) return std::nullopt;
  const absl::Time start = FromTimeT(job.start_time), end = std::min(now, FromTimeT(job.end_time));
  // It may end within the second in which it started.
  decided.ran = TimeInterval{start, std::max(end, start + absl::Seconds(1))};
  return decided;
}

// Returns whether the job runs; if not, it waits. Absent: it has ended.
std::optional<bool> RunsInQueue(const slurm_job_info_t& job) {
  switch (job.job_state & JOB_STATE_BASE) {
    case JOB_PENDING:
      return false;
    case JOB_RUNNING:
    case JOB_SUSPENDED:
      return true;
    default:
      return std::nullopt;
  }
}

// Returns the job if it completed or was stopped at its time limit; absent if not.
std::optional<AccountedJob> ReadEndedJob(const slurm_job_info_t& job) {
  const uint32_t state = job.job_state & JOB_STATE_BASE;
  const bool has_ended = (state == JOB_COMPLETE || state == JOB_TIMEOUT) &&
                         (job.job_state & JOB_COMPLETING) == 0 && IsSet(job.nodes);
  const std::optional<absl::Duration> limit = Minutes(job.time_limit);
  if (!has_ended || !limit.has_value() || job.start_time <= 0 || job.end_time < job.start_time) {
    return std::nullopt;
  }
  // If it was suspended, pre_sus_time is what it ran before the last time.
  const bool was_suspended = job.suspend_time > 0 && job.suspend_time <= job.end_time;
  const absl::Duration before = absl::Seconds(was_suspended ? job.pre_sus_time : 0);
  const time_t since = was_suspended ? job.suspend_time : job.start_time;
  return AccountedJob{.job_id = JobIdOf(job),
                      .user_id = job.user_id,
                      .account = std::string(Text(job.account)),
                      .name = std::string(Text(job.name)),
                      .end = FromTimeT(job.end_time),
                      .ran = before + (FromTimeT(job.end_time) - FromTimeT(since)),
                      .limit = *limit};
}

std::optional<ClusterJob> ReadJob(const slurm_job_info_t& job, const CarbonMark* mark,
                                  const ClusterView& view) {
  const std::optional<TimeInterval> when = UseOfTime(job, mark, view);
  if (!when.has_value()) return std::nullopt;
  const bool waits =
      (job.job_state & JOB_STATE_BASE) == JOB_PENDING && (job.job_state & JOB_COMPLETING) == 0;
  const DeviceRequest asked = ReadDevices(
      {.per_job = job.tres_per_job, .per_node = job.tres_per_node, .per_task = job.tres_per_task});
  const TresAmount amount = ReadAmount(job, asked);
  ClusterJob result{
      .job_id = JobIdOf(job),
      .decision_id = mark == nullptr ? "" : mark->decision_id,
      .partitions = absl::StrSplit(Text(job.partition), ',', absl::SkipEmpty()),
      .amount = amount.amount,
      .devices = amount.devices,
      .device_shares = (amount.device_shares + amount.amount.nodes - 1) / amount.amount.nodes,
      .features = ReadFeatures(job.features),
      .reservation = std::string(Text(job.resv_name)),
      .exclusive = IsExclusive(job),
      .when = *when,
      .priority = job.priority,
      .is_promised = IsPromised(job, mark, view.taken_at),
      .is_nice = IsNice(job)};
  if (!waits) {
    result.nodes = NodeIndices(job.node_inx, view.nodes.size());
    if (result.nodes.empty()) return std::nullopt;
    return result;
  }
  if (result.is_promised) {
    result.pool = RunAwaited(*mark->promise, FromTimeT(job.eligible_time), view.taken_at).pool;
  }
  result.devices_per_node = DevicesPerNode(job, asked, amount.amount);
  if (IsSet(job.array_task_str)) {
    result.tasks = CountArrayTasks(job.array_task_str);
    result.width = job.array_max_tasks;
  }
  return result;
}

// Running tasks of an array already take their part of its limit.
void LimitWaitingArrays(const job_info_msg_t& jobs, const std::map<uint32_t, size_t>& waiting,
                        std::vector<ClusterJob>* view_jobs) {
  for (uint32_t i = 0; i < jobs.record_count; ++i) {
    const slurm_job_info_t& job = jobs.job_array[i];
    if ((job.job_state & JOB_STATE_BASE) != JOB_RUNNING || job.array_job_id == 0) continue;
    const auto it = waiting.find(job.array_job_id);
    if (it == waiting.end()) continue;
    ClusterJob& array = (*view_jobs)[it->second];
    if (array.width > 1) --array.width;
  }
}

// Returns, for each array, the highest job id of those of its tasks that have one of their own. The
// key is the array's id.
std::map<uint32_t, uint32_t> NewestTasks(const job_info_msg_t& jobs) {
  std::map<uint32_t, uint32_t> newest;
  for (uint32_t i = 0; i < jobs.record_count; ++i) {
    const slurm_job_info_t& job = jobs.job_array[i];
    if (job.array_job_id == 0) continue;
    uint32_t& id = newest[job.array_job_id];
    id = std::max(id, JobIdOf(job));
  }
  return newest;
}

// Returns everything of the view except the queue. The data from slurmctld is freed at the end: for
// a large cluster it is large, and must not be held together with a large queue. Adds to `answers`
// how long slurmctld took.
absl::StatusOr<ClusterView> ViewWithoutJobs(const slurm_conf_t& settings,
                                            const std::vector<PoolConfig>& pools, absl::Time now,
                                            HiddenNodes* hidden_nodes, absl::Duration* answers) {
  const absl::Time asked_at = absl::Now();
  auto listed = LoadNodes();
  if (!listed.ok()) return listed.status();
  auto partitions = LoadPartitions();
  if (!partitions.ok()) return partitions.status();
  auto reservations = LoadReservations();
  if (!reservations.ok()) return reservations.status();
  *answers += absl::Now() - asked_at;

  const node_info_msg_t& nodes = hidden_nodes->Reveal(**listed, **partitions, now);
  ClusterView view{.taken_at = now,
                   .cluster = std::string(Text(settings.cluster_name)),
                   .counts_memory = (settings.select_type_param & kConsumesMemory) != 0,
                   .whole_nodes = Text(settings.select_type) == "select/linear"};
  const std::vector<std::optional<double>> stays_powered =
      StaysPowered(settings, **partitions, nodes);
  const std::vector<SleepTimes> sleep = ReadSleepTimes(settings, **partitions, nodes);
  for (uint32_t i = 0; i < nodes.record_count; ++i) {
    view.nodes.push_back(ReadNode(nodes.node_array[i]));
    view.nodes.back().stays_powered = stays_powered[i];
    view.nodes.back().fall_asleep = sleep[i].fall_asleep;
    view.nodes.back().wake_up = sleep[i].wake_up;
    view.nodes.back().is_asked_for = hidden_nodes->IsRevealed(i);
  }
  for (uint32_t i = 0; i < (*partitions)->record_count; ++i) {
    view.partitions.push_back(ReadPartition((*partitions)->partition_array[i], settings, nodes));
  }
  view.reservations = ReadReservations(**reservations, nodes, now, absl::LocalTimeZone());
  CountLentNodes(&view);
  for (const PoolConfig& pool : pools) {
    if (!pool.nodelist.empty()) view.nodelists[pool.nodelist] = NodesNamed(pool.nodelist, view);
  }
  return view;
}

}  // namespace

void InitSlurmClient() {
  // Array expressions must be whole, not cut at 64 characters.
  setenv("SLURM_BITSTR_LEN", "0", 1);
  slurm_init(nullptr);
}

absl::StatusOr<ClusterLook> LookAtCluster(const std::vector<PoolConfig>& pools,
                                          absl::Duration down_after, absl::Time now,
                                          const RestoredJobs& restored, ClusterMemory* memory) {
  absl::Time asked_at = absl::Now();
  auto conf = LoadSlurmConf();
  if (!conf.ok()) return conf.status();
  const slurm_conf_t& settings = **conf;
  absl::Duration answers = absl::Now() - asked_at;
  memory->own_right.Refresh(settings, now);
  absl::StatusOr<ClusterView> seen =
      ViewWithoutJobs(settings, pools, now, &memory->hidden_nodes, &answers);
  if (!seen.ok() && !memory->own_right.may_update()) {
    // PrivateData may be the reason.
    return absl::UnavailableError(
        absl::StrCat(seen.status().message(), "; ", memory->own_right.why_not()));
  }
  if (!seen.ok()) return seen.status();
  ClusterView& view = *seen;
  asked_at = absl::Now();
  auto jobs = LoadQueue();
  if (!jobs.ok()) return jobs.status();
  answers += absl::Now() - asked_at;

  ClusterLook look{
      .slurm_user = settings.slurm_user_id, .answers = answers, .jobs = (*jobs)->record_count};
  look.has_slurmdbd = absl::StrContains(Text(settings.accounting_storage_type), "slurmdbd");
  look.auth_info = std::string(Text(settings.authinfo));
  look.may_update = memory->own_right.may_update();
  look.why_not_update = memory->own_right.why_not();
  const JobMarks marks(**jobs, settings, now, &memory->seal, &memory->promises);
  look.may_watch = marks.are_known();
  const std::map<uint32_t, uint32_t> newest_tasks = NewestTasks(**jobs);
  std::map<uint32_t, size_t> waiting_arrays;
  view.jobs.reserve((*jobs)->record_count);
  for (uint32_t i = 0; i < (*jobs)->record_count; ++i) {
    const slurm_job_info_t& job = (*jobs)->job_array[i];
    const CarbonMark* mark = marks.Find(i);
    CarbonMark without_promise;
    if (mark != nullptr && restored.Knows(mark->decision_id)) {
      look.restored.push_back(ReadMarkedJobState(job, *mark, TimeLimit(job, view)));
      if (restored.IsRestored(look.restored.back())) {
        without_promise = *mark;
        without_promise.promise.reset();
        mark = &without_promise;
      }
    }
    if (mark != nullptr) {
      if (auto decided = ReadDecidedJob(job, *mark, now))
        view.decided.push_back(*std::move(decided));
      if (const std::optional<bool> runs = RunsInQueue(job)) {
        look.decided.push_back({JobIdOf(job), mark->decision_id, *runs});
      }
      if (auto watched = ReadWatchedJob(job, *mark, TimeLimit(job, view))) {
        // Only the tasks of an array that still wait together are restored together.
        const auto newest = newest_tasks.find(job.array_job_id);
        if (IsSet(job.array_task_str) && newest != newest_tasks.end()) {
          watched->newest_task = newest->second;
        }
        look.watched.push_back(*std::move(watched));
      }
    }
    if (auto ended = ReadEndedJob(job)) look.ended.push_back(*std::move(ended));
    std::optional<ClusterJob> read = ReadJob(job, mark, view);
    if (!read.has_value()) continue;
    if (read->nodes.empty() && job.array_job_id != 0) {
      waiting_arrays[job.array_job_id] = view.jobs.size();
    }
    view.jobs.push_back(*std::move(read));
  }
  LimitWaitingArrays(**jobs, waiting_arrays, &view.jobs);
  // A job takes two kilobytes, and the following steps need half as much again.
  jobs->reset();
  memory->wake_ups.Note(view);
  memory->wake_ups.ShortenWakeUpTimes(&view);
  look.findings = DescribeUnseenNodes(pools, view);
  if (!marks.trouble().empty()) {
    look.findings.push_back(
        {Severity::kWarning, FindingCode::kSealUnusable, "scarbond", marks.trouble()});
  }
  if (!look.may_update) {
    look.findings.push_back(
        {Severity::kWarning, FindingCode::kScarbondMayNotRestore, "scarbond", look.why_not_update});
  }
  if (const int64_t ignored = memory->promises.ignored(); ignored > 0) {
    look.findings.push_back({Severity::kNote, FindingCode::kMarksIgnored, "AdminComment",
                             absl::StrCat(ignored, " jobs bear a mark that is not theirs")});
  }
  AddStatedNodes(pools, &view);
  Outages& outages = memory->outages;
  outages.Note(view, FromTimeT(settings.boot_time));
  outages.AssumeSilentNodesUp(&view, down_after);
  look.capacity = BuildCapacity(view, pools);
  const bool differs = outages.AssumeBriefOutagesOver(&view, down_after);
  if (differs) look.without_brief_outages = BuildCapacity(view, pools);
  return look;
}

}  // namespace carbon
