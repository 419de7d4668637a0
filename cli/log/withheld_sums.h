// Adds up the decisions that were not recorded, because their user filled the log. Pure, except
// that it asks the system for the names of users.
#ifndef CLI_LOG_WITHHELD_SUMS_H_
#define CLI_LOG_WITHHELD_SUMS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/record/log_entry.h"

namespace carbon {

class WithheldSums {
 public:
  // Ignores what the plugin never writes: no count, or no time.
  void Add(const WithheldRecords& withheld);
  // One line for each user: "user ann: 12 decisions were not recorded from … to …".
  std::vector<std::string> Lines() const;

 private:
  struct Sum {
    uint64_t count = 0;
    absl::Time first = absl::InfiniteFuture();
    absl::Time last = absl::InfinitePast();
  };
  std::map<std::string, Sum> by_user_;
};

}  // namespace carbon

#endif  // CLI_LOG_WITHHELD_SUMS_H_
