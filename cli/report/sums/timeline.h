// What was saved when: sums by hour, day, week or month of submission. Pure.
#ifndef CLI_REPORT_SUMS_TIMELINE_H_
#define CLI_REPORT_SUMS_TIMELINE_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "cli/report/sums/judged_decision.h"
#include "cli/report/sums/predicted_sums.h"
#include "cli/report/sums/shared_errors.h"
#include "core/base/quantities.h"
#include "core/outcome/estimated.h"

namespace carbon {

// Savings that are known as they were predicted and as they came, of the same jobs.
struct SavedAndPredicted {
  int64_t jobs = 0;
  GramsCo2e predicted_home, predicted;
  GramsCo2e at_home, actual;
  Estimated<GramsCo2e> saved;

  GramsCo2e predicted_saving() const { return predicted_home - predicted; }
  // If all of it is known.
  void Add(const JobOutcome& outcome);
  void Add(const SavedAndPredicted& other);
};

struct ReportBucket {
  absl::Time start;
  int64_t jobs = 0;  // decisions that count
  int64_t delayed = 0;
  PredictedSums sums;
  std::optional<SavedAndPredicted> came;  // absent: not asked for, or of no job known
};

enum class TimeStep { kHour, kDay, kWeek, kMonth };
const char* TimeStepName(TimeStep step);

class Timeline {
 public:
  // Adds what a job is to save and has saved. Ignores a decision without a time.
  void AddJob(const JudgedDecision& judged, const Factors& factors);
  void AddOutcome(const JudgedDecision& judged);

  // A period has this step.
  static TimeStep StepFor(absl::Duration period);
  // In order; without empty ones. Weeks begin on Monday.
  std::vector<ReportBucket> Finish(TimeStep step, absl::TimeZone zone, const SharedErrors& shared);

 private:
  // The timeline is kept in steps of this length until its own step is known. No time zone differs
  // from UTC by a part of it.
  static constexpr absl::Duration kSlot = absl::Minutes(15);
  static int64_t NumberOf(absl::Time time);

  struct Slot {
    int64_t jobs = 0, delayed = 0;
    PredictedSums sums;
  };
  std::unordered_map<int64_t, Slot> slots_;  // by the time since 1970, in kSlot
  std::unordered_map<int64_t, SavedAndPredicted> outcomes_;
};

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_TIMELINE_H_
