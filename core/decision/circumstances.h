// What may override a decision without being part of the job or of the snapshot. Plain data.
#ifndef CORE_DECISION_CIRCUMSTANCES_H_
#define CORE_DECISION_CIRCUMSTANCES_H_

#include <string>

#include "absl/time/time.h"

namespace carbon {

struct Circumstances {
  // Since when this controller has been the one in charge. A look at the queue from before that
  // lacks what the controller before it booked.
  absl::Time in_charge_since = absl::InfinitePast();
  std::string log_error;  // why the placement log cannot be written; empty: it can
};

}  // namespace carbon

#endif  // CORE_DECISION_CIRCUMSTANCES_H_
