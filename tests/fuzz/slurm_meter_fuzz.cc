// Arbitrary bytes as what scontrol printed: a meter is known only by its plugin, its release is a
// part of the text, and each exclusive partition is named in it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/outcome/slurm_meter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using carbon::EnergyMeter;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const EnergyMeter meter = carbon::ParseSlurmConfig(text);
  const bool has_scope =
      meter.scope != EnergyMeter::Scope::kNone && meter.scope != EnergyMeter::Scope::kUnknown;
  if (has_scope && meter.plugin.empty()) std::abort();
  if (meter.scope == EnergyMeter::Scope::kNone && !meter.plugin.empty()) std::abort();
  if (!absl::StrContains(text, meter.plugin) || !absl::StrContains(text, meter.release)) {
    std::abort();
  }
  for (const std::string& partition : carbon::ParseExclusivePartitions(text)) {
    if (partition.empty() || absl::StrContains(partition, ' ')) std::abort();
    if (!absl::StrContains(text, absl::StrCat("PartitionName=", partition))) std::abort();
  }
  return 0;
}
