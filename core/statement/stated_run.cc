#include "core/statement/stated_run.h"

namespace carbon {

absl::string_view EnergyBasisName(EnergyBasis basis) {
  switch (basis) {
    case EnergyBasis::kMeter:
      return "meter";
    case EnergyBasis::kBmc:
      return "bmc";
    case EnergyBasis::kDeviceCounters:
      return "device-counters";
    case EnergyBasis::kProfile:
      return "profile";
  }
  return "unknown";
}

}  // namespace carbon
