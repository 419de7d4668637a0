// What can be wrong with what carbon did to a job. Values without I/O.
#ifndef CLI_REPORT_SUMS_HARM_H_
#define CLI_REPORT_SUMS_HARM_H_

#include <cstddef>

#include "absl/time/time.h"

namespace carbon {

enum class Harm {
  kEmitsMore,      // than at home, by the prediction
  kGivenBack,      // its plan could not be kept: it waited for nothing
  kNeverRan,       // it was delayed, and ended before it began
  kRanElsewhere,   // it left the planned partition, so that its saving is unknown
  kEmittedMore,    // than at home, by the actual values
  kStartedLate,    // more than kLate after its planned start
  kMissedDeadline  // it ended after it
};
inline constexpr size_t kHarms = 7;
inline constexpr absl::Duration kLate = absl::Minutes(5);
// "emits-more"
const char* HarmName(Harm harm);
const char* HarmText(Harm harm);

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_HARM_H_
