// The outcomes of decisions: joins what the placement log says of them with what accounting says of
// their jobs, and with the intensities that the zones really had. scarbon log --outcome and other
// commands use it. Runs sacct and scontrol, reads the archive, and blocks meanwhile.
#ifndef CLI_OUTCOME_JOB_OUTCOMES_H_
#define CLI_OUTCOME_JOB_OUTCOMES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cli/outcome/actual_values.h"
#include "core/config/config.h"
#include "core/outcome/outcome.h"

namespace carbon {

// A decision, as the log knows it.
struct DecidedInLog {
  DecidedJob decided;
  uint32_t user_id = 0;
  std::optional<uint32_t> job_id;  // absent: its job is not known
  bool was_restored = false;
  bool never_queued = false;  // the queue never showed its job
};

// The sources that the options of a command name, and otherwise the configuration.
ActualSources SourcesFor(const Config& config, absl::string_view archive, absl::string_view grid);

// Calls `visit` with the outcome of each decision, in their order. `ran` is nullptr if accounting
// does not know the job. An outcome takes kilobytes, so it is not kept.
//
// Returns what ReadActualValues() returns. `complain` gets a line if accounting does not answer.
absl::Status ForEachOutcome(
    const std::vector<DecidedInLog>& decisions, const Config& config, const ActualSources& sources,
    const std::function<void(const std::string&)>& complain,
    const std::function<void(size_t index, const JobOutcome& outcome, const RanJob* ran)>& visit);

}  // namespace carbon

#endif  // CLI_OUTCOME_JOB_OUTCOMES_H_
