// A policy's exempt share makes a randomised trial of it. Each job that the policy would change is
// drawn into one of two arms. Jobs that the policy would not change are in neither. Pure.
#ifndef CORE_TRIAL_ARM_H_
#define CORE_TRIAL_ARM_H_

#include "absl/strings/string_view.h"

namespace carbon {

enum class Arm {
  kPlaced,  // the plan is carried out
  kExempt,  // the job is left at home
};

// "placed" or "exempt".
absl::string_view ArmName(Arm arm);

// The largest share of jobs that a policy may exempt.
inline constexpr double kMaxExempt = 0.5;

// The arm of a job whose draw is in [0, 1): a share `exempt` of all draws is exempt.
Arm ArmOf(double draw, double exempt);

}  // namespace carbon

#endif  // CORE_TRIAL_ARM_H_
