// A figure of an outcome that may not be known, and why not. Missing data is never zero. Values
// without I/O.
#ifndef CORE_OUTCOME_KNOWN_H_
#define CORE_OUTCOME_KNOWN_H_

#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"

namespace carbon {

// A code never changes and is never reused for another meaning; a text may be reworded.
enum class WhyUnknown {
  kNotAccounted,
  kNotEnded,
  kNeverRan,
  kNothingPlanned,
  kNotRecorded,
  kNotAsPlanned,
  kNoPool,
  kSeveralPools,
  kNoUnits,
  kNoPue,
  kNoFreeWatts,
  kNoActuals,
  kActualsMissing,
};
inline constexpr int kWhysUnknown = static_cast<int>(WhyUnknown::kActualsMissing) + 1;

// Returns lower-case words with hyphens: "actual-values-missing".
absl::string_view WhyUnknownCode(WhyUnknown why);
// Returns one phrase: "there are no actual values for a part of the time".
absl::string_view WhyUnknownText(WhyUnknown why);

template <class T>
class Known {
 public:
  Known() = default;
  // Both are implicit, so that a function returns the value, or why it is not known.
  Known(T value) : value_(std::move(value)) {}
  Known(WhyUnknown why) : why_(why) {}

  bool has_value() const { return value_.has_value(); }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return &*value_; }
  const std::optional<T>& value() const { return value_; }
  // Only if there is no value.
  WhyUnknown why() const {
    assert(!value_.has_value());
    return why_;
  }

 private:
  std::optional<T> value_;
  WhyUnknown why_ = WhyUnknown::kNotRecorded;
};

}  // namespace carbon

#endif  // CORE_OUTCOME_KNOWN_H_
