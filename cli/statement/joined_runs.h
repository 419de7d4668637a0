// The runs of jobs with their energy and emission: joins Slurm's accounting with the decisions in
// the placement log, with the configuration and with the intensities that the zones really had.
// Runs sacct and scontrol, asks the meter that carbon.json names, reads the log and the archive,
// and blocks meanwhile.
#ifndef CLI_STATEMENT_JOINED_RUNS_H_
#define CLI_STATEMENT_JOINED_RUNS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/outcome/actual_values.h"
#include "cli/statement/job_list.h"
#include "core/config/config.h"
#include "core/statement/stated_run.h"
#include "core/statement/statement.h"

namespace carbon {

struct JoinedRuns {
  std::vector<StatedRun> runs;
  Provenance provenance;  // without the time and the program
};

struct RunSources {
  std::vector<std::string> logs;  // placement logs, oldest first
  ActualSources actuals;
  // The user named them, so that it is an error if they cannot be read. Otherwise `complain` gets a
  // line, and they are left out.
  bool must_have_logs = false, must_have_actuals = false;
};

// How a run is accounted:
//   - Its energy is that of core/outcome/outcome.h, asked about this run alone: measured if the
//     site's meter is believed, otherwise the power that its decision recorded, or if it has none
//     in its partition, the busy watts of the partition's only pool.
//   - Its emission is that with actual intensities. If some are missing, the mean intensity that
//     its decision forecast is used, with the forecast's errors.
//   - A run without a decision in the log counts as well: it opted out, or came before the log.
//
// NotFound, naming the jobs, if accounting does not know one of them: a statement counts every run.
absl::StatusOr<JoinedRuns> JoinRuns(const JobList& jobs, const Config& config,
                                    const RunSources& sources,
                                    const std::function<void(const std::string&)>& complain);

}  // namespace carbon

#endif  // CLI_STATEMENT_JOINED_RUNS_H_
