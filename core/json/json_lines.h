// JsonLines scans a JSON text once before it is read. It checks that the text is JSON and that no
// key occurs twice, and notes on which line each value is. The JSON library alone reports lines
// only for syntax errors, and silently keeps the last of two equal keys. Pure; no I/O.
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

// carbon.json needs far less than these limits. They bound the work on a broken text.
inline constexpr int kMaxJsonDepth = 16;
inline constexpr size_t kMaxJsonKey = 256;  // bytes

class JsonLines {
 public:
  // Scans JSON with // and /* */ comments. Adds an error with its line if the text is not JSON, is
  // nested deeper than kMaxJsonDepth or has a key above kMaxJsonKey, and then stops. Adds an error
  // for each key that occurs twice in its object.
  static JsonLines Scan(absl::string_view text, std::vector<ConfigError>* errors);

  // Returns the line of the value at a JSON pointer, or of the nearest value around it; for a
  // member, the line of its key. From 1.
  std::optional<int> Find(absl::string_view pointer) const;

 private:
  friend class JsonLinesScan;

  struct Value {
    int id;
    int line;
  };
  // The values, by the id of the value that contains them and their key or index there. The text as
  // a whole is contained in kNothing, under "".
  static constexpr int kNothing = -1;
  std::map<std::pair<int, std::string>, Value> values_;
};

// Returns a key as a part of a JSON pointer (RFC 6901): "~" and "/" escaped.
std::string EscapePointer(absl::string_view key);

}  // namespace carbon

#endif  // CORE_JSON_JSON_LINES_H_
