// The waits that plans add, summarised over many jobs. Pure.
#ifndef CLI_REPORT_SUMS_ADDED_WAITS_H_
#define CLI_REPORT_SUMS_ADDED_WAITS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace carbon {

// The wait that a plan adds: its start less the start at home.
struct AddedWaits {
  static constexpr size_t kBins = 8;
  // The bins' upper bounds; the first bin is of jobs that start sooner, the second of those that
  // start as at home, the last has no bound.
  static const std::array<absl::Duration, kBins - 1> kBounds;
  // A job that starts later than at home by more than this is delayed.
  static constexpr absl::Duration kUnnoticed = absl::Minutes(1);

  int64_t jobs = 0;  // of which it is known
  int64_t delayed = 0;
  int64_t sooner = 0;
  absl::Duration total, mean, median, p95, longest;  // of the delayed jobs
  std::array<int64_t, kBins> bins{};
};

// Collects them: eight bytes for each delayed job.
class WaitCollector {
 public:
  // Absent: it is not known.
  void Add(const std::optional<absl::Duration>& wait);
  AddedWaits Finish();

 private:
  AddedWaits waits_;
  std::vector<absl::Duration> delays_;
};

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_ADDED_WAITS_H_
