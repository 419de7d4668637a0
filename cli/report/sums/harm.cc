#include "cli/report/sums/harm.h"

namespace carbon {

const char* HarmName(Harm harm) {
  switch (harm) {
    case Harm::kEmitsMore:
      return "emits-more";
    case Harm::kGivenBack:
      return "given-back";
    case Harm::kNeverRan:
      return "never-ran";
    case Harm::kRanElsewhere:
      return "ran-elsewhere";
    case Harm::kEmittedMore:
      return "emitted-more";
    case Harm::kStartedLate:
      return "started-late";
    case Harm::kMissedDeadline:
      return "missed-deadline";
  }
  return "unknown";
}

const char* HarmText(Harm harm) {
  switch (harm) {
    case Harm::kEmitsMore:
      return "more CO2e than at home, predicted";
    case Harm::kGivenBack:
      return "waited, then given back";
    case Harm::kNeverRan:
      return "delayed, and ended before it began";
    case Harm::kRanElsewhere:
      return "ran elsewhere than planned";
    case Harm::kEmittedMore:
      return "more CO2e than at home, actual";
    case Harm::kStartedLate:
      return "started later than planned";
    case Harm::kMissedDeadline:
      return "ended after its deadline";
  }
  return "unknown";
}

}  // namespace carbon
