#include "core/cluster/constraint.h"

#include <string.h>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace carbon {
namespace {

// Any user can submit an expression of any length. A longer one is not read.
constexpr size_t kMaxText = 1024;

}  // namespace

std::vector<std::string> ReadFeatures(const char* constraint) {
  if (constraint == nullptr) return {};
  const absl::string_view text(constraint, strnlen(constraint, kMaxText + 1));
  if (text.size() > kMaxText || text.find_first_of("|[](){}*:!") != absl::string_view::npos) {
    return {};
  }
  return absl::StrSplit(text, absl::ByAnyChar("&,"), absl::SkipWhitespace());
}

}  // namespace carbon
