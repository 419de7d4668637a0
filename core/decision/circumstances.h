// What may override a decision without being part of the job or of the snapshot. Plain data.
#ifndef CORE_DECISION_CIRCUMSTANCES_H_
#define CORE_DECISION_CIRCUMSTANCES_H_

#include <optional>
#include <string>

#include "absl/time/time.h"

namespace carbon {

struct Circumstances {
  // When this controller took charge. An earlier look at the queue lacks what the controller before
  // it booked.
  absl::Time in_charge_since = absl::InfinitePast();
  std::string log_error;  // why the placement log cannot be written; empty: it can be
  // Says whether a job that a policy would change is exempt (Policy::exempt): in [0, 1), and
  // unknown to users before they submit the job. Absent: no job is exempt.
  std::optional<double> draw;
};

}  // namespace carbon

#endif  // CORE_DECISION_CIRCUMSTANCES_H_
