#include "cli/outcome/slurm_meter.h"

#include <map>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/process/child_process.h"

namespace carbon {

// Its lines are "AcctGatherEnergyType    = acct_gather_energy/ipmi". A line of another form, such
// as a title, has no " = ".
EnergyMeter ParseSlurmConfig(absl::string_view printed) {
  std::map<std::string, std::string> values;
  for (absl::string_view line : absl::StrSplit(printed, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> member =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    values.emplace(absl::AsciiStrToLower(absl::StripAsciiWhitespace(member.first)),
                   absl::StripAsciiWhitespace(member.second));
  }
  const auto type = values.find("acctgatherenergytype");
  if (type == values.end()) return {};
  EnergyMeter meter = EnergyMeterOf(type->second, values["slurm_version"]);
  meter.whole_nodes = values["selecttype"] == "select/linear";
  return meter;
}

std::set<std::string> ParseExclusivePartitions(absl::string_view printed) {
  std::set<std::string> partitions;
  for (absl::string_view line : absl::StrSplit(printed, '\n', absl::SkipEmpty())) {
    absl::string_view name;
    bool is_exclusive = false;
    for (absl::string_view word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
      if (absl::ConsumePrefix(&word, "PartitionName=")) {
        name = word;
      } else if (word == "OverSubscribe=EXCLUSIVE") {
        is_exclusive = true;
      }
    }
    if (is_exclusive && !name.empty()) partitions.emplace(name);
  }
  return partitions;
}

SlurmMeter AskForMeter(const MeterConfig& config) {
  SlurmMeter slurm;
  const absl::StatusOr<std::string> printed = RunProgram({"scontrol", "show", "config"});
  if (printed.ok()) slurm.meter = ParseSlurmConfig(*printed);
  if (config.prometheus.has_value()) {
    slurm.meter = PrometheusEnergyMeter(
        slurm.meter,
        absl::StrCat("Prometheus ", config.prometheus->url, ", query ", config.prometheus->query));
  }
  if (!printed.ok()) return slurm;
  // The partitions matter only if there is a meter of whole nodes.
  if (slurm.meter.scope != EnergyMeter::Scope::kNodes) return slurm;
  const absl::StatusOr<std::string> partitions =
      RunProgram({"scontrol", "--oneliner", "show", "partitions"});
  if (partitions.ok()) slurm.exclusive_partitions = ParseExclusivePartitions(*partitions);
  return slurm;
}

}  // namespace carbon
