// Which source of actual intensities counts in each zone for one outcome, and means by it. Pure.
#ifndef CORE_OUTCOME_CHOSEN_ACTUALS_H_
#define CORE_OUTCOME_CHOSEN_ACTUALS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/grid/intensity.h"
#include "core/outcome/actual_intensity.h"
#include "core/outcome/known.h"

namespace carbon {

// From which actual values a zone's intensities are.
struct ActualsUsed {
  std::string zone, source;  // no source: there is none
  SignalKind kind = SignalKind::kAverageLifecycle;
  absl::Duration needed, known, estimated;  // of the time that is needed, counted once
  std::optional<absl::Time> fetched_at;     // of the newest value
};

// First Need() each time, then Choose() once, then means.
class ChosenActuals {
 public:
  // `actuals` must outlive it.
  ChosenActuals(const ActualsByZone& actuals, SignalKind kind);

  // Times are whole seconds.
  void Need(const std::string& zone, absl::Time from, absl::Time to);

  // Chooses for each zone the source of the kind that knows most of the time that is needed; of
  // equal ones, the first.
  std::vector<ActualsUsed> Choose();

  // kNoActuals if the zone has no source, kActualsMissing if it lacks a part of the time. Of no
  // time, the value at `from`.
  Known<GramsPerKilowattHour> Mean(const std::string& zone, absl::Time from, absl::Time to) const;

 private:
  using Windows = std::map<absl::Time, absl::Time>;  // disjoint: the end of each by its start

  ActualsUsed ChooseOf(const std::string& zone, const Windows& windows);

  const ActualsByZone& actuals_;
  const SignalKind kind_;
  std::map<std::string, Windows> needed_;
  std::map<std::string, const ActualIntensity*> chosen_;  // nullptr: there is none
};

}  // namespace carbon

#endif  // CORE_OUTCOME_CHOSEN_ACTUALS_H_
