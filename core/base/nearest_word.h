// Finds the word for "Did you mean …?". Pure.
#ifndef CORE_BASE_NEAREST_WORD_H_
#define CORE_BASE_NEAREST_WORD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace carbon {

// Returns the known word nearest to `word` by edit distance, or an empty string if none is near
// (the limit is a third of the word's length, at least 2).
std::string NearestWord(absl::string_view word, const std::vector<std::string>& known);

}  // namespace carbon

#endif  // CORE_BASE_NEAREST_WORD_H_
