// A job, or one task of an array, that completed or was stopped at its time limit, with the names
// that Slurm has for it. Plain data.
#ifndef CORE_RUNTIME_ACCOUNTED_JOB_H_
#define CORE_RUNTIME_ACCOUNTED_JOB_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace carbon {

struct AccountedJob {
  uint32_t job_id = 0;
  uint32_t user_id = 0;
  std::string account, name;
  absl::Time end;
  absl::Duration ran;  // without the time for which it was suspended
  absl::Duration limit;

  friend bool operator==(const AccountedJob&, const AccountedJob&) = default;
};

}  // namespace carbon

#endif  // CORE_RUNTIME_ACCOUNTED_JOB_H_
