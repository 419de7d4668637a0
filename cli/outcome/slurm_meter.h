// The energy meter of the site, as Slurm and carbon.json say, and the partitions whose jobs have
// their nodes alone. Runs scontrol, and blocks meanwhile: at most 15 seconds for each question.
#ifndef CLI_OUTCOME_SLURM_METER_H_
#define CLI_OUTCOME_SLURM_METER_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "core/config/daemon_config.h"
#include "core/outcome/energy_meter.h"

namespace carbon {

struct SlurmMeter {
  EnergyMeter meter;
  std::set<std::string> exclusive_partitions;  // OverSubscribe=EXCLUSIVE
};

// Parse what `scontrol show config`, and `scontrol --oneliner show partitions`, print. Pure.
EnergyMeter ParseSlurmConfig(absl::string_view printed);
std::set<std::string> ParseExclusivePartitions(absl::string_view printed);

// The meter that `config` names, and otherwise Slurm's. If slurmctld does not answer, Slurm's is
// unknown.
SlurmMeter AskForMeter(const MeterConfig& config);

}  // namespace carbon

#endif  // CLI_OUTCOME_SLURM_METER_H_
