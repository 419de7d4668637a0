#include "replay/savings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "core/decision/accounting.h"

namespace carbon {
namespace {

constexpr std::pair<GroupBy, absl::string_view> kGroupings[] = {
    {GroupBy::kTotal, "total"}, {GroupBy::kPolicy, "policy"}, {GroupBy::kAccount, "account"},
    {GroupBy::kUser, "user"},   {GroupBy::kSite, "site"},     {GroupBy::kPool, "pool"},
    {GroupBy::kMonth, "month"}};

// Of a job's emission: less is no difference.
constexpr double kRounding = 1e-9;

void Add(const RunFootprint& footprint, bool has_consequential, RunSums* sums) {
  ++sums->jobs;
  sums->energy = sums->energy + footprint.energy;
  sums->gross = sums->gross + footprint.gross;
  if (!has_consequential) return;
  ++sums->consequential_jobs;
  sums->consequential = sums->consequential + *footprint.consequential;
}

WaitSummary Summarize(std::vector<absl::Duration> waits) {
  WaitSummary summary;
  if (waits.empty()) return summary;
  absl::Duration sum;
  for (const absl::Duration wait : waits) sum += wait;
  summary.mean = absl::Trunc(sum / static_cast<int64_t>(waits.size()), absl::Seconds(1));
  std::sort(waits.begin(), waits.end());
  // The smallest wait that 95% of the jobs do not exceed.
  const auto rank = static_cast<size_t>(std::ceil(0.95 * static_cast<double>(waits.size())));
  summary.p95 = waits[rank - 1];
  summary.max = waits.back();
  return summary;
}

std::string NameOf(const Trace& trace, const PlacementConfig& config, const ReplayedJob& job,
                   const ReplayedRun& run, GroupBy by) {
  const TraceJob& traced = trace.jobs[job.job];
  switch (by) {
    case GroupBy::kTotal:
      return "total";
    case GroupBy::kPolicy:
      return job.policy < 0 ? "none" : config.policies[job.policy].name;
    case GroupBy::kAccount:
      return trace.names[traced.account];
    case GroupBy::kUser:
      return trace.names[traced.user];
    case GroupBy::kSite:
      return config.pools[run.pool].site;
    case GroupBy::kPool:
      return config.pools[run.pool].name;
    case GroupBy::kMonth:
      return absl::FormatTime("%Y-%m", traced.submit, absl::UTCTimeZone());
  }
  return "";
}

// Gross emissions of the jobs that were submitted in one block of time, grams.
struct GrossSums {
  double home = 0;
  double enforced = 0;

  GrossSums& operator+=(const GrossSums& other) {
    home += other.home;
    enforced += other.enforced;
    return *this;
  }
};

absl::Duration BlockLength(const Trace& trace, const ReplayResult& result) {
  constexpr absl::Duration kDay = absl::Hours(24);
  if (result.jobs.empty()) return kDay;
  const absl::Duration span =
      trace.jobs[result.jobs.back().job].submit - trace.jobs[result.jobs.front().job].submit;
  return span >= kMinBlocks * 7 * kDay ? 7 * kDay : kDay;
}

std::optional<BootstrapInterval> SavedInterval(const std::map<int64_t, GrossSums>& by_block) {
  if (by_block.size() < kMinBlocks) return std::nullopt;
  std::vector<GrossSums> blocks;
  for (const auto& [block, sums] : by_block) blocks.push_back(sums);
  const BootstrapInterval interval = BlockBootstrap(blocks, [](const GrossSums& sums) {
    return sums.home > 0 ? 1 - sums.enforced / sums.home : std::nan("");
  });
  if (std::isnan(interval.low)) return std::nullopt;
  return interval;
}

// The mean and the longest of durations added one by one.
struct Delays {
  int64_t count = 0;
  absl::Duration sum, max;

  void Add(absl::Duration delay) {
    ++count;
    sum += delay;
    max = std::max(max, delay);
  }
  absl::Duration Mean() const {
    return count == 0 ? absl::ZeroDuration() : absl::Trunc(sum / count, absl::Seconds(1));
  }
};

// What an empty pool draws at the meter; absent: not known.
std::optional<Watts> IdlePower(const PlacementConfig& config, const PoolConfig& pool,
                               const PoolShape& shape) {
  const auto hardware = config.hardware.find(pool.hardware);
  const auto site = std::find_if(config.sites.begin(), config.sites.end(),
                                 [&](const SiteConfig& one) { return one.name == pool.site; });
  if (hardware == config.hardware.end() || site == config.sites.end()) return std::nullopt;
  if (pool.powers_down == true) return Watts(0);
  if (!hardware->second.free.has_value()) return std::nullopt;
  int64_t units = shape.nodes;
  if (hardware->second.unit == AllocationUnit::kDevice) units *= shape.devices_per_node;
  if (hardware->second.unit == AllocationUnit::kCore) units *= shape.cpus_per_node;
  return PowerAtMeter(hardware->second.free->value, static_cast<double>(units), site->pue.value);
}

}  // namespace

absl::StatusOr<GroupBy> ParseGroupBy(absl::string_view name) {
  std::string known;
  for (const auto& [by, its_name] : kGroupings) {
    if (name == its_name) return by;
    absl::StrAppend(&known, known.empty() ? "" : ", ", its_name);
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is not one of ", known));
}

absl::string_view GroupByName(GroupBy by) {
  for (const auto& [known, name] : kGroupings) {
    if (known == by) return name;
  }
  return "";
}

std::vector<SavingsRow> SumSavings(const Trace& trace, const PlacementConfig& config,
                                   const ReplayResult& result, GroupBy by) {
  struct Blocks {
    SavingsRow row;
    std::map<int64_t, GrossSums> blocks;
  };
  std::map<std::string, Blocks> rows;
  const auto row_of = [&](const ReplayedJob& job, const ReplayedRun& run) -> Blocks& {
    std::string name = NameOf(trace, config, job, run, by);
    Blocks& found = rows[name];
    if (found.row.name.empty()) found.row.name = std::move(name);
    return found;
  };
  const absl::Duration block = BlockLength(trace, result);
  for (const ReplayedJob& job : result.jobs) {
    if (!job.home.footprint.has_value() || !job.enforced.footprint.has_value()) continue;
    const bool has_consequential = job.home.footprint->consequential.has_value() &&
                                   job.enforced.footprint->consequential.has_value();
    const int64_t in = (trace.jobs[job.job].submit - absl::UnixEpoch()) / block;
    Blocks& home = row_of(job, job.home);
    Add(*job.home.footprint, has_consequential, &home.row.home);
    home.blocks[in].home += job.home.footprint->gross.value();
    Blocks& enforced = row_of(job, job.enforced);
    Add(*job.enforced.footprint, has_consequential, &enforced.row.enforced);
    enforced.blocks[in].enforced += job.enforced.footprint->gross.value();
  }
  std::vector<SavingsRow> sorted;
  for (auto& [name, found] : rows) {
    found.row.saved_share = SavedInterval(found.blocks);
    sorted.push_back(std::move(found.row));
  }
  return sorted;
}

WaitReport SummarizeWaits(const Trace& trace, const ReplayResult& result) {
  WaitReport report;
  std::vector<absl::Duration> home, enforced, recorded;
  home.reserve(result.jobs.size());
  enforced.reserve(result.jobs.size());
  Delays delayed, harmed;
  for (const ReplayedJob& job : result.jobs) {
    home.push_back(job.home.start - job.eligible);
    enforced.push_back(job.enforced.start - job.eligible);
    const absl::Time start = trace.jobs[job.job].start;
    if (start != absl::InfinitePast()) recorded.push_back(start - job.eligible);
    if (job.planned > job.home.start) delayed.Add(job.planned - job.home.start);
    const absl::Duration late = job.enforced.start - std::max(job.home.start, job.planned);
    if (late > kUnnoticed) harmed.Add(late);
    if (const std::optional<absl::Time> deadline = trace.jobs[job.job].deadline;
        deadline.has_value()) {
      ++report.deadlines;
      report.missed_home += job.home.start + job.home.runtime > *deadline ? 1 : 0;
      report.missed_enforced += job.enforced.start + job.enforced.runtime > *deadline ? 1 : 0;
    }
    if (!job.home.footprint.has_value() || !job.enforced.footprint.has_value()) continue;
    const GramsCo2e more = job.enforced.footprint->gross - job.home.footprint->gross;
    if (more <= kRounding * job.home.footprint->gross) continue;
    ++report.dearer;
    report.dearer_by = report.dearer_by + more;
  }
  report.recorded_jobs = static_cast<int64_t>(recorded.size());
  report.home = Summarize(std::move(home));
  report.enforced = Summarize(std::move(enforced));
  report.recorded = Summarize(std::move(recorded));
  report.delayed = delayed.count;
  report.delayed_mean = delayed.Mean();
  report.delayed_max = delayed.max;
  report.harmed = harmed.count;
  report.harmed_mean = harmed.Mean();
  report.harmed_max = harmed.max;
  return report;
}

LimitReport SummarizeLimits(const Trace& trace, const ReplayResult& result) {
  LimitReport report;
  RowCount limits, runtimes;
  for (const ReplayedJob& job : result.jobs) {
    const TraceJob& traced = trace.jobs[job.job];
    if (job.outcome == Outcome::kLeftAlone || !traced.limit.has_value()) continue;
    ++report.jobs;
    report.planned_by_limit += job.is_planned_by_limit ? 1 : 0;
    limits.Add(traced.devices, traced.cpus, *traced.limit);
    runtimes.Add(traced.devices, traced.cpus, traced.elapsed);
  }
  if (runtimes.device_hours > 0) {
    report.ratio = limits.device_hours / runtimes.device_hours;
  } else if (runtimes.cpu_hours > 0) {
    report.ratio = limits.cpu_hours / runtimes.cpu_hours;
  }
  return report;
}

std::vector<PoolUtilisation> Utilisation(const Trace& trace, const PlacementConfig& config,
                                         const ReplayResult& result) {
  std::vector<PoolUtilisation> utilisation(config.pools.size());
  if (result.jobs.empty()) return utilisation;
  const absl::Time from = trace.jobs[result.jobs.front().job].submit;
  const absl::Time to = trace.jobs[result.jobs.back().job].submit;
  if (to <= from) return utilisation;
  const auto hours_within = [&](const ReplayedRun& run) {
    const absl::Time start = std::max(run.start, from);
    const absl::Time end = std::min(run.start + run.runtime, to);
    return end > start ? absl::ToDoubleHours(end - start) : 0.0;
  };
  for (const ReplayedJob& job : result.jobs) {
    const TraceJob& traced = trace.jobs[job.job];
    for (const auto& [run, share] : {std::pair(&job.home, &PoolUtilisation::home),
                                     std::pair(&job.enforced, &PoolUtilisation::enforced)}) {
      const PoolShape& shape = result.shapes[run->pool];
      const bool has_devices = shape.devices_per_node > 0;
      const int64_t has =
          shape.nodes * (has_devices ? shape.devices_per_node : shape.cpus_per_node);
      if (has == 0) continue;
      const int64_t uses = has_devices ? traced.devices : traced.cpus;
      utilisation[run->pool].*share += hours_within(*run) * static_cast<double>(uses) /
                                       static_cast<double>(has) / absl::ToDoubleHours(to - from);
    }
  }
  for (size_t i = 0; i < config.pools.size(); ++i) {
    const std::optional<Watts> idle = IdlePower(config, config.pools[i], result.shapes[i]);
    if (!idle.has_value()) continue;
    const KilowattHours empty = *idle * (to - from);
    utilisation[i].idle_home = empty * (1 - utilisation[i].home);
    utilisation[i].idle_enforced = empty * (1 - utilisation[i].enforced);
  }
  return utilisation;
}

HourlyProfile ProfileByHour(const ReplayResult& result, absl::TimeZone zone) {
  HourlyProfile profile;
  const auto add = [&zone](const ReplayedRun& run, std::array<KilowattHours, 24>* hours) {
    if (run.runtime <= absl::ZeroDuration()) return;
    const absl::Time end = run.start + run.runtime;
    absl::Time from = run.start;
    while (from < end) {
      const absl::CivilSecond local = absl::ToCivilSecond(from, zone);
      const absl::Time next = from + absl::Seconds(3600 - 60 * local.minute() - local.second());
      const absl::Time to = std::min(end, next);
      KilowattHours& sum = (*hours)[static_cast<size_t>(local.hour())];
      sum = sum + run.footprint->energy * absl::FDivDuration(to - from, run.runtime);
      from = to;
    }
  };
  for (const ReplayedJob& job : result.jobs) {
    if (!job.home.footprint.has_value() || !job.enforced.footprint.has_value()) continue;
    add(job.home, &profile.home);
    add(job.enforced, &profile.enforced);
  }
  return profile;
}

}  // namespace carbon
