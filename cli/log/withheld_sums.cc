#include "cli/log/withheld_sums.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/log/fields.h"
#include "cli/text/slurm_time.h"

namespace carbon {

void WithheldSums::Add(const WithheldRecords& withheld) {
  constexpr uint64_t kMaxCount = 1'000'000'000'000'000;  // the plugin never writes a larger count
  if (withheld.first == absl::InfinitePast() || withheld.last == absl::InfinitePast()) return;
  if (withheld.count == 0 || withheld.count > kMaxCount) return;
  Sum& sum = by_user_[withheld.user_id ? UserName(*withheld.user_id) : std::string()];
  sum.count += withheld.count;
  sum.first = std::min(sum.first, withheld.first);
  sum.last = std::max(sum.last, withheld.last);
}

std::vector<std::string> WithheldSums::Lines() const {
  std::vector<std::string> lines;
  for (const auto& [user, sum] : by_user_) {
    lines.push_back(absl::StrCat(user.empty() ? "other users" : absl::StrCat("user ", user), ": ",
                                 sum.count, sum.count == 1 ? " decision was" : " decisions were",
                                 " not recorded from ",
                                 FormatSlurmTime(sum.first, absl::LocalTimeZone()), " to ",
                                 FormatSlurmTime(sum.last, absl::LocalTimeZone()),
                                 ": above a user's share of the log; those jobs passed unchanged"));
  }
  return lines;
}

}  // namespace carbon
