// The policies that GAIA proposes and compares: Hanafy et al., "Going Green for Less Green:
// Optimizing the Cost of Reducing Cloud Carbon Emissions", ASPLOS 2024. The rules are those of its
// published simulator (github.com/umassos/GAIA), on times in whole seconds where it has steps of
// five.
//
// GAIA knows to which of two classes a job belongs: short ones, of less than two hours, wait at
// most 6 h, and the others 24 h. Of a job's length it knows the mean of its class.
#ifndef REPLAY_POLICIES_GAIA_H_
#define REPLAY_POLICIES_GAIA_H_

#include "replay/policies/comparison_policy.h"

namespace carbon {

// Starts at the first moment of the least intensity within the time that the job may wait. The
// length is not used.
class LowestSlot : public ComparisonPolicy {
 public:
  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;
};

// Of the starts at whole hours after the arrival, the first whose window of the known length has
// the least mean intensity.
class LowestWindow : public ComparisonPolicy {
 public:
  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;
};

// Of the starts at whole hours after the arrival, the first that saves most, against a start at
// once, for each hour until the job ends.
class CarbonTime : public ComparisonPolicy {
 public:
  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;
};

// Wait Awhile, as GAIA calls its form of Wiesner et al. (lets_wait_awhile.h): runs in the time with
// the least intensity, suspended between. Needs the job's true length.
class WaitAwhile : public ComparisonPolicy {
 public:
  bool suspends() const override { return true; }
  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;
};

// Ecovisor (Souza et al., "Ecovisor: A Virtual Energy System for Carbon-Efficient Applications",
// ASPLOS 2023), as GAIA runs it: the job runs while the intensity is below the 30% quantile of the
// 24 hours from its arrival, and is suspended while it is not, until it has waited for as long as
// it may. Then it runs to its end. The length is not used.
class Ecovisor : public ComparisonPolicy {
 public:
  bool suspends() const override { return true; }
  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;
};

}  // namespace carbon

#endif  // REPLAY_POLICIES_GAIA_H_
