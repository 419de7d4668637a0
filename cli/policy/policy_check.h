// What scarbon policy check finds; scarbon doctor uses it too. Blocks on the disk and on the user
// database.
#ifndef CLI_POLICY_POLICY_CHECK_H_
#define CLI_POLICY_POLICY_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "core/config/config.h"

namespace carbon {

// The config is absent exactly if there are errors. Errors and warnings are one line each; errors
// begin with the file's name.
struct ConfigReview {
  std::optional<Config> config;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

ConfigReview ReviewConfig(const std::string& file);

}  // namespace carbon

#endif  // CLI_POLICY_POLICY_CHECK_H_
