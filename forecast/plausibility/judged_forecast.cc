#include "forecast/plausibility/judged_forecast.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kMaxOddHours = 3;
constexpr size_t kMaxOddShare = 10;  // one in this many
// Older history says nothing about today's level.
constexpr absl::Duration kMaxLevelAge = absl::Hours(7 * 24);

// ForecastJudge works on the means of the hours from now on.
class ForecastJudge {
 public:
  ForecastJudge(const IntensitySeries& series, absl::Time now, const ZoneHabits& habits,
                const PlausibilityConfig& config)
      : series_(series),
        habits_(habits),
        config_(config),
        now_(now),
        begin_(std::max(FloorToHour(now), FloorToHour(series.begin()))) {
    for (absl::Time hour = begin_; hour < series.end(); hour += absl::Hours(1)) {
      const absl::StatusOr<GramsPerKilowattHour> mean = series.Mean(
          std::max(hour, series.begin()), std::min(hour + absl::Hours(1), series.end()));
      hours_.push_back(mean.ok() ? mean->value() : kNan);
    }
    odd_.resize(hours_.size());
  }

  JudgedForecast Judge() {
    JudgedForecast judged{series_, std::nullopt, GramsPerKilowattHour(0), "", std::nullopt};
    if (hours_.empty()) return judged;
    double sum = 0;
    for (const double grams : hours_) sum += grams;
    judged.level = GramsPerKilowattHour(sum / static_cast<double>(hours_.size()));
    CheckBounds();
    if (habits_.AreKnown()) {
      CheckZero();
      CheckConstant();
      CheckHours();
      CheckFirstDay();
    }
    CheckMost();
    judged.rejected_by = rule_;
    if (rule_.has_value()) {
      judged.reason = absl::StrCat("not plausible (", PlausibilityRuleName(*rule_), "): ", reason_);
    } else if (const auto odd = std::find(odd_.begin(), odd_.end(), true); odd != odd_.end()) {
      const auto hour = odd - odd_.begin();
      judged.bridged_at = begin_ + absl::Hours(hour);
      judged.reason =
          absl::StrCat("not plausible (outlier): ", std::round(hours_[static_cast<size_t>(hour)]),
                       " g/kWh at ", FormatTimestamp(*judged.bridged_at), "; bridged");
      judged.series = Bridged();
    }
    return judged;
  }

 private:
  void Reject(PlausibilityRule rule, std::string reason) {
    if (rule_.has_value()) return;
    rule_ = rule;
    reason_ = std::move(reason);
  }

  bool TooMany(size_t odd) const {
    return odd > std::max(kMaxOddHours, hours_.size() / kMaxOddShare);
  }

  void CheckBounds() {
    if (!config_.bounds) return;
    for (const IntensitySeries::Step& step : series_.steps()) {
      if (step.value <= kMaxPlausible) continue;
      const int64_t hour = absl::ToInt64Hours(absl::Floor(step.start - begin_, absl::Hours(1)));
      if (hour >= 0 && hour < static_cast<int64_t>(odd_.size())) {
        odd_[static_cast<size_t>(hour)] = true;
      }
    }
    for (size_t i = 0; i < hours_.size(); ++i) {
      if (hours_[i] > kMaxPlausible.value()) odd_[i] = true;
    }
    if (TooMany(static_cast<size_t>(std::count(odd_.begin(), odd_.end(), true)))) {
      Reject(PlausibilityRule::kBounds, BoundsReason());
    }
  }

  void CheckZero() {
    if (!config_.zero) {
      // These zeros are accepted, whatever the other rules would say about them.
      for (double& grams : hours_) {
        if (habits_.IsZero(grams)) grams = kNan;
      }
      return;
    }
    if (habits_.reaches_zero) return;
    size_t run = 0;
    for (size_t i = 0; i < hours_.size(); ++i) {
      run = habits_.IsZero(hours_[i]) ? run + 1 : 0;
      if (run > 0) odd_[i] = true;
      if (run > kMaxOddHours) {
        Reject(PlausibilityRule::kZero, ZeroReason());
      }
    }
  }

  void CheckConstant() {
    if (!config_.constant) return;
    size_t run = 0;
    for (size_t i = 0; i < hours_.size(); ++i) {
      if (habits_.reaches_zero && habits_.IsZero(hours_[i])) continue;  // zeros may last here
      run = i > 0 && hours_[i] == hours_[i - 1] ? run + 1 : 1;
      if (run >= kHoursOfDay && run > habits_.max_constant_hours) {
        Reject(PlausibilityRule::kConstant, absl::StrCat(hours_[i], " g/kWh for a day or more"));
      }
    }
  }

  void CheckHours() {
    const std::vector<double> logs = habits_.Logs(hours_);
    size_t beyond = 0;
    std::vector<bool> before = odd_;
    for (size_t i = 0; i < hours_.size(); ++i) {
      if (std::isnan(hours_[i])) continue;
      const bool is_beyond = habits_.IsOutOfRange(logs[i]);
      if (is_beyond) ++beyond;
      if (config_.outlier && (is_beyond || habits_.IsOutlier(DeviationFromNeighbours(logs, i)))) {
        odd_[i] = true;
      }
    }
    const size_t odd = static_cast<size_t>(std::count(odd_.begin(), odd_.end(), true));
    if (config_.level && TooMany(std::max(beyond, odd))) {
      Reject(PlausibilityRule::kLevel, LevelReason());
    }
    // These are too many to be single odd values. If the level is accepted, so are they.
    if (TooMany(odd)) odd_ = std::move(before);
  }

  // Half of the remaining hours must be good: a minority of them cannot support a forecast.
  void CheckMost() {
    const auto odd = std::count(odd_.begin(), odd_.end(), true);
    if (2 * odd <= static_cast<ptrdiff_t>(hours_.size())) return;
    ptrdiff_t zeros = 0, high = 0;
    for (size_t i = 0; i < hours_.size(); ++i) {
      if (!odd_[i]) continue;
      high += hours_[i] > kMaxPlausible.value();
      zeros += habits_.AreKnown() && habits_.IsZero(hours_[i]);
    }
    if (2 * zeros > odd) {
      Reject(PlausibilityRule::kZero, ZeroReason());
    } else if (2 * high > odd) {
      Reject(PlausibilityRule::kBounds, BoundsReason());
    } else if (config_.level) {
      Reject(PlausibilityRule::kLevel, LevelReason());
    }
  }

  std::string ZeroReason() const {
    return absl::StrCat("zero for hours on end; the zone's median is ", std::round(habits_.median),
                        " g/kWh; ", kHowToAcceptZeros);
  }

  static std::string BoundsReason() {
    return absl::StrCat("values above ", kMaxPlausible.value(), " g/kWh");
  }

  void CheckFirstDay() {
    const absl::Duration age = now_ - habits_.known_until;
    if (!config_.level || hours_.size() < kHoursOfDay || age > kMaxLevelAge ||
        age < -kMaxLevelAge) {
      return;
    }
    if (!habits_.levels.IsPlausible(MeanOfFirstDay())) {
      Reject(PlausibilityRule::kLevel, LevelReason());
    }
  }

  GramsPerKilowattHour MeanOfFirstDay() const {
    double sum = 0;
    size_t known = 0;
    for (size_t i = 0; i < std::min(kHoursOfDay, hours_.size()); ++i) {
      if (std::isnan(hours_[i]) || odd_[i]) continue;
      sum += hours_[i];
      ++known;
    }
    return GramsPerKilowattHour(known > 0 ? sum / static_cast<double>(known) : habits_.median);
  }

  // One digit of the ratio is enough.
  std::string LevelReason() const {
    double sum = 0;
    size_t known = 0;
    for (const double grams : hours_) {
      if (std::isnan(grams)) continue;
      sum += grams;
      ++known;
    }
    const double ratio =
        known > 0 && habits_.median > 0 ? sum / static_cast<double>(known) / habits_.median : 0;
    const double unit = ratio > 0 ? std::pow(10, std::floor(std::log10(ratio))) : 1;
    return absl::StrCat("about ", std::round(ratio / unit) * unit, " times the zone's usual ",
                        std::round(habits_.median), " g/kWh");
  }

  // Returns the series with the mean of the neighbouring hours instead of odd ones.
  IntensitySeries Bridged() const {
    std::vector<IntensitySeries::Step> steps;
    const std::vector<IntensitySeries::Step> all = series_.steps();
    for (size_t step = 0; step < all.size(); ++step) {
      const absl::Time end = step + 1 < all.size() ? all[step + 1].start : series_.end();
      absl::Time start = all[step].start;
      while (start < end) {
        const int64_t hour = absl::ToInt64Hours(absl::Floor(start - begin_, absl::Hours(1)));
        const absl::Time next = std::min(end, begin_ + absl::Hours(hour + 1));
        const bool is_odd = hour >= 0 && hour < static_cast<int64_t>(odd_.size()) &&
                            odd_[static_cast<size_t>(hour)];
        const GramsPerKilowattHour value =
            is_odd ? Bridge(static_cast<size_t>(hour)).value_or(all[step].value) : all[step].value;
        if (steps.empty() || steps.back().value != value || is_odd) {
          steps.push_back({start, value});
        }
        start = next;
      }
    }
    absl::StatusOr<IntensitySeries> bridged = IntensitySeries::Create(steps, series_.end());
    return bridged.ok() ? *std::move(bridged) : series_;
  }

  // Absent if no hour of the forecast is good.
  std::optional<GramsPerKilowattHour> Bridge(size_t hour) const {
    double sum = 0;
    int count = 0;
    for (size_t i = hour; i-- > 0;) {
      if (odd_[i] || std::isnan(hours_[i])) continue;
      sum += hours_[i];
      ++count;
      break;
    }
    for (size_t i = hour + 1; i < hours_.size(); ++i) {
      if (odd_[i] || std::isnan(hours_[i])) continue;
      sum += hours_[i];
      ++count;
      break;
    }
    if (count == 0) return std::nullopt;
    return GramsPerKilowattHour(sum / count);
  }

  const IntensitySeries& series_;
  const ZoneHabits& habits_;
  const PlausibilityConfig& config_;
  const absl::Time now_;
  const absl::Time begin_;
  std::vector<double> hours_;
  std::vector<bool> odd_;
  std::optional<PlausibilityRule> rule_;
  std::string reason_;
};

}  // namespace

JudgedForecast JudgeForecast(const IntensitySeries& series, absl::Time now,
                             const ZoneHabits& habits, const PlausibilityConfig& config) {
  return ForecastJudge(series, now, habits, config).Judge();
}

}  // namespace carbon
