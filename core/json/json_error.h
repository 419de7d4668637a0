// This struct says what is wrong in a JSON text, and where. Plain data.
#ifndef CORE_JSON_JSON_ERROR_H_
#define CORE_JSON_JSON_ERROR_H_

#include <optional>
#include <string>

namespace carbon {

// One fault of a JSON text, for example of a carbon.json.
struct ConfigError {
  std::string path;         // JSON pointer to the value: "/pools/oslo/site"
  std::optional<int> line;  // 1-based, if it is known
  std::string message;      // "unknown site \"osol\"; did you mean \"oslo\"?"
};

}  // namespace carbon

#endif  // CORE_JSON_JSON_ERROR_H_
