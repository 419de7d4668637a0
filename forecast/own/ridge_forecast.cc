#include "forecast/own/ridge_forecast.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "Eigen/Cholesky"
#include "Eigen/Core"

namespace carbon {
namespace {

constexpr size_t kDay = 24;
// A feature looks back this many days. The level may look further.
constexpr size_t kLagDays = 7;
constexpr size_t kLags[] = {1, 2, 3, 7};
// Features that matter more are scaled up, which means penalised less: the days by their age, and
// the last hours once more.
constexpr double kLagScales[] = {1.4, 0.8, 0.6, 0.6};
constexpr size_t kLastHours = 3;
constexpr double kLastHoursScale = 4.0;
constexpr size_t kWeekdays = 7;
constexpr size_t kSeasons = 4;
constexpr double kDaysOfYear = 365.25;

constexpr size_t kLevelDays[] = {0, 14, 28, 56};
constexpr size_t kMinOrigins = 40;
// A day is used for fitting, as input or output, if at least this many of its 24 hours are known.
constexpr int kMinKnownHours = 18;

// The penalty on squared weights, for features of variance 1. It grows with the day ahead, because
// less can be learnt there.
double Penalty(int day) { return 30.0 + 20.0 * day; }

// Returns the whole days since the Unix epoch at `time`, rounded down.
int64_t DayNumber(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  return seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0);
}

constexpr size_t kFeatures = std::size(kLags) * kDay + kLastHours + kWeekdays + kSeasons;

// Returns the usual value of each hour of the day that follows `origin`.
std::vector<double> Level(const std::vector<double>& grams, size_t origin, size_t days) {
  std::vector<double> level(kDay);
  for (size_t day = 1; day <= days; ++day) {
    for (size_t hour = 0; hour < kDay; ++hour) level[hour] += grams[origin - day * kDay + hour];
  }
  if (days > 0) {
    for (double& value : level) value /= static_cast<double>(days);
  }
  return level;
}

void AddFeatures(const HourlyHistory& history, size_t origin, const std::vector<double>& level,
                 double* out) {
  const std::vector<double>& grams = history.grams_per_kwh();
  for (const size_t lag : kLags) {
    for (size_t hour = 0; hour < kDay; ++hour) {
      *out++ = grams[origin - lag * kDay + hour] - level[hour];
    }
  }
  for (size_t hour = kDay - kLastHours; hour < kDay; ++hour) {
    *out++ = grams[origin - kDay + hour] - level[hour];
  }
  const int64_t day = DayNumber(history.begin() + absl::Hours(static_cast<int64_t>(origin)));
  const int64_t weekday = ((day % 7) + 7) % 7;
  for (size_t i = 0; i < kWeekdays; ++i) *out++ = static_cast<int64_t>(i) == weekday ? 1 : 0;
  const double angle = 2 * M_PI * static_cast<double>(day) / kDaysOfYear;
  for (const double turn : {angle, 2 * angle}) {
    *out++ = std::cos(turn);
    *out++ = std::sin(turn);
  }
}

std::vector<double> FeatureScales() {
  std::vector<double> scales;
  for (const double scale : kLagScales) scales.insert(scales.end(), kDay, scale);
  scales.insert(scales.end(), kLastHours, kLastHoursScale);
  scales.resize(kFeatures, 1.0);
  return scales;
}

bool IsMostlyKnown(const HourlyHistory& history, size_t from) {
  int known = 0;
  for (size_t hour = 0; hour < kDay; ++hour) known += history.is_known(from + hour) ? 1 : 0;
  return known >= kMinKnownHours;
}

}  // namespace

std::optional<RidgeForecast::Member> RidgeForecast::FitMember(const HourlyHistory& history,
                                                              size_t level_days, int days_ahead) {
  const size_t end = history.size();
  std::vector<size_t> origins;
  for (size_t origin = end % kDay; origin + kDay <= end; origin += kDay) {
    if (origin < std::max(kLagDays, level_days) * kDay) continue;
    bool good = true;
    for (const size_t lag : kLags) good = good && IsMostlyKnown(history, origin - lag * kDay);
    if (good) origins.push_back(origin);
  }
  if (origins.size() < kMinOrigins) return std::nullopt;

  const auto rows = static_cast<Eigen::Index>(origins.size());
  const auto columns = static_cast<Eigen::Index>(kFeatures) + 1;  // the last is the constant
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  RowMajor x = RowMajor::Ones(rows, columns);
  RowMajor levels(rows, static_cast<Eigen::Index>(kDay));
  for (Eigen::Index row = 0; row < rows; ++row) {
    const size_t origin = origins[static_cast<size_t>(row)];
    const std::vector<double> level = Level(history.grams_per_kwh(), origin, level_days);
    for (size_t hour = 0; hour < kDay; ++hour) {
      levels(row, static_cast<Eigen::Index>(hour)) = level[hour];
    }
    AddFeatures(history, origin, level, x.row(row).data());
  }
  Member member{level_days, {}, FeatureScales(), {}};
  for (Eigen::Index column = 0; column + 1 < columns; ++column) {
    const double mean = x.col(column).mean();
    x.col(column).array() -= mean;
    const double deviation = std::sqrt(x.col(column).squaredNorm() / static_cast<double>(rows));
    double& scale = member.scale[static_cast<size_t>(column)];
    scale = deviation > 1e-9 ? scale / deviation : 0;
    x.col(column) *= scale;
    member.mean.push_back(mean);
  }

  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(columns, columns);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
  const auto hours_ahead = static_cast<Eigen::Index>(days_ahead) * static_cast<Eigen::Index>(kDay);
  RowMajor weights(columns, hours_ahead);
  RowMajor y(rows, static_cast<Eigen::Index>(kDay));
  for (int day = 0; day < days_ahead; ++day) {
    Eigen::MatrixXd normal = gram;
    for (Eigen::Index row = 0; row < rows; ++row) {
      const size_t target = origins[static_cast<size_t>(row)] + static_cast<size_t>(day) * kDay;
      if (target + kDay > end || !IsMostlyKnown(history, target)) {
        y.row(row).setZero();
        normal.selfadjointView<Eigen::Lower>().rankUpdate(x.row(row).transpose(), -1.0);
        continue;
      }
      for (size_t hour = 0; hour < kDay; ++hour) {
        const auto column = static_cast<Eigen::Index>(hour);
        y(row, column) = history.grams_per_kwh()[target + hour] - levels(row, column);
      }
    }
    normal.diagonal().head(columns - 1).array() += Penalty(day);
    normal(columns - 1, columns - 1) += 1e-6;  // as if there were ever so little, of a mean of 0
    const Eigen::LLT<Eigen::MatrixXd, Eigen::Lower> solver(normal);
    if (solver.info() != Eigen::Success) return std::nullopt;
    weights.middleCols(static_cast<Eigen::Index>(day) * static_cast<Eigen::Index>(kDay),
                       static_cast<Eigen::Index>(kDay)) = solver.solve(x.transpose() * y);
  }
  if (!weights.allFinite()) return std::nullopt;
  member.weights.assign(weights.data(), weights.data() + weights.size());
  return member;
}

std::optional<RidgeForecast> RidgeForecast::Fit(const HourlyHistory& history, int days_ahead) {
  days_ahead = std::clamp(days_ahead, 1, kMaxDaysAhead);
  if (history.known_hours() < kMinDays * kDay) return std::nullopt;
  RidgeForecast forecast;
  forecast.days_ahead_ = days_ahead;
  const std::vector<double>& grams = history.grams_per_kwh();
  const auto [least, greatest] = std::minmax_element(grams.begin(), grams.end());
  forecast.least_ = 0.8 * *least;
  forecast.greatest_ = 1.2 * *greatest;
  for (const size_t level_days : kLevelDays) {
    // A level that takes more than a quarter of the history leaves too little to learn from.
    if (4 * level_days * kDay > history.size()) continue;
    std::optional<Member> member = FitMember(history, level_days, days_ahead);
    if (member.has_value()) forecast.members_.push_back(*std::move(member));
  }
  if (forecast.members_.empty()) return std::nullopt;
  return forecast;
}

std::vector<double> RidgeForecast::Forecast(const HourlyHistory& history) const {
  const size_t hours = static_cast<size_t>(days_ahead_) * kDay;
  std::vector<double> result(hours);
  for (const Member& member : members_) {
    // If the history is shorter than the level's days, the level comes from the whole history.
    const size_t level_days = std::min(member.level_days, history.size() / kDay);
    const std::vector<double> level = Level(history.grams_per_kwh(), history.size(), level_days);
    std::vector<double> features(kFeatures);
    AddFeatures(history, history.size(), level, features.data());
    const double* weights = member.weights.data();
    for (size_t i = 0; i < features.size(); ++i, weights += hours) {
      const double feature = (features[i] - member.mean[i]) * member.scale[i];
      for (size_t hour = 0; hour < hours; ++hour) result[hour] += feature * weights[hour];
    }
    for (size_t hour = 0; hour < hours; ++hour) {
      result[hour] += weights[hour] + level[hour % kDay];
    }
  }
  for (double& value : result) {
    value = std::clamp(value / static_cast<double>(members_.size()), least_, greatest_);
  }
  return result;
}

}  // namespace carbon
