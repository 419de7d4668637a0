// Asks the Prometheus that carbon.json names what runs of jobs consumed: one query for each run, a
// few at a time (cli/outcome/prometheus_query.h).
//
//   RunReadings readings(config, slurm);
//   for (const ActualRun& run : runs) readings.Need(run, /*is_exclusive=*/false);
//   readings.Ask(complain);
//   for (ActualRun& run : runs) readings.SetIn(&run);
//
// Without a Prometheus in the configuration it does nothing. For one thread.
#ifndef CLI_OUTCOME_RUN_READINGS_H_
#define CLI_OUTCOME_RUN_READINGS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "cli/outcome/slurm_meter.h"
#include "core/config/config.h"
#include "core/outcome/energy_meter.h"
#include "core/outcome/ran_job.h"

namespace carbon {

// One command asks for at most this long.
inline constexpr absl::Duration kMaxMetering = absl::Minutes(2);

class RunReadings {
 public:
  // Both must outlive it.
  RunReadings(const Config& config, const SlurmMeter& slurm) : config_(config), slurm_(slurm) {}

  // Says that the run will be asked for, unless its reading could not be believed: it may have
  // shared its nodes. `is_exclusive`: its job asked to have them alone. Otherwise its partition and
  // Slurm's configuration say so. A run may be needed several times, and is asked for once.
  void Need(const ActualRun& run, bool is_exclusive);

  // Asks for the runs. If there are more than max_queries, asks for the newest. Stops after three
  // failures in a row, and after kMaxMetering. `complain` gets one line if the Prometheus did not
  // answer, and one if runs were not asked for. Does network I/O and blocks meanwhile.
  void Ask(const std::function<void(const std::string&)>& complain);

  // Replaces what accounting says of the run's energy by the reading. Without one, `why_no_joules`
  // says why.
  void SetIn(ActualRun* run) const;

 private:
  class Asker;

  struct Reading {
    ActualRun run;                                       // as it was asked for
    std::optional<double> joules;                        // of the computers
    WhyNotBelieved why_not = WhyNotBelieved::kNotAsked;  // without joules
  };
  using Key = std::pair<int64_t, absl::Time>;  // the job's own number, the start

  const Config& config_;
  const SlurmMeter& slurm_;
  std::map<Key, Reading> readings_;
};

}  // namespace carbon

#endif  // CLI_OUTCOME_RUN_READINGS_H_
