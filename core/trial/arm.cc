#include "core/trial/arm.h"

namespace carbon {

absl::string_view ArmName(Arm arm) {
  switch (arm) {
    case Arm::kPlaced:
      return "placed";
    case Arm::kExempt:
      return "exempt";
  }
  return "unknown";
}

Arm ArmOf(double draw, double exempt) { return draw < exempt ? Arm::kExempt : Arm::kPlaced; }

}  // namespace carbon
