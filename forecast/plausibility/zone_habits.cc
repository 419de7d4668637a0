#include "forecast/plausibility/zone_habits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace carbon {
namespace {

constexpr size_t kRecentDays = 7;
constexpr size_t kMinRecentDays = 3;
constexpr int64_t kMinDays = 14;
// With fewer days than this, seasons are not known, and the smallest limit is doubled.
constexpr int64_t kFewDays = 60;
// A day is plausible up to the greatest change seen, to the power of 1.15 and times 1.2, and up to
// a factor of 1.7 in any case. Narrower limits give false alarms in more zones; docs/forecast.md
// has the table.
constexpr double kChangePower = 1.15;
const double kChangeMargin = std::log(1.2);
const double kMinChange = std::log(1.7);

// The added 1 makes a change by 1 g/kWh insignificant in a zone of 0.1 g/kWh.
double LogOfMean(GramsPerKilowattHour mean) { return std::log(mean.value() + 1); }

}  // namespace

double DayLevels::ChangeOf(GramsPerKilowattHour mean) const {
  const double sum = std::accumulate(recent_.begin(), recent_.end(), 0.0);
  return LogOfMean(mean) - sum / static_cast<double>(recent_.size());
}

void DayLevels::AllowChangeTo(GramsPerKilowattHour mean) {
  if (recent_.size() < kMinRecentDays) return;
  least_ = std::min(least_, ChangeOf(mean));
  greatest_ = std::max(greatest_, ChangeOf(mean));
}

void DayLevels::Add(GramsPerKilowattHour mean) {
  AllowChangeTo(mean);
  recent_.push_back(LogOfMean(mean));
  if (recent_.size() > kRecentDays) recent_.pop_front();
  ++days_;
}

double DayLevels::RatioToRecent(GramsPerKilowattHour mean) const {
  return recent_.size() < kMinRecentDays ? 1 : std::exp(ChangeOf(mean));
}

bool DayLevels::IsPlausible(GramsPerKilowattHour mean) const {
  if (days_ < kMinDays || recent_.size() < kMinRecentDays) return true;
  const double min_change = days_ < kFewDays ? 2 * kMinChange : kMinChange;
  const double change = ChangeOf(mean);
  return change <= std::max(min_change, kChangePower * greatest_ + kChangeMargin) &&
         change >= -std::max(min_change, kChangePower * -least_ + kChangeMargin);
}

double ZoneHabits::Log(double grams) const { return std::log(grams + std::max(0.1 * median, 0.5)); }

std::vector<double> ZoneHabits::Logs(const std::vector<double>& hours) const {
  std::vector<double> logs(hours.size());
  std::transform(hours.begin(), hours.end(), logs.begin(),
                 [this](double grams) { return Log(grams); });
  return logs;
}

double DeviationFromNeighbours(const std::vector<double>& logs, size_t i) {
  constexpr std::array<int64_t, 6> kNeighbours = {-24, -2, -1, 1, 2, 24};
  std::array<double, kNeighbours.size()> near{};  // ascending
  size_t count = 0;
  for (const int64_t distance : kNeighbours) {
    const int64_t there = static_cast<int64_t>(i) + distance;
    if (there < 0 || there >= static_cast<int64_t>(logs.size())) continue;
    const double log = logs[static_cast<size_t>(there)];
    if (std::isnan(log)) continue;
    size_t place = count++;
    for (; place > 0 && near[place - 1] > log; --place) near[place] = near[place - 1];
    near[place] = log;
  }
  if (count < 3) return std::numeric_limits<double>::quiet_NaN();
  return logs[i] - (near[(count - 1) / 2] + near[count / 2]) / 2;
}

double Quantile(std::vector<double> values, double share) {
  const size_t rank =
      std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(rank), values.end());
  return values[rank];
}

}  // namespace carbon
