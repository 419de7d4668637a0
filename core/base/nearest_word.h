// "Did you mean …?". Pure.
#ifndef CORE_BASE_NEAREST_WORD_H_
#define CORE_BASE_NEAREST_WORD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace carbon {

// The known word nearest to `word` by edit distance, or empty where none is near (more than a third
// of its length away, at least 2).
std::string NearestWord(absl::string_view word, const std::vector<std::string>& known);

}  // namespace carbon

#endif  // CORE_BASE_NEAREST_WORD_H_
