#include "core/base/nearest_word.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

namespace carbon {
namespace {

// Returns the Damerau-Levenshtein distance with transpositions of neighbours. It holds three rows
// of the table at a time.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, above);
    std::swap(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row.back();
}

size_t Difference(size_t a, size_t b) { return a > b ? a - b : b - a; }

}  // namespace

std::string NearestWord(absl::string_view word, const std::vector<std::string>& known) {
  const std::string lower = absl::AsciiStrToLower(word);
  std::string nearest;
  size_t least = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (Difference(word.size(), candidate.size()) >= least) continue;
    const size_t distance = EditDistance(lower, absl::AsciiStrToLower(candidate));
    // Words without a common character are not near, however short they are.
    if (distance >= least || distance >= std::max(word.size(), candidate.size())) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace carbon
