// The outcomes of decisions: joins what the placement log says of them with what accounting says of
// their jobs, and with the intensities that the zones really had.
//
//   JobOutcomes outcomes(config, asked.runs);
//   for (const DecidedInLog& one : decisions) outcomes.Need(one);
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

  // Says that the intensities of the job's runs and of both plans will be needed, or of one run.
  void Need(const DecidedInLog& one);
  void Need(const ActualRun& run);

  // Reads the intensities that are needed, from the disk. Until then there are none. Returns and
  // complains as ReadActualValues() does.
  absl::Status ReadActuals(const ActualSources& sources,
                           const std::function<void(const std::string&)>& complain);

  JobOutcome Of(const DecidedInLog& one) const;
  JobOutcome Of(const DecisionSummary& decided, const RanJob& ran) const;

 private:
  void Need(absl::Time start, absl::Time end);

  const Config& config_;
  const AccountedRuns& accounted_;
  const SlurmMeter meter_;
  std::set<std::string> zones_;
  absl::Time from_ = absl::InfiniteFuture(), to_ = absl::InfinitePast();
  ActualsByZone actuals_;
  const OutcomeModel model_;
};

}  // namespace carbon

#endif  // CLI_OUTCOME_JOB_OUTCOMES_H_
