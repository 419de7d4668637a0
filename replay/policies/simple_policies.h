// Policies of one rule each.
#ifndef REPLAY_POLICIES_SIMPLE_POLICIES_H_
#define REPLAY_POLICIES_SIMPLE_POLICIES_H_

#include <optional>

#include "core/base/quantities.h"
#include "replay/policies/comparison_policy.h"

namespace carbon {

// Starts at once: what every policy is compared with.
class RunNow : public ComparisonPolicy {
 public:
  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;
};

// CATS, the Climate-Aware Task Scheduler (github.com/GreenScheduler/cats): of the starts at whole
// steps of the forecast after the arrival, at most 47 hours after it, the first whose window of the
// known length has the least mean intensity. Each value of the forecast counts as that of its
// instant, with straight lines between them: of the last step only the instant is known.
class Cats : public ComparisonPolicy {
 public:
  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;
};

// A threshold with a maximum delay, as compute-gardener (github.com/elevated-systems) has it for
// Kubernetes: starts as soon as the intensity is not above the threshold, and at the end of the
// delay in any case. The length is not used.
class Threshold : public ComparisonPolicy {
 public:
  // Absent: the zone's long-run mean.
  explicit Threshold(std::optional<GramsPerKilowattHour> threshold = std::nullopt)
      : threshold_(threshold) {}

  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;

 private:
  const std::optional<GramsPerKilowattHour> threshold_;
};

}  // namespace carbon

#endif  // REPLAY_POLICIES_SIMPLE_POLICIES_H_
