// The outcomes of decisions: joins what the placement log says of them with what accounting says of
// their jobs, with what the meter that carbon.json names has measured, and with the intensities
// that the zones really had.
//
//   JobOutcomes outcomes(config, asked.runs);
//   for (const DecidedInLog& one : decisions) outcomes.Need(one);
//   outcomes.AskMeter(complain);
//   if (absl::Status read = outcomes.ReadActuals(sources, complain); !read.ok()) return read;
//   for (const DecidedInLog& one : decisions) Show(outcomes.Of(one));
//
// An outcome takes kilobytes, and decisions may be read twice: none of them is kept.
#ifndef CLI_OUTCOME_JOB_OUTCOMES_H_
#define CLI_OUTCOME_JOB_OUTCOMES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/outcome/accounted_jobs.h"
#include "cli/outcome/actual_values.h"
#include "cli/outcome/run_readings.h"
#include "cli/outcome/slurm_meter.h"
#include "core/config/config.h"
#include "core/outcome/outcome.h"
#include "core/record/decision_summary.h"

namespace carbon {

// A decision, as the log knows it.
struct DecidedInLog {
  const DecisionSummary& decided;
  std::optional<uint32_t> job_id;  // absent: its job is not known
  bool was_restored = false;
  bool never_queued = false;  // the queue never showed its job
};

// The sources that the options of a command name, and otherwise the configuration.
ActualSources SourcesFor(const Config& config, absl::string_view archive, absl::string_view grid);

// For one thread at a time.
class JobOutcomes {
 public:
  // Both must outlive it. Runs scontrol if accounting knows any job, and blocks meanwhile.
  JobOutcomes(const Config& config, const AccountedRuns& accounted);
  JobOutcomes(const JobOutcomes&) = delete;
  JobOutcomes& operator=(const JobOutcomes&) = delete;

  const SlurmMeter& meter() const { return meter_; }

  // The job of a decision, if accounting knows it.
  std::optional<RanJob> JobOf(const DecidedInLog& one) const;

  // Returns a run of accounting with the energy that the meter measured.
  ActualRun Metered(ActualRun run) const;

  // Says that the intensities of the job's runs and of both plans will be needed, and the readings
  // of the meter if all of the job has ended.
  void Need(const DecidedInLog& one);
  // The intensities alone.
  void NeedIntensities(const DecidedInLog& one);
  // Says that the intensities of one run will be needed, and the reading of the meter.
  // `is_exclusive`: its job asked to have its nodes alone.
  void Need(const ActualRun& run, bool is_exclusive);

  // Asks the Prometheus that the configuration names for the readings that are needed. Without one
  // it does nothing: accounting has the energy. Does network I/O, and blocks for at most
  // kMaxMetering and one timeout. `complain` gets a line if readings are missing.
  void AskMeter(const std::function<void(const std::string&)>& complain);

  // Reads the intensities that are needed, from the disk. Until then there are none. Returns and
  // complains as ReadActualValues() does.
  absl::Status ReadActuals(const ActualSources& sources,
                           const std::function<void(const std::string&)>& complain);

  JobOutcome Of(const DecidedInLog& one) const;
  JobOutcome Of(const DecisionSummary& decided, const RanJob& ran) const;

 private:
  void NeedIntensities(const DecidedInLog& one, const std::optional<RanJob>& job);
  void NeedIntensities(absl::Time start, absl::Time end);

  const Config& config_;
  const AccountedRuns& accounted_;
  const SlurmMeter meter_;
  RunReadings readings_;
  std::set<std::string> zones_;
  absl::Time from_ = absl::InfiniteFuture(), to_ = absl::InfinitePast();
  ActualsByZone actuals_;
  const OutcomeModel model_;
};

}  // namespace carbon

#endif  // CLI_OUTCOME_JOB_OUTCOMES_H_
