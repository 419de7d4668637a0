#include "replay/savings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

constexpr std::pair<GroupBy, absl::string_view> kGroupings[] = {
    {GroupBy::kTotal, "total"}, {GroupBy::kPolicy, "policy"}, {GroupBy::kAccount, "account"},
    {GroupBy::kUser, "user"},   {GroupBy::kSite, "site"},     {GroupBy::kPool, "pool"},
    {GroupBy::kMonth, "month"}};

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

// Computes the mean and the maximum of durations that are added one by one.
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
  std::map<std::string, SavingsRow> rows;
  const auto row_of = [&](const ReplayedJob& job, const ReplayedRun& run) -> SavingsRow& {
    std::string name = NameOf(trace, config, job, run, by);
    SavingsRow& row = rows[name];
    if (row.name.empty()) row.name = std::move(name);
    return row;
  };
  for (const ReplayedJob& job : result.jobs) {
    if (!job.home.footprint.has_value() || !job.enforced.footprint.has_value()) continue;
    const bool has_consequential = job.home.footprint->consequential.has_value() &&
                                   job.enforced.footprint->consequential.has_value();
    Add(*job.home.footprint, has_consequential, &row_of(job, job.home).home);
    Add(*job.enforced.footprint, has_consequential, &row_of(job, job.enforced).enforced);
  }
  std::vector<SavingsRow> sorted;
  for (auto& [name, row] : rows) sorted.push_back(std::move(row));
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
  return utilisation;
}

}  // namespace carbon
