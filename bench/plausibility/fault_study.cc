#include "bench/plausibility/fault_study.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/config/daemon_config.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"
#include "forecast/plausibility/judged_forecast.h"
#include "forecast/plausibility/judged_history.h"

namespace carbon {
namespace {

using Interval = IntensityHistory::Interval;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kAhead = absl::Hours(3 * 24);
constexpr absl::Duration kOneIncident = absl::Hours(7 * 24);
constexpr absl::Duration kKept = absl::Hours(24 * HourlyHistory::kMaxDays);
constexpr int kWarmUpDays = 60;
// With this, faults at the end of a history occur at all hours of the day.
constexpr absl::Duration kLater = absl::Hours(5);
constexpr size_t kTailHours[] = {1, 3, 6, 12, 24};
constexpr uint32_t kSeed = 20211;

// A fault computes a wrong value from an hour's value and the last correct one.
using Change = std::function<double(double grams, double last)>;
struct Fault {
  const char* name;
  Change change;
};
const std::vector<Fault> kFaults = {
    {"zero", [](double, double) { return 0; }},
    {"frozen", [](double, double last) { return last; }},
    {"x 10", [](double grams, double) { return 10 * grams; }},
    {"/ 10", [](double grams, double) { return grams / 10; }},
    {"x 1000", [](double grams, double) { return 1000 * grams; }},
    {"kg for g", [](double grams, double) { return grams / 1000; }},
    {"lb/MWh for g/kWh", [](double grams, double) { return grams / 0.45359237; }},
    {"g/kWh for lb/MWh", [](double grams, double) { return grams * 0.45359237; }},
};
const std::vector<Fault> kSingles = {
    {"zero", [](double, double) { return 0; }},
    {"/ 10", [](double grams, double) { return grams / 10; }},
    {"x 2", [](double grams, double) { return 2 * grams; }},
    {"x 3", [](double grams, double) { return 3 * grams; }},
    {"x 10", [](double grams, double) { return 10 * grams; }},
    {"9000", [](double, double) { return 9000; }},
};

double Bounded(double grams) { return std::min(grams, IntensitySeries::kMaxValue.value()); }

std::vector<Interval> Between(const std::vector<Interval>& all, absl::Time from, absl::Time to) {
  const auto before = [](const Interval& interval, absl::Time time) {
    return interval.start < time;
  };
  return {std::lower_bound(all.begin(), all.end(), from, before),
          std::lower_bound(all.begin(), all.end(), to, before)};
}

// Absent if an hour is unknown.
std::optional<IntensitySeries> Forecast(const std::vector<Interval>& all, absl::Time from,
                                        const Change& change) {
  const std::vector<Interval> hours = Between(all, from, from + kAhead);
  if (hours.size() != static_cast<size_t>(kAhead / absl::Hours(1))) return std::nullopt;
  std::vector<IntensitySeries::Step> steps;
  for (const Interval& hour : hours) {
    const double grams = change(hour.value.value(), hours.front().value.value());
    steps.push_back({hour.start, GramsPerKilowattHour(Bounded(grams))});
  }
  return *IntensitySeries::Create(steps, from + kAhead);
}

JudgedHistory Judge(std::vector<Interval> intervals) {
  return JudgeHistory(*IntensityHistory::Create(std::move(intervals)), PlausibilityConfig());
}

// Changes the last `count` intervals; each is computed from the one before it.
std::vector<Interval> WithTail(std::vector<Interval> intervals, size_t count,
                               const Change& change) {
  const size_t first = intervals.size() - count;
  const double last = intervals[first - 1].value.value();
  for (size_t i = first; i < intervals.size(); ++i) {
    intervals[i].value = GramsPerKilowattHour(Bounded(change(intervals[i].value.value(), last)));
  }
  return intervals;
}

// Returns true if half of the time in [from, to) was rejected.
bool IsFound(const JudgedHistory& judged, absl::Time from, absl::Time to) {
  absl::Duration rejected;
  for (const RejectedHours& hours : judged.rejected) {
    rejected +=
        std::max(absl::ZeroDuration(), std::min(hours.end, to) - std::max(hours.start, from));
  }
  return 2 * rejected >= to - from;
}

class Counts {
 public:
  void Add(const std::string& fault, bool found) {
    const auto known = std::find_if(counts_.begin(), counts_.end(),
                                    [&](const FaultCount& count) { return count.fault == fault; });
    FaultCount& count = known != counts_.end() ? *known : counts_.emplace_back(FaultCount{fault});
    ++count.injected;
    if (found) ++count.found;
  }
  std::vector<FaultCount> Take() { return std::move(counts_); }

 private:
  std::vector<FaultCount> counts_;
};

// Counts alarms that come a week or more after the last one.
class Incidents {
 public:
  void Add(absl::Time at) {
    if (at - last_ >= kOneIncident) ++count_;
    last_ = std::max(last_, at);
  }
  int64_t count() const { return count_; }

 private:
  absl::Time last_ = absl::InfinitePast();
  int64_t count_ = 0;
};

// Returns true for one constant value of half a day or more.
bool IsFrozen(const std::vector<Interval>& all, absl::Time from, absl::Time to) {
  absl::Time since = from;
  double value = -1;
  for (const Interval& hour : Between(all, from, to)) {
    if (hour.value.value() != value) since = hour.start;
    value = hour.value.value();
    if (hour.end - since >= kDay / 2) return true;
  }
  return false;
}

void InjectIntoHistory(const std::vector<Interval>& known, Counts* counts) {
  const absl::Time end = known.back().end;
  for (const Fault& fault : kFaults) {
    for (const size_t hours : kTailHours) {
      const auto first = known.end() - static_cast<ptrdiff_t>(hours);
      if (end - first->start != absl::Hours(static_cast<int64_t>(hours))) continue;
      counts->Add(absl::StrCat("last ", hours, " h ", fault.name),
                  IsFound(Judge(WithTail(known, hours, fault.change)), first->start, end));
    }
  }
  // Somewhat more than a day before the end, where the values on both sides are known.
  for (const Fault& fault : kSingles) {
    std::vector<Interval> faulty = known;
    Interval& hour = faulty[faulty.size() - 30];
    hour.value = GramsPerKilowattHour(Bounded(fault.change(hour.value.value(), 0)));
    const absl::Time start = hour.start;
    counts->Add(absl::StrCat("one hour ", fault.name),
                IsFound(Judge(std::move(faulty)), start, start + absl::Hours(1)));
  }
}

}  // namespace

AlarmStudy StudyAlarms(const IntensityHistory& hours, int every) {
  const std::vector<Interval>& all = hours.intervals();
  const PlausibilityConfig rules;
  AlarmStudy study;
  if (all.empty()) return study;
  study.years = absl::ToDoubleHours(all.back().end - all.front().start) / (24 * 365.25);
  Counts forecast_faults, history_faults;
  Incidents history_alarms, forecast_alarms, bridged, frozen;
  std::set<absl::Time> seen;
  int day = 0;
  for (absl::Time now = all.front().start + kDay; now <= all.back().end; now += kDay, ++day) {
    const std::vector<Interval> known = Between(all, now - kKept, now);
    if (known.size() < 48) continue;
    const JudgedHistory judged = Judge(known);
    for (const RejectedHours& rejected : judged.rejected) {
      // Faults from long ago were reported at their time.
      if (rejected.end <= now - 2 * kDay || !seen.insert(rejected.start).second) continue;
      const bool is_frozen = rejected.rule == PlausibilityRule::kConstant &&
                             IsFrozen(all, rejected.start - absl::Hours(1), now + kDay);
      (is_frozen ? frozen : history_alarms).Add(rejected.start);
    }
    const std::optional<IntensitySeries> truth =
        Forecast(all, now, [](double grams, double) { return grams; });
    if (!truth.has_value()) continue;
    const JudgedForecast perfect = JudgeForecast(*truth, now, judged.habits, rules);
    if (perfect.rejected_by == PlausibilityRule::kConstant) {
      frozen.Add(now);
    } else if (perfect.rejected_by.has_value()) {
      forecast_alarms.Add(now);
    } else if (!perfect.reason.empty()) {
      bridged.Add(now);
    }
    if (day < kWarmUpDays || day % every != 0) continue;
    for (const Fault& fault : kFaults) {
      const IntensitySeries faulty = *Forecast(all, now, fault.change);
      forecast_faults.Add(fault.name,
                          JudgeForecast(faulty, now, judged.habits, rules).rejected_by.has_value());
    }
    InjectIntoHistory(known, &history_faults);
  }
  study.history_alarms = history_alarms.count();
  study.forecast_alarms = forecast_alarms.count();
  study.bridged = bridged.count();
  study.frozen = frozen.count();
  study.forecast_faults = forecast_faults.Take();
  study.history_faults = history_faults.Take();
  return study;
}

namespace {

// Absent if no forecast can be made.
std::optional<double> MeanError(const IntensityHistory& history, absl::Time now,
                                const std::vector<Interval>& truth) {
  const absl::StatusOr<HistoryForecast> made = ForecastFromHistory(history, now);
  if (!made.ok()) return std::nullopt;
  double sum = 0;
  for (const Interval& hour : truth) {
    sum += std::abs(made->series.Mean(hour.start, hour.end)->value() - hour.value.value());
  }
  return sum / static_cast<double>(truth.size());
}

}  // namespace

std::vector<FaultError> StudyErrors(const IntensityHistory& hours, absl::Time from, int every) {
  const std::vector<Interval>& all = hours.intervals();
  std::vector<FaultError> errors;
  const auto add = [&](const std::string& name, const std::vector<Interval>& faulty,
                       const std::vector<Interval>& holes, absl::Time now) {
    const std::vector<Interval> truth = Between(all, now, now + kAhead);
    const std::optional<double> error = MeanError(Judge(faulty).hours, now, truth);
    const std::optional<double> with_holes = MeanError(Judge(holes).hours, now, truth);
    if (!error.has_value() || !with_holes.has_value()) return;
    const auto known = std::find_if(errors.begin(), errors.end(),
                                    [&](const FaultError& entry) { return entry.fault == name; });
    FaultError& sums = known != errors.end() ? *known : errors.emplace_back(FaultError{name});
    ++sums.forecasts;
    sums.error += *error;
    sums.error_with_holes += *with_holes;
  };
  std::mt19937 random(kSeed);
  for (absl::Time now = from; now + kAhead <= all.back().end; now += every * kDay + kLater) {
    const std::vector<Interval> known = Between(all, now - kKept, now);
    if (known.size() < 48 || known.back().end != now) continue;
    for (const Fault& fault : kSingles) {
      std::vector<Interval> faulty, holes;
      for (const Interval& hour : known) {
        faulty.push_back(hour);
        if (random() % 100 != 0) {
          holes.push_back(hour);
        } else {
          faulty.back().value = GramsPerKilowattHour(Bounded(fault.change(hour.value.value(), 0)));
        }
      }
      add(absl::StrCat("1% of hours ", fault.name), faulty, holes, now);
    }
    for (const Fault& fault : {kFaults[0], kFaults[1]}) {
      for (const size_t count : kTailHours) {
        const std::vector<Interval> holes(known.begin(),
                                          known.end() - static_cast<ptrdiff_t>(count));
        add(absl::StrCat("last ", count, " h ", fault.name), WithTail(known, count, fault.change),
            holes, now);
      }
    }
  }
  return errors;
}

}  // namespace carbon
