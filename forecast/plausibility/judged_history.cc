#include "forecast/plausibility/judged_history.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace carbon {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kDay = kHoursOfDay;
// Both neighbours of an outage are above this share of the median.
constexpr double kFarFromZero = 0.25;
// A zone is usually near zero if more than kUsualShare of its hours is below kNearZero of the
// median, in runs of two hours to a day. Single zeros and long outages do not count for it.
constexpr double kNearZero = 0.1;
constexpr double kUsualShare = 0.03;
// A grid reaches zero and leaves it over hours, a dead source at once. So the last hour on each
// side of a true zero is below half of the median, and the hour further away is higher by at least
// a third, but below three quarters. Two hours are checked, because a source that dies within an
// hour leaves that hour at any value in between.
constexpr double kMaxFirstFlank = 0.5;
constexpr double kMaxSecondFlank = 0.75;
constexpr double kMinFlankRatio = 4.0 / 3;
constexpr size_t kMinConstantLimit = 2;
// Hours are in range up to 2.5 times the 98th percentile, or further if hours vary much.
const double kMinRangeMargin = std::log(2.5);
constexpr double kRangeMargin = 0.5;  // of the distance from the 2nd to the 98th percentile
constexpr size_t kMaxOutlierHours = 3;
// A multiple of the deviation below which 19 of 20 hours stay. Dips by less than a factor of four
// are usual in a few zones, and do less harm than spikes.
constexpr double kOutlierMultiple = 5;
constexpr double kMinSpike = 0.6;
constexpr double kMinDip = 1.5;
constexpr size_t kBelievedDays = kHoursOfWeek / kDay;
constexpr size_t kSuspectDays = 28;

// HistoryJudge works on a copy of the hours, from a midnight on, in which rejected ones become NaN.
class HistoryJudge {
 public:
  HistoryJudge(std::vector<double> hours, const PlausibilityConfig& config)
      : config_(config), hours_(std::move(hours)), rules_(hours_.size()) {
    // Until something is learnt, everything is in range.
    habits_.highest = habits_.max_spike = habits_.max_dip = std::numeric_limits<double>::infinity();
    habits_.lowest = -habits_.highest;
  }

  void Judge() {
    if (config_.bounds) RejectOutOfBounds();
    if (Known().size() >= static_cast<size_t>(kMinHabitHours)) {
      habits_.median = Quantile(Known(), 0.5);
      RejectZeros();
      if (config_.zero) {
        RejectTheRest();
      } else {
        RejectAmongOthersThanZero();
      }
    }
    habits_.known_hours = static_cast<int64_t>(Known().size());
  }

  const std::vector<std::optional<PlausibilityRule>>& rules() const { return rules_; }
  ZoneHabits TakeHabits() { return std::move(habits_); }

 private:
  // The range is half-open: [first, end).
  using Run = std::pair<size_t, size_t>;

  std::vector<double> Known() const {
    std::vector<double> known;
    std::copy_if(hours_.begin(), hours_.end(), std::back_inserter(known),
                 [](double grams) { return !std::isnan(grams); });
    return known;
  }

  void Reject(Run run, PlausibilityRule rule) {
    for (size_t i = run.first; i < run.second; ++i) {
      if (std::isnan(hours_[i])) continue;
      rules_[i] = rule;
      hours_[i] = kNan;
    }
  }

  // Returns runs of hours in a row for which `belongs` is true. Unknown hours end a run, or lie
  // within it if `bridges`.
  std::vector<Run> Runs(const std::function<bool(size_t)>& belongs, bool bridges = false) const {
    std::vector<Run> runs;
    size_t last_known = SIZE_MAX;
    for (size_t i = 0; i < hours_.size(); ++i) {
      if (std::isnan(hours_[i])) continue;
      if (belongs(i)) {
        const bool goes_on = !runs.empty() && runs.back().second == last_known + 1 &&
                             (bridges || last_known + 1 == i);
        if (goes_on) {
          runs.back().second = i + 1;
        } else {
          runs.push_back({i, i + 1});
        }
      }
      last_known = i;
    }
    return runs;
  }

  void RejectOutOfBounds() {
    for (const Run& run : Runs([this](size_t i) { return hours_[i] > kMaxPlausible.value(); })) {
      Reject(run, PlausibilityRule::kBounds);
    }
  }

  // Returns whether those are kBelievedDays different days in some span of kSuspectDays. The days
  // must be in order of time.
  static bool AreHabit(const std::vector<size_t>& days) {
    std::vector<size_t> different(days);
    different.erase(std::unique(different.begin(), different.end()), different.end());
    for (size_t i = kBelievedDays - 1; i < different.size(); ++i) {
      if (different[i] - different[i - (kBelievedDays - 1)] < kSuspectDays) return true;
    }
    return false;
  }

  // Returns whether the values lead gradually to hour i, the first or the last of some zeros, on
  // the side of `step`.
  bool IsGradual(size_t i, int64_t step) const {
    const int64_t second = static_cast<int64_t>(i) + 2 * step;
    if (second < 0 || second >= static_cast<int64_t>(hours_.size())) return false;
    const double near = hours_[static_cast<size_t>(second - step)];
    const double far = hours_[static_cast<size_t>(second)];
    return near <= kMaxFirstFlank * habits_.median && far <= kMaxSecondFlank * habits_.median &&
           far >= kMinFlankRatio * near;
  }

  // Returns whether the zone was truly at zero on so many days that it is a habit.
  bool HasTrueZeros() const {
    std::vector<size_t> days;
    for (const auto& [first, end] : Runs([this](size_t i) { return habits_.IsZero(hours_[i]); })) {
      if (IsGradual(first, -1) && IsGradual(end - 1, 1)) days.push_back(first / kDay);
    }
    return AreHabit(days);
  }

  // Returns the known value nearest to hour i in that direction; nullopt if there is none.
  std::optional<double> Neighbour(size_t i, int64_t step) const {
    for (int64_t j = static_cast<int64_t>(i) + step;
         j >= 0 && j < static_cast<int64_t>(hours_.size()); j += step) {
      if (!std::isnan(hours_[static_cast<size_t>(j)])) return hours_[static_cast<size_t>(j)];
    }
    return std::nullopt;
  }

  void RejectZeros() {
    const double near_zero = kNearZero * habits_.median;
    size_t usual = 0;
    for (const auto& [first, end] : Runs([&](size_t i) { return hours_[i] <= near_zero; })) {
      if (end - first > 1 && end - first < kDay) usual += end - first;
    }
    habits_.reaches_zero =
        habits_.median == 0 ||
        static_cast<double>(usual) > kUsualShare * static_cast<double>(Known().size()) ||
        HasTrueZeros();
    if (habits_.reaches_zero || !config_.zero) return;
    const double far = kFarFromZero * habits_.median;
    const auto is_zero = [this](size_t i) { return habits_.IsZero(hours_[i]); };
    for (const Run& run : Runs(is_zero, /*bridges=*/true)) {
      if (Neighbour(run.first, -1).value_or(far + 1) > far &&
          Neighbour(run.second - 1, 1).value_or(far + 1) > far) {
        Reject(run, PlausibilityRule::kZero);
      }
    }
  }

  // These zeros are accepted, whatever the other rules would say about them.
  void RejectAmongOthersThanZero() {
    const std::vector<double> with_zeros = hours_;
    for (double& grams : hours_) {
      if (habits_.IsZero(grams)) grams = kNan;
    }
    RejectTheRest();
    for (size_t i = 0; i < hours_.size(); ++i) {
      if (habits_.IsZero(with_zeros[i])) hours_[i] = with_zeros[i];
    }
  }

  void RejectTheRest() {
    if (Known().empty()) return;
    RejectConstants();
    RejectOutOfRangeAndOutliers();
    RejectDays();
  }

  void RejectConstants() {
    std::vector<Run> runs;
    for (size_t i = 0; i < hours_.size(); ++i) {
      // If zero is usual, it may last.
      if (std::isnan(hours_[i]) || (habits_.reaches_zero && habits_.IsZero(hours_[i]))) continue;
      if (!runs.empty() && runs.back().second == i && hours_[i] == hours_[i - 1]) {
        runs.back().second = i + 1;
      } else {
        runs.push_back({i, i + 1});
      }
    }
    if (runs.empty() || !config_.constant) return;
    // A value that lasted for a week is accepted. It says nothing about shorter runs, unless the
    // zone is usually so, or is so now.
    std::vector<size_t> lengths;
    size_t hours = 0, believed_hours = 0;
    for (const auto& [first, end] : runs) {
      hours += end - first;
      if (end - first >= kHoursOfWeek) {
        believed_hours += end - first;
      } else {
        lengths.push_back(end - first);
      }
    }
    const bool is_static_now = runs.back().second - runs.back().first >= kHoursOfWeek;
    if (is_static_now || 2 * believed_hours >= hours) return;
    std::sort(lengths.rbegin(), lengths.rend());
    const size_t usual = lengths[std::min<size_t>(2, lengths.size() - 1)];
    habits_.max_constant_hours = std::max(kMinConstantLimit, 2 * usual);
    for (const auto& [first, end] : runs) {
      // The first hour was measured.
      if (end - first > habits_.max_constant_hours && end - first < kHoursOfWeek) {
        Reject({first + 1, end}, PlausibilityRule::kConstant);
      }
    }
  }

  void RejectOutOfRangeAndOutliers() {
    const std::vector<double> logs = habits_.Logs(hours_);
    std::vector<double> known;
    std::vector<double> deviations(hours_.size(), kNan);
    std::vector<double> sizes;
    for (size_t i = 0; i < hours_.size(); ++i) {
      if (std::isnan(logs[i])) continue;
      known.push_back(logs[i]);
      deviations[i] = DeviationFromNeighbours(logs, i);
      if (!std::isnan(deviations[i])) sizes.push_back(std::abs(deviations[i]));
    }
    const double low = Quantile(known, 0.02);
    const double high = Quantile(std::move(known), 0.98);
    const double margin = std::max(kMinRangeMargin, kRangeMargin * (high - low));
    habits_.lowest = low - margin;
    habits_.highest = high + margin;
    if (habits_.reaches_zero) habits_.lowest = std::min(habits_.lowest, habits_.Log(0));
    const std::vector<bool> habitual = WidenRangeToHabits(logs);
    const double usual = sizes.empty() ? 0 : Quantile(std::move(sizes), 0.95);
    habits_.max_spike = std::max(kMinSpike, kOutlierMultiple * usual);
    habits_.max_dip = std::max(kMinDip, kOutlierMultiple * usual);

    const std::vector<Run> beyond =
        Runs([&](size_t i) { return habits_.IsOutOfRange(logs[i]); }, /*bridges=*/true);
    const std::vector<Run> outliers =
        Runs([&](size_t i) { return !habitual[i] && habits_.IsOutlier(deviations[i]); });
    for (const Run& run : beyond) {
      const size_t length = run.second - run.first;
      const bool is_short = length <= kMaxOutlierHours;
      if (length < kHoursOfWeek && (is_short ? config_.outlier : config_.level)) {
        Reject(run, is_short ? PlausibilityRule::kOutlier : PlausibilityRule::kLevel);
      }
    }
    for (const Run& run : outliers) {
      if (config_.outlier && run.second - run.first <= kMaxOutlierHours) {
        Reject(run, PlausibilityRule::kOutlier);
      }
    }
  }

  // Hours beyond the range on enough days are a habit of the zone: it has a new range. Returns
  // which hours these are.
  std::vector<bool> WidenRangeToHabits(const std::vector<double>& logs) {
    const double low = habits_.lowest, high = habits_.highest;
    std::vector<size_t> low_days, high_days;
    for (const auto& [first, end] :
         Runs([&](size_t i) { return habits_.IsOutOfRange(logs[i]); }, /*bridges=*/true)) {
      if (end - first <= kMaxOutlierHours) continue;
      // In a run of several days, the full days count.
      std::vector<size_t>& days = logs[first] < low ? low_days : high_days;
      for (size_t i = first; i == first || i + kDay <= end; i += kDay) days.push_back(i / kDay);
    }
    const bool is_low_habit = AreHabit(low_days), is_high_habit = AreHabit(high_days);
    std::vector<bool> habitual(logs.size());
    for (size_t i = 0; i < logs.size(); ++i) {
      habitual[i] = (is_low_habit && logs[i] < low) || (is_high_habit && logs[i] > high);
      if (!habitual[i]) continue;
      habits_.lowest = std::min(habits_.lowest, logs[i]);
      habits_.highest = std::max(habits_.highest, logs[i]);
    }
    return habitual;
  }

  // Returns nullopt if less than half of the day is known.
  std::optional<GramsPerKilowattHour> MeanOfDay(size_t first) const {
    double sum = 0;
    size_t known = 0;
    for (size_t i = first; i < std::min(first + kDay, hours_.size()); ++i) {
      if (std::isnan(hours_[i])) continue;
      sum += hours_[i];
      ++known;
    }
    if (2 * known < kDay) return std::nullopt;
    return GramsPerKilowattHour(sum / static_cast<double>(known));
  }

  void RejectDays() {
    std::vector<size_t> suspects;  // the first hours of days that are not accepted yet
    for (size_t first = 0; first < hours_.size(); first += kDay) {
      const std::optional<GramsPerKilowattHour> mean = MeanOfDay(first);
      if (!mean.has_value()) continue;
      if (!config_.level || habits_.levels.IsPlausible(*mean)) {
        habits_.levels.Add(*mean);
        continue;
      }
      suspects.push_back(first);
      while (first - suspects.front() >= kSuspectDays * kDay) {
        RejectDay(suspects.front());
        suspects.erase(suspects.begin());
      }
      if (suspects.size() < kBelievedDays) continue;
      // Days in a row are a new level. Days among others are a habit.
      if (first - suspects.front() == (kBelievedDays - 1) * kDay) habits_.levels.Restart();
      for (const size_t day : suspects) {
        habits_.levels.AllowChangeTo(*MeanOfDay(day));
        habits_.levels.Add(*MeanOfDay(day));
      }
      suspects.clear();
    }
    for (const size_t day : suspects) RejectDay(day);
  }

  void RejectDay(size_t first) {
    Reject({first, std::min(first + kDay, hours_.size())}, PlausibilityRule::kLevel);
  }

  const PlausibilityConfig& config_;
  std::vector<double> hours_;
  std::vector<std::optional<PlausibilityRule>> rules_;
  ZoneHabits habits_;
};

// Hours are whole, so this is exact before the epoch too.
int64_t HourOf(absl::Time time) { return absl::ToUnixSeconds(time) / 3600; }

JudgedHistory JudgeOfOneLevel(const std::vector<IntensityHistory::Interval>& intervals,
                              const PlausibilityConfig& config) {
  if (intervals.empty()) return {*IntensityHistory::Create({}), {}, {}};
  const int64_t begin = HourOf(intervals.front().start);
  const int64_t first = begin - ((begin % 24) + 24) % 24;  // midnight
  std::vector<double> hours(static_cast<size_t>(HourOf(intervals.back().start) - first + 1), kNan);
  const auto index = [first](const IntensityHistory::Interval& interval) {
    return static_cast<size_t>(HourOf(interval.start) - first);
  };
  for (const IntensityHistory::Interval& interval : intervals) {
    hours[index(interval)] = interval.value.value();
  }
  HistoryJudge judge(std::move(hours), config);
  judge.Judge();
  std::vector<IntensityHistory::Interval> believed;
  std::vector<RejectedHours> rejected;
  for (const IntensityHistory::Interval& interval : intervals) {
    const std::optional<PlausibilityRule> rule = judge.rules()[index(interval)];
    if (!rule.has_value()) {
      believed.push_back(interval);
    } else if (!rejected.empty() && rejected.back().rule == *rule &&
               rejected.back().end == interval.start) {
      rejected.back().end = interval.end;
    } else {
      rejected.push_back({*rule, interval.start, interval.end, interval.value});
    }
  }
  ZoneHabits habits = judge.TakeHabits();
  if (!believed.empty()) habits.known_until = believed.back().end;
  return {*IntensityHistory::Create(std::move(believed)), std::move(rejected), std::move(habits)};
}

}  // namespace

absl::string_view PlausibilityRuleName(PlausibilityRule rule) {
  switch (rule) {
    case PlausibilityRule::kBounds:
      return "bounds";
    case PlausibilityRule::kZero:
      return "zero";
    case PlausibilityRule::kConstant:
      return "constant";
    case PlausibilityRule::kLevel:
      return "level";
    case PlausibilityRule::kOutlier:
      return "outlier";
  }
  return "";
}

JudgedHistory JudgeHistory(const IntensityHistory& hours, const PlausibilityConfig& config) {
  const std::vector<IntensityHistory::Interval>& all = hours.intervals();
  const absl::Time from = config.accept_from.value_or(absl::InfinitePast());
  const auto split = std::partition_point(
      all.begin(), all.end(),
      [from](const IntensityHistory::Interval& interval) { return interval.start < from; });
  JudgedHistory before = JudgeOfOneLevel({all.begin(), split}, config);
  JudgedHistory judged = JudgeOfOneLevel({split, all.end()}, config);
  if (split == all.begin()) return judged;
  std::vector<IntensityHistory::Interval> believed = before.hours.intervals();
  believed.insert(believed.end(), judged.hours.intervals().begin(), judged.hours.intervals().end());
  before.rejected.insert(before.rejected.end(), judged.rejected.begin(), judged.rejected.end());
  return {*IntensityHistory::Create(std::move(believed)), std::move(before.rejected),
          std::move(judged.habits)};
}

}  // namespace carbon
