// A JSON text looked through once before it is read: is it JSON, does no key stand twice, and on
// which line does each value stand? The JSON library alone tells lines only for syntax errors, and
// silently keeps the last of two equal keys. Pure; no I/O.
#ifndef CORE_JSON_JSON_LINES_H_
#define CORE_JSON_JSON_LINES_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace carbon {

struct ConfigError;

// What carbon.json needs is far below these; they bound the work on a text gone wrong.
inline constexpr int kMaxJsonDepth = 16;
inline constexpr size_t kMaxJsonKey = 256;  // bytes

class JsonLines {
 public:
  // Looks through JSON with // and /* */ comments. Adds an error with its line for what is no JSON,
  // nested deeper than kMaxJsonDepth or has a key above kMaxJsonKey, and then looks no further; and
  // one for each key that stands twice in its object.
  static JsonLines Scan(absl::string_view text, std::vector<ConfigError>* errors);

  // The line of the value at a JSON pointer, or of the nearest value around it; of a member, that
  // of its key. From 1.
  std::optional<int> Find(absl::string_view pointer) const;

 private:
  friend class JsonLinesScan;

  struct Value {
    int id;
    int line;
  };
  // A value by the id of what holds it and its key or index there. The text as a whole is held by
  // nothing, kNothing, under "".
  static constexpr int kNothing = -1;
  std::map<std::pair<int, std::string>, Value> values_;
};

// A key as a part of a JSON pointer (RFC 6901): "~" and "/" escaped.
std::string EscapePointer(absl::string_view key);

}  // namespace carbon

#endif  // CORE_JSON_JSON_LINES_H_
