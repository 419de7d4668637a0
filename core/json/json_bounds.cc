#include "core/json/json_bounds.h"

namespace carbon {
namespace {

constexpr absl::string_view kBlanks = " \t\n\r";

// Returns the quote that closes the string which begins after `begin`; the end if no quote closes
// it.
size_t EndOfString(absl::string_view json, size_t begin) {
  for (size_t i = begin; i < json.size(); ++i) {
    if (json[i] == '\\') {
      ++i;
    } else if (json[i] == '"') {
      return i;
    }
  }
  return json.size();
}

}  // namespace

bool IsWithinBounds(absl::string_view json, int max_depth, size_t max_key) {
  int depth = 0;
  for (size_t i = 0; i < json.size(); ++i) {
    switch (json[i]) {
      case '{':
      case '[':
        if (++depth > max_depth) return false;
        break;
      case '}':
      case ']':
        --depth;
        break;
      case '"': {
        const size_t begin = i + 1;
        i = EndOfString(json, begin);
        if (i - begin <= max_key) break;
        const size_t next = json.find_first_not_of(kBlanks, i + 1);
        if (next != absl::string_view::npos && json[next] == ':') return false;
        break;
      }
      default:
        break;
    }
  }
  return true;
}

}  // namespace carbon
