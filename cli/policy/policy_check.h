// What scarbon policy check finds, for whoever else wants to know. Blocks on the disk and on the
// user database.
#ifndef CLI_POLICY_POLICY_CHECK_H_
#define CLI_POLICY_POLICY_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "core/config/config.h"

namespace carbon {

// The config is absent exactly if there are errors. A line each, errors with the file's name.
struct ConfigReview {
  std::optional<Config> config;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

ConfigReview ReviewConfig(const std::string& file);

}  // namespace carbon

#endif  // CLI_POLICY_POLICY_CHECK_H_
