#include "cli/outcome/job_outcomes.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "cli/outcome/accounted_jobs.h"
#include "cli/outcome/slurm_meter.h"

namespace carbon {
namespace {

// The zones and the time of which actual values are needed.
class Needed {
 public:
  explicit Needed(const PlacementConfig& config) {
    // A job may have run in any pool.
    for (const SiteConfig& site : config.sites) zones.insert(site.zone);
  }

  void Add(const DecidedJob& decided, const std::optional<RanJob>& job) {
    absl::Duration ran;
    if (job.has_value()) {
      for (const ActualRun& run : job->runs) Add(run.start, run.end);
      if (!job->runs.empty()) ran = LastEnd(*job) - job->runs.front().start;
    }
    for (const auto* plan : {&decided.home, &decided.chosen}) {
      if (!plan->has_value()) continue;
      zones.insert((*plan)->zone);
      if ((*plan)->start == absl::InfinitePast()) continue;
      absl::Duration longest = ran;
      if ((*plan)->runtime != absl::InfiniteDuration()) {
        longest = std::max(longest, (*plan)->runtime);
      }
      // On other hardware the runs may take longer.
      Add((*plan)->start, (*plan)->start + longest * SlowestOf(decided));
    }
  }

  std::set<std::string> zones;
  absl::Time from = absl::InfiniteFuture(), to = absl::InfinitePast();

 private:
  static absl::Time LastEnd(const RanJob& job) {
    absl::Time end = absl::InfinitePast();
    for (const ActualRun& run : job.runs) end = std::max(end, run.end);
    return end;
  }

  static double SlowestOf(const DecidedJob& decided) {
    if (!decided.home.has_value() || !decided.chosen.has_value()) return 1;
    const absl::Duration home = decided.home->runtime, chosen = decided.chosen->runtime;
    for (const absl::Duration runtime : {home, chosen}) {
      if (runtime <= absl::ZeroDuration() || runtime == absl::InfiniteDuration()) return 1;
    }
    const double ratio = absl::FDivDuration(home, chosen);
    return std::max({1.0, ratio, 1 / ratio});
  }

  void Add(absl::Time start, absl::Time end) {
    from = std::min(from, start);
    to = std::max(to, end + absl::Seconds(1));
  }
};

}  // namespace

ActualSources SourcesFor(const Config& config, absl::string_view archive, absl::string_view grid) {
  ActualSources sources = {.archive = std::string(archive), .grid = std::string(grid)};
  // A folder that is named takes the place of the archive, unless both are named.
  if (sources.archive.empty() && sources.grid.empty()) {
    sources.archive = config.daemon.paths.archive;
  }
  return sources;
}

absl::Status ForEachOutcome(
    const std::vector<DecidedInLog>& decisions, const Config& config, const ActualSources& sources,
    const std::function<void(const std::string&)>& complain,
    const std::function<void(size_t index, const JobOutcome& outcome, const RanJob* ran)>& visit) {
  std::set<int64_t> asked;
  for (const DecidedInLog& one : decisions) {
    if (one.job_id.has_value()) asked.insert(*one.job_id);
  }
  const AccountedRuns accounted = AskForRuns({asked.begin(), asked.end()}, complain);
  const SlurmMeter slurm = accounted.empty() ? SlurmMeter() : AskForMeter();

  const auto job_of = [&](const DecidedInLog& one) -> std::optional<RanJob> {
    if (one.never_queued) return RanJob{.has_ended = true};
    if (!one.job_id.has_value()) return std::nullopt;
    const auto found = accounted.find(*one.job_id);
    if (found == accounted.end()) return std::nullopt;
    std::optional<RanJob> job = JobSubmittedWith(one.decided.time, one.user_id, found->second);
    if (!job.has_value()) return std::nullopt;
    job->was_restored = one.was_restored;
    job->had_nodes_alone =
        !job->runs.empty() &&
        std::all_of(job->runs.begin(), job->runs.end(), [&slurm](const ActualRun& run) {
          return slurm.exclusive_partitions.contains(run.partition);
        });
    return job;
  };
  Needed needed(config.placement);
  for (const DecidedInLog& one : decisions) needed.Add(one.decided, job_of(one));
  ActualsByZone actuals;
  if (needed.from < needed.to) {
    absl::StatusOr<ActualsByZone> read =
        ReadActualValues(needed.zones, config.daemon, sources, needed.from, needed.to, complain);
    if (!read.ok()) return read.status();
    actuals = *std::move(read);
  }
  const OutcomeModel model(config.placement, actuals, slurm.meter);
  for (size_t i = 0; i < decisions.size(); ++i) {
    const std::optional<RanJob> job = job_of(decisions[i]);
    const RanJob* const ran = job.has_value() ? &*job : nullptr;
    visit(i, model.Of(decisions[i].decided, ran), ran);
  }
  return absl::OkStatus();
}

}  // namespace carbon
