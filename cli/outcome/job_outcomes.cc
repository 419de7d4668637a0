#include "cli/outcome/job_outcomes.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"

namespace carbon {
namespace {

// How much longer runs may take on the hardware of one plan than on that of the other.
double SlowestOf(const DecisionSummary& decided) {
  if (!decided.home.has_value() || !decided.chosen.has_value()) return 1;
  const absl::Duration home = decided.home->runtime, chosen = decided.chosen->runtime;
  for (const absl::Duration runtime : {home, chosen}) {
    if (runtime <= absl::ZeroDuration() || runtime == absl::InfiniteDuration()) return 1;
  }
  const double ratio = absl::FDivDuration(home, chosen);
  return std::max({1.0, ratio, 1 / ratio});
}

}  // namespace

ActualSources SourcesFor(const Config& config, absl::string_view archive, absl::string_view grid) {
  ActualSources sources = {.archive = std::string(archive), .grid = std::string(grid)};
  // A folder that is named takes the place of the archive, unless both are named.
  if (sources.archive.empty() && sources.grid.empty()) {
    sources.archive = config.daemon.paths.archive;
  }
  return sources;
}

JobOutcomes::JobOutcomes(const Config& config, const AccountedRuns& accounted)
    : config_(config),
      accounted_(accounted),
      meter_(accounted.empty() ? SlurmMeter() : AskForMeter(config.daemon.meter)),
      readings_(config, meter_),
      model_(config.placement, actuals_, meter_.meter) {
  // A job may have run in any pool.
  for (const SiteConfig& site : config_.placement.sites) zones_.insert(site.zone);
}

std::optional<RanJob> JobOutcomes::JobOf(const DecidedInLog& one) const {
  if (one.never_queued) return RanJob{.has_ended = true};
  if (!one.job_id.has_value()) return std::nullopt;
  const auto found = accounted_.find(*one.job_id);
  if (found == accounted_.end()) return std::nullopt;
  std::optional<RanJob> job =
      JobSubmittedWith(one.decided.time, one.decided.user_id, found->second);
  if (!job.has_value()) return std::nullopt;
  for (ActualRun& run : job->runs) readings_.SetIn(&run);
  job->was_restored = one.was_restored;
  job->had_nodes_alone =
      !job->runs.empty() &&
      std::all_of(job->runs.begin(), job->runs.end(), [this](const ActualRun& run) {
        return meter_.exclusive_partitions.contains(run.partition);
      });
  return job;
}

ActualRun JobOutcomes::Metered(ActualRun run) const {
  readings_.SetIn(&run);
  return run;
}

void JobOutcomes::Need(const DecidedInLog& one) {
  const std::optional<RanJob> job = JobOf(one);
  NeedIntensities(one, job);
  if (!job.has_value() || !job->has_ended) return;
  for (const ActualRun& run : job->runs) readings_.Need(run, one.decided.exclusive);
}

void JobOutcomes::NeedIntensities(const DecidedInLog& one) { NeedIntensities(one, JobOf(one)); }

void JobOutcomes::NeedIntensities(const DecidedInLog& one, const std::optional<RanJob>& job) {
  absl::Duration ran;
  if (job.has_value() && !job->runs.empty()) {
    for (const ActualRun& run : job->runs) NeedIntensities(run.start, run.end);
    const RunFacts facts = FactsOf(job->runs);
    ran = facts.end - facts.start;
  }
  for (const auto* plan : {&one.decided.home, &one.decided.chosen}) {
    if (!plan->has_value()) continue;
    zones_.insert((*plan)->zone);
    if ((*plan)->start == absl::InfinitePast()) continue;
    absl::Duration longest = ran;
    if ((*plan)->runtime != absl::InfiniteDuration()) {
      longest = std::max(longest, (*plan)->runtime);
    }
    NeedIntensities((*plan)->start, (*plan)->start + longest * SlowestOf(one.decided));
  }
}

void JobOutcomes::Need(const ActualRun& run, bool is_exclusive) {
  NeedIntensities(run.start, run.end);
  readings_.Need(run, is_exclusive);
}

void JobOutcomes::NeedIntensities(absl::Time start, absl::Time end) {
  from_ = std::min(from_, start);
  to_ = std::max(to_, end + absl::Seconds(1));
}

void JobOutcomes::AskMeter(const std::function<void(const std::string&)>& complain) {
  readings_.Ask(complain);
}

absl::Status JobOutcomes::ReadActuals(const ActualSources& sources,
                                      const std::function<void(const std::string&)>& complain) {
  if (from_ >= to_) return absl::OkStatus();
  absl::StatusOr<ActualsByZone> read =
      ReadActualValues(zones_, config_.daemon, sources, from_, to_, complain);
  if (!read.ok()) return read.status();
  actuals_ = *std::move(read);
  return absl::OkStatus();
}

JobOutcome JobOutcomes::Of(const DecidedInLog& one) const {
  const std::optional<RanJob> job = JobOf(one);
  return model_.Of(one.decided, job.has_value() ? &*job : nullptr);
}

JobOutcome JobOutcomes::Of(const DecisionSummary& decided, const RanJob& ran) const {
  return model_.Of(decided, &ran);
}

}  // namespace carbon
