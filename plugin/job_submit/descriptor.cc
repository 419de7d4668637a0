#include "plugin/job_submit/descriptor.h"

#include <string.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/cluster/constraint.h"
#include "plugin/words/gres.h"
#include "plugin/words/slurm_release.h"

// Slurm's allocator, which slurmctld exports but no public header declares. A string from plain
// strdup in a descriptor corrupts memory silently.
extern "C" {
char* slurm_xstrdup(const char* text);
void slurm_xfree(void** pointer);
}

namespace carbon {
namespace {

// Larger numbers are replaced by this one: no job has more of anything.
constexpr int64_t kMaxCount = 10'000'000;
// Slurm's own limit is 4,000,001.
constexpr int64_t kMaxArrayTasks = 4'000'001;
constexpr int64_t kMaxMemoryMib = int64_t{1} << 44;
constexpr size_t kMaxText = 1024;
constexpr size_t kMaxPartitions = 64;
// 2200-01-01. Nothing is planned beyond it.
constexpr int64_t kLastSecond = 7'258'118'400;

std::string Text(const char* text) {
  return text == nullptr ? std::string() : std::string(text, strnlen(text, kMaxText));
}

bool Set(const char* text) { return text != nullptr && text[0] != '\0'; }

std::optional<int64_t> Count(uint32_t value) {
  if (value == NO_VAL || value == INFINITE || value == 0) return std::nullopt;
  return std::min<int64_t>(value, kMaxCount);
}

std::optional<int64_t> Count16(uint16_t value) {
  if (value == NO_VAL16 || value == INFINITE16 || value == 0) return std::nullopt;
  return value;
}

std::optional<absl::Time> Instant(time_t value) {
  if (value <= 0 || value >= kLastSecond) return std::nullopt;
  return absl::FromTimeT(value);
}

// INFINITE is not a number of minutes: the caller checks for it.
std::optional<absl::Duration> Minutes(uint32_t value) {
  if (value == NO_VAL || value == INFINITE || value == 0) return std::nullopt;
  return absl::Minutes(value);
}

// Returns at least one minute, and a number far below the sentinels.
uint32_t ToMinutes(absl::Duration duration) {
  constexpr int64_t kMaxMinutes = 10'000 * 24 * 60;
  const int64_t minutes = absl::ToInt64Minutes(absl::Ceil(duration, absl::Minutes(1)));
  return static_cast<uint32_t>(std::clamp<int64_t>(minutes, 1, kMaxMinutes));
}

int64_t Times(int64_t a, int64_t b) { return a > 0 && b > kMaxCount / a ? kMaxCount : a * b; }

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Reads "0-99:2%10,200": the number of tasks, and how many may run at once. A text that Slurm would
// refuse counts as nothing. Indices that occur twice count twice.
void ReadArray(absl::string_view text, JobRequest* job) {
  std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('%', 1));
  int64_t tasks = 0;
  for (absl::string_view range : absl::StrSplit(parts.first, ',')) {
    range = absl::StripSuffix(absl::StripPrefix(absl::StripAsciiWhitespace(range), "["), "]");
    std::pair<absl::string_view, absl::string_view> stepped =
        absl::StrSplit(range, absl::MaxSplits(':', 1));
    std::pair<absl::string_view, absl::string_view> ends =
        absl::StrSplit(stepped.first, absl::MaxSplits('-', 1));
    int64_t first = 0;
    if (!absl::SimpleAtoi(ends.first, &first) || first < 0) continue;
    int64_t last = first;
    int64_t step = 1;
    if (!ends.second.empty() && !absl::SimpleAtoi(ends.second, &last)) continue;
    if (!stepped.second.empty() && !absl::SimpleAtoi(stepped.second, &step)) continue;
    if (last < first || step < 1 || last > kMaxArrayTasks) continue;
    tasks = std::min(kMaxArrayTasks, tasks + (last - first) / step + 1);
  }
  if (tasks == 0) return;
  job->array_tasks = tasks;
  int64_t width = 0;
  absl::string_view limit = absl::StripSuffix(absl::StripAsciiWhitespace(parts.second), "]");
  const bool limited = absl::SimpleAtoi(limit, &width) && width > 0;
  job->array_width = limited ? std::min(width, tasks) : tasks;
}

// The first of what forbids any plan for this job.
std::optional<Reason> WhyLeaveAlone(const job_desc_msg_t& d, const DeviceRequest& devices) {
  if (d.bitflags & CRON_JOB) return Reason::kScrontab;
  // Before the script is looked for: only a heterogeneous job's first component has one.
  if (d.het_job_offset != NO_VAL || (d.bitflags & HET_JOB_FLAG)) return Reason::kHeterogeneous;
  if (!Set(d.script) && d.script_buf == nullptr) return Reason::kInteractive;
  if (d.priority == 0) return Reason::kHeld;
  if (Set(d.reservation)) return Reason::kReservation;
  // When it may start is not known, so neither is what it would emit anywhere; and what it waits
  // for may lie where it was sent to.
  if (Set(d.dependency)) return Reason::kDependency;
  if (d.fed_siblings_viable != 0) return Reason::kFederation;
  if (d.clusters != nullptr && strchr(d.clusters, ',') != nullptr) return Reason::kSeveralClusters;
  if (d.time_limit == INFINITE || d.time_limit == 0) return Reason::kUnlimitedTime;
  if (!devices.uncountable.empty()) return Reason::kDevicesUncountable;
  return std::nullopt;
}

// Returns the first fact that ties this job to its partition: another partition may lack something.
std::string WhyPinned(const job_desc_msg_t& d, const DeviceRequest& devices) {
  if (Set(d.features)) return "--constraint";
  if (Set(d.cluster_features)) return "--cluster-constraint";
  if (Set(d.batch_features)) return "--batch";
  // Since 23.11 it may select nodes (SchedulerParameters=extra_constraints).
  if (Set(d.extra)) return "--extra";
  if (Set(d.req_nodes)) return "--nodelist";
  if (Set(d.exc_nodes)) return "--exclude";
  if (Set(d.licenses)) return "--licenses";
  if (Set(d.burst_buffer)) return "--bb";
  if (Set(d.network)) return "--network";
  if (Set(d.mcs_label)) return "--mcs-label";
  if (d.contiguous == 1) return "--contiguous";
  if (Count(d.req_switch)) return "--switches";
  if (Count16(SegmentSize(d))) return "--segment";
  if (d.shared == kSharesNoTopology) return "--exclusive=topo";
  // The job needs as many nodes as tasks, in any partition. Slurm holds it if MaxNodes is lower.
  if (d.bitflags & SPREAD_JOB) return "--spread-job";
  if (Set(JobSizes(d))) return "--nodes, several sizes";
  if (d.bitflags & GRES_ENFORCE_BIND) return "--gres-flags=enforce-binding";
  if (Count(d.pn_min_tmp_disk)) return "--tmp";
  if (Count16(d.core_spec)) return "--core-spec";
  // Such a job does not get nodes with more CPUs as a whole.
  if (Count(d.max_cpus)) return "a maximum of CPUs";
  if (Count16(d.boards_per_node)) return "--boards-per-node";
  if (Count16(d.sockets_per_board)) return "--sockets-per-board";
  if (Count16(d.sockets_per_node)) return "--sockets-per-node";
  if (Count16(d.cores_per_socket)) return "--cores-per-socket";
  if (Count16(d.threads_per_core)) return "--threads-per-core";
  if (Count16(d.ntasks_per_board)) return "--ntasks-per-board";
  if (Count16(d.ntasks_per_socket)) return "--ntasks-per-socket";
  if (Count16(d.ntasks_per_core)) return "--ntasks-per-core";
  if (!devices.other.empty()) return absl::StrCat("--gres=", devices.other);
  return "";
}

// Fills in what the user left open, as Slurm does: a job has a task per node unless it states the
// number, and a CPU per task.
void ReadResources(const job_desc_msg_t& d, const DeviceRequest& asked, JobRequest* job) {
  std::optional<int64_t> tasks = Count(d.num_tasks);
  const std::optional<int64_t> tasks_per_node = Count16(d.ntasks_per_node);
  if (!tasks && asked.per_task > 0 && asked.per_job > 0) {
    tasks = DivideUp(asked.per_job, asked.per_task);
  }
  if (!tasks && asked.per_job > 0 && Count16(d.ntasks_per_tres)) {
    tasks = Times(asked.per_job, *Count16(d.ntasks_per_tres));
  }

  int64_t nodes = Count(d.min_nodes).value_or(1);
  if (tasks && tasks_per_node) nodes = std::max(nodes, DivideUp(*tasks, *tasks_per_node));
  if (asked.per_job > 0 && asked.per_node > 0) {
    nodes = std::max(nodes, DivideUp(asked.per_job, asked.per_node));
  }
  const int64_t task_count = tasks.value_or(Times(nodes, tasks_per_node.value_or(1)));
  job->max_nodes = Count(d.max_nodes);
  // Without a number of tasks, Slurm does not limit the job's nodes.
  const std::optional<int64_t> tasks_per_device = Count16(d.ntasks_per_tres);
  if (tasks || tasks_per_node || tasks_per_device || asked.per_task > 0) {
    job->tasks = std::max(task_count, Times(nodes, tasks_per_device.value_or(1)));
  }
  const int64_t widest =
      std::max(nodes, std::min(job->max_nodes.value_or(kMaxCount), job->tasks.value_or(kMaxCount)));

  int64_t devices = std::max(asked.per_job, Times(asked.per_node, nodes));
  devices = std::max(devices, Times(asked.per_task, task_count));
  job->demand.nodes = nodes;
  job->demand.devices = devices;
  job->per_node.devices =
      std::max({asked.per_node, Times(asked.per_task, tasks_per_node.value_or(1)),
                DivideUp(devices, widest)});

  const int64_t cpus_per_task = Count16(d.cpus_per_task).value_or(1);
  const int64_t cpus_per_node = Count16(d.pn_min_cpus).value_or(0);
  const int64_t cpus_per_device = ReadDevices({d.cpus_per_tres}).per_job;
  const int64_t cpus = std::max({Count(d.min_cpus).value_or(1), Times(task_count, cpus_per_task),
                                 Times(nodes, cpus_per_node), Times(devices, cpus_per_device)});
  job->demand.cpus = cpus;
  job->per_node.cpus =
      std::max({cpus_per_node, Times(tasks_per_node.value_or(1), cpus_per_task),
                Times(job->per_node.devices, cpus_per_device), DivideUp(cpus, widest)});

  const auto memory = [](uint64_t each, int64_t count) {
    return each > static_cast<uint64_t>(kMaxMemoryMib / count) ? kMaxMemoryMib
                                                               : static_cast<int64_t>(each) * count;
  };
  const int64_t memory_per_device = ReadDevices({d.mem_per_tres}).per_job;
  if (memory_per_device > 0 && devices > 0) {
    job->demand.memory_mib = memory(memory_per_device, devices);
    job->per_node.memory_mib =
        memory(memory_per_device, std::max<int64_t>(1, job->per_node.devices));
  } else if (d.pn_min_memory != NO_VAL64 && d.pn_min_memory != INFINITE64) {
    const uint64_t each = d.pn_min_memory & ~MEM_PER_CPU;
    if (d.pn_min_memory & MEM_PER_CPU) {
      job->demand.memory_mib = memory(each, cpus);
      job->per_node.memory_mib = memory(each, std::max<int64_t>(1, job->per_node.cpus));
    } else {
      job->demand.memory_mib = memory(each, nodes);
      job->per_node.memory_mib = memory(each, 1);
    }
  }
  job->all_memory = (d.pn_min_memory & ~MEM_PER_CPU) == 0;
  job->exclusive = d.shared == JOB_SHARED_NONE;
}

// Replaces *target, a string of Slurm's allocator.
void Assign(const std::string& text, char** target) {
  void* old = *target;
  *target = slurm_xstrdup(text.c_str());
  slurm_xfree(&old);
}

}  // namespace

JobRequest ReadDescriptor(const job_desc_msg_t& d, uint32_t submit_uid) {
  JobRequest job;
  job.name = Text(d.name);
  job.user_id = d.user_id == NO_VAL ? submit_uid : d.user_id;
  job.account = Text(d.account);
  job.qos = Text(d.qos);
  job.comment = Text(d.comment);
  for (absl::string_view name : absl::StrSplit(Text(d.partition), ',', absl::SkipWhitespace())) {
    if (job.partitions.size() == kMaxPartitions) break;
    job.partitions.emplace_back(absl::StripAsciiWhitespace(name));
  }
  if (d.nice != NO_VAL) job.nice = int64_t{d.nice} - int64_t{NICE_OFFSET};
  job.time_limit = Minutes(d.time_limit);
  job.time_min = Minutes(d.time_min);
  job.begin = Instant(d.begin_time);
  job.deadline = Instant(d.deadline);
  if (Set(d.array_inx)) ReadArray(d.array_inx, &job);

  DeviceRequest devices = ReadDevices(
      {.per_job = d.tres_per_job, .per_node = d.tres_per_node, .per_task = d.tres_per_task});
  if (Set(d.tres_per_socket)) devices.uncountable = "--gpus-per-socket";
  job.device_type = devices.type;
  job.features = ReadFeatures(d.features);
  ReadResources(d, devices, &job);
  job.leave_alone = WhyLeaveAlone(d, devices);
  if (job.leave_alone == Reason::kDevicesUncountable) job.uncountable = devices.uncountable;
  job.pinned_by = WhyPinned(d, devices);
  return job;
}

void ApplyVerdict(const Verdict& verdict, job_desc_msg_t* d, char** err_msg) {
  if (!verdict.admin_comment.empty()) {
    // The whole earlier text is kept, however long it is.
    Assign(Set(d->admin_comment) ? absl::StrCat(d->admin_comment, "; ", verdict.admin_comment)
                                 : verdict.admin_comment,
           &d->admin_comment);
  }
  if (verdict.apply && verdict.begin != absl::InfinitePast() &&
      verdict.begin != absl::InfiniteFuture()) {
    const time_t begin = absl::ToTimeT(verdict.begin);
    if (begin > d->begin_time && begin < kLastSecond) d->begin_time = begin;
  }
  if (verdict.apply && !verdict.partition.empty()) {
    Assign(verdict.partition, &d->partition);
    d->bitflags &= ~static_cast<uint64_t>(USE_DEFAULT_PART);
  }
  if (verdict.apply && verdict.time_limit.has_value()) {
    // A limit never becomes shorter.
    const uint32_t limit = ToMinutes(*verdict.time_limit);
    if (d->time_limit == NO_VAL || (d->time_limit != INFINITE && d->time_limit < limit)) {
      d->time_limit = limit;
      if (verdict.time_min.has_value()) d->time_min = std::min(limit, ToMinutes(*verdict.time_min));
    }
  }
  if (!verdict.message.empty() && err_msg != nullptr) {
    Assign(Set(*err_msg) ? absl::StrCat(*err_msg, "\n", verdict.message) : verdict.message,
           err_msg);
  }
}

}  // namespace carbon
