// Makes random numbers that have the same bits everywhere. They are keyed by name and index, and
// use only what IEEE 754 defines to the bit. Pure; no state.
#ifndef CORE_BASE_STANDARD_DRAWS_H_
#define CORE_BASE_STANDARD_DRAWS_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace carbon {

uint64_t DrawKey(absl::string_view name);

// Returns a number of mean 0 and variance 1, close enough to normal: the sum of twelve uniform ones
// less six (Irwin-Hall). It uses no logarithm or cosine, whose last bits differ between C
// libraries.
double StandardDraw(uint64_t key, uint64_t index);

}  // namespace carbon

#endif  // CORE_BASE_STANDARD_DRAWS_H_
