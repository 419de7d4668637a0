#include "cli/report/sums/timeline.h"

#include <map>
#include <utility>

#include "absl/time/civil_time.h"
#include "cli/report/sums/added_waits.h"
#include "core/outcome/known.h"

namespace carbon {
namespace {

absl::Time StartOfStep(absl::Time time, TimeStep step, absl::TimeZone zone) {
  const absl::CivilSecond civil = absl::ToCivilSecond(time, zone);
  const absl::CivilDay day(civil);
  switch (step) {
    case TimeStep::kHour:
      // The hour may occur twice; what is counted from it is not ambiguous.
      return time - absl::Minutes(civil.minute()) - absl::Seconds(civil.second());
    case TimeStep::kDay:
      return absl::FromCivil(day, zone);
    case TimeStep::kWeek:
      return absl::FromCivil(absl::PrevWeekday(day + 1, absl::Weekday::monday), zone);
    case TimeStep::kMonth:
      return absl::FromCivil(absl::CivilMonth(civil), zone);
  }
  return time;
}

}  // namespace

const char* TimeStepName(TimeStep step) {
  switch (step) {
    case TimeStep::kHour:
      return "hour";
    case TimeStep::kDay:
      return "day";
    case TimeStep::kWeek:
      return "week";
    case TimeStep::kMonth:
      return "month";
  }
  return "unknown";
}

void SavedAndPredicted::Add(const JobOutcome& outcome) {
  const EmissionOutcome& emission = outcome.attributional;
  if (!emission.saved.has_value() || !emission.predicted.has_value() ||
      !emission.predicted_home.has_value()) {
    return;
  }
  ++jobs;
  predicted = predicted + *emission.predicted;
  predicted_home = predicted_home + *emission.predicted_home;
  actual = actual + emission.actual->value;
  at_home = at_home + emission.at_home->value;
  saved += *emission.saved;
}

void SavedAndPredicted::Add(const SavedAndPredicted& other) {
  jobs += other.jobs;
  predicted = predicted + other.predicted;
  predicted_home = predicted_home + other.predicted_home;
  actual = actual + other.actual;
  at_home = at_home + other.at_home;
  saved += other.saved;
}

int64_t Timeline::NumberOf(absl::Time time) {
  return absl::ToUnixSeconds(time) / absl::ToInt64Seconds(kSlot);
}

void Timeline::AddJob(const JudgedDecision& judged, const Factors& factors) {
  const DecisionSummary& summary = judged.summary();
  if (summary.time == absl::InfinitePast()) return;
  Slot& slot = slots_[NumberOf(summary.time)];
  ++slot.jobs;
  slot.sums.AddPlans(summary, *judged.run(), judged.has_changed(), factors);
  if (judged.has_changed() &&
      judged.added_wait.value_or(absl::ZeroDuration()) > AddedWaits::kUnnoticed) {
    ++slot.delayed;
  }
}

void Timeline::AddOutcome(const JudgedDecision& judged) {
  if (judged.summary().time == absl::InfinitePast()) return;
  SavedAndPredicted came;
  came.Add(*judged.outcome);
  if (came.jobs > 0) outcomes_[NumberOf(judged.summary().time)].Add(came);
}

TimeStep Timeline::StepFor(absl::Duration period) {
  if (period <= absl::Hours(24 * 3)) return TimeStep::kHour;
  if (period <= absl::Hours(24 * 100)) return TimeStep::kDay;
  if (period <= absl::Hours(24 * 730)) return TimeStep::kWeek;
  return TimeStep::kMonth;
}

std::vector<ReportBucket> Timeline::Finish(TimeStep step, absl::TimeZone zone,
                                           const SharedErrors& shared) {
  std::map<absl::Time, ReportBucket> buckets;
  const auto bucket_of = [&](int64_t number) -> ReportBucket& {
    const absl::Time start = StartOfStep(absl::UnixEpoch() + kSlot * number, step, zone);
    ReportBucket& bucket = buckets[start];
    bucket.start = start;
    return bucket;
  };
  for (const auto& [number, slot] : slots_) {
    ReportBucket& bucket = bucket_of(number);
    bucket.jobs += slot.jobs;
    bucket.delayed += slot.delayed;
    bucket.sums.Add(slot.sums);
  }
  for (const auto& [number, came] : outcomes_) {
    ReportBucket& bucket = bucket_of(number);
    if (!bucket.came.has_value()) bucket.came.emplace();
    bucket.came->Add(came);
  }
  std::vector<ReportBucket> timeline;
  for (auto& [start, bucket] : buckets) {
    bucket.sums.Finish(shared);
    timeline.push_back(std::move(bucket));
  }
  return timeline;
}

}  // namespace carbon
