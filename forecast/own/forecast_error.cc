#include "forecast/own/forecast_error.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "Eigen/Core"
#include "Eigen/Eigenvalues"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/standard_draws.h"
#include "forecast/own/ridge_forecast.h"

namespace carbon {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr size_t kFactors = 10;
// Buckets have one hour up to here, and three hours beyond.
constexpr size_t kHourlyUntil = 96;
constexpr size_t kCoarseHours = 3;
// Nothing is fitted to lead times beyond these. A file may reach a year ahead, and a snapshot does
// not carry a bucket for every three hours of it.
constexpr size_t kMaxHours = 24 * RidgeForecast::kMaxDaysAhead;
// An error is relative to a mixture of the forecast of its hour and the mean forecast.
constexpr double kForecastShare = 0.5;
// A forecast near zero has no meaningful relative error: this share of the mean replaces it.
constexpr double kMinShareOfMean = 0.05;
// The variance of the recent days' errors is mixed into that of all days.
constexpr size_t kRecentDays = 45;
constexpr double kRecentWeight = 0.8;
// With this factor 80% intervals contained 80% of the truth from July 2020 to June 2021
// (docs/forecast.md). Our forecast errs somewhat less than in the past, because it had less history
// then.
constexpr double kInflation = 0.96;
constexpr int kRefitDays = 60;

std::vector<uint16_t> Buckets(size_t hours) {
  std::vector<uint16_t> ends;
  for (size_t end = 0; end < hours;) {
    end = std::min(hours, end + (end < kHourlyUntil ? 1 : kCoarseHours));
    ends.push_back(static_cast<uint16_t>(end));
  }
  return ends;
}

double Mean(const std::vector<double>& values, size_t from, size_t end) {
  double sum = 0;
  for (size_t i = from; i < end; ++i) sum += values[i];
  return sum / static_cast<double>(end - from);
}

// Returns the values to which errors are relative, bucket by bucket.
std::vector<double> Yardstick(const std::vector<double>& forecast, size_t hours,
                              const std::vector<uint16_t>& ends) {
  const double level = Mean(forecast, 0, hours);
  std::vector<double> yardstick;
  size_t from = 0;
  for (const size_t end : ends) {
    yardstick.push_back(kForecastShare * Mean(forecast, from, end) + (1 - kForecastShare) * level);
    from = end;
  }
  return yardstick;
}

// Returns a past forecast's errors, bucket by bucket; nullopt if too little is known of the actual
// values.
std::optional<std::vector<double>> Errors(const ForecastPair& pair, size_t hours,
                                          const std::vector<uint16_t>& ends) {
  if (pair.forecast.size() < hours || pair.actual.size() < hours) return std::nullopt;
  const std::vector<double> yardstick = Yardstick(pair.forecast, hours, ends);
  std::vector<double> errors;
  size_t from = 0;
  size_t unknown = 0;
  for (size_t bucket = 0; bucket < ends.size(); ++bucket) {
    double sum = 0;
    int known = 0;
    for (size_t hour = from; hour < ends[bucket]; ++hour) {
      if (std::isnan(pair.actual[hour])) {
        ++unknown;
        continue;
      }
      sum += pair.actual[hour] - pair.forecast[hour];
      ++known;
    }
    errors.push_back(known > 0 && yardstick[bucket] > 0 ? sum / known / yardstick[bucket] : 0);
    from = ends[bucket];
  }
  if (4 * unknown >= hours) return std::nullopt;
  return errors;
}

// Returns days since the Unix epoch. They are counted so that a day never begins within half a day
// of an instant that lies a whole number of days before `now`: histories of two zones end an hour
// or two apart, at any time of day.
int64_t DayNumber(absl::Time time, absl::Time now) {
  const absl::Duration day = absl::Hours(24);
  return absl::Floor(now - absl::UnixEpoch(), day) / day +
         absl::Floor(time - now + day / 2, day) / day;
}

// Returns one row per pair of scenarios, from one row per past day. Days whose number leaves the
// same remainder are added up, with signs that are the same in every zone, and scaled back to the
// variance of one. Then the columns are made uncorrelated: they are over all days, but in 32 rows
// they would be only by chance. Pairs without a day are drawn.
MatrixXd Scores(const MatrixXd& days, const std::vector<int64_t>& day_numbers) {
  constexpr Index kPairs = ErrorFactors::kPairs;
  MatrixXd scores = MatrixXd::Zero(kPairs, days.cols());
  std::vector<int> counts(static_cast<size_t>(kPairs));
  const uint64_t key = DrawKey("error/day");
  for (Index row = 0; row < days.rows(); ++row) {
    const int64_t number = day_numbers[static_cast<size_t>(row)];
    const auto pair = static_cast<Index>(((number % kPairs) + kPairs) % kPairs);
    const double sign = StandardDraw(key, static_cast<uint64_t>(number)) < 0 ? -1 : 1;
    scores.row(pair) += sign * days.row(row);
    ++counts[static_cast<size_t>(pair)];
  }
  for (Index pair = 0; pair < kPairs; ++pair) {
    const int count = counts[static_cast<size_t>(pair)];
    if (count > 0) {
      scores.row(pair) /= std::sqrt(count);
      continue;
    }
    for (Index column = 0; column < scores.cols(); ++column) {
      scores(pair, column) = StandardDraw(key + 1, static_cast<uint64_t>(pair * 64 + column));
    }
  }
  const MatrixXd gram = scores.transpose() * scores / static_cast<double>(kPairs);
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(gram);
  const VectorXd roots = solver.eigenvalues().cwiseMax(1e-6).cwiseSqrt().cwiseInverse();
  return scores * (solver.eigenvectors() * roots.asDiagonal() * solver.eigenvectors().transpose());
}

}  // namespace

absl::StatusOr<ErrorComponents> FitErrorComponents(const std::vector<ForecastPair>& past,
                                                   size_t hours, absl::Time now) {
  if (hours == 0) return absl::InvalidArgumentError("forecast: has no hours");
  hours = std::min(hours, kMaxHours);
  ErrorComponents fit;
  fit.bucket_end_hours = Buckets(hours);
  const size_t buckets = fit.bucket_end_hours.size();

  std::vector<std::vector<double>> errors;
  std::vector<int64_t> day_numbers;
  for (auto pair = past.rbegin(); pair != past.rend() && errors.size() < kMaxPastForecasts;
       ++pair) {
    std::optional<std::vector<double>> row = Errors(*pair, hours, fit.bucket_end_hours);
    if (!row.has_value()) continue;
    errors.push_back(*std::move(row));
    day_numbers.push_back(DayNumber(pair->origin, now));
  }
  if (errors.size() < kMinPastForecasts) {
    return absl::FailedPreconditionError(absl::StrCat("forecast errors: ", errors.size(),
                                                      " past forecasts are known, at least ",
                                                      kMinPastForecasts, " are needed"));
  }
  const auto rows = static_cast<Index>(errors.size());
  MatrixXd matrix(rows, static_cast<Index>(buckets));
  for (Index row = 0; row < rows; ++row) {
    for (size_t bucket = 0; bucket < buckets; ++bucket) {
      matrix(row, static_cast<Index>(bucket)) = errors[static_cast<size_t>(row)][bucket];
    }
  }
  // The newest rows come first. The scale of today's errors lies between that of the last weeks'
  // and that of all.
  const Index recent = std::min<Index>(rows, kRecentDays);
  const double recent_variance = matrix.topRows(recent).squaredNorm() / static_cast<double>(recent);
  const double variance = matrix.squaredNorm() / static_cast<double>(rows);
  const double ratio = variance > 0 ? recent_variance / variance : 1;
  fit.scale = kInflation * std::sqrt(std::clamp(1 + kRecentWeight * (ratio - 1), 0.5, 2.0));

  // The mean error counts as error, because it was not known beforehand either.
  const MatrixXd second_moments = matrix.transpose() * matrix / static_cast<double>(rows);
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(second_moments);
  const auto count = static_cast<Index>(std::min(kFactors, buckets));
  fit.factor_count = static_cast<size_t>(count);
  const MatrixXd components = solver.eigenvectors().rightCols(count);
  const VectorXd deviations = solver.eigenvalues().tail(count).cwiseMax(1e-12).cwiseSqrt();
  const MatrixXd day_scores = matrix * components * deviations.cwiseInverse().asDiagonal();
  const MatrixXd loadings = components * deviations.asDiagonal();
  const MatrixXd rest = matrix - day_scores * loadings.transpose();

  double neighbours = 0, squares = 0;
  const Index hourly = std::min<Index>(static_cast<Index>(buckets), kHourlyUntil);
  for (Index bucket = 0; bucket + 1 < hourly; ++bucket) {
    neighbours += rest.col(bucket).dot(rest.col(bucket + 1));
    squares += rest.col(bucket).squaredNorm();
  }
  fit.remainder_correlation =
      static_cast<float>(squares > 0 ? std::clamp(neighbours / squares, 0.0, 0.95) : 0);

  for (Index bucket = 0; bucket < static_cast<Index>(buckets); ++bucket) {
    for (Index j = 0; j < count; ++j) fit.loadings.push_back(loadings(bucket, j));
    fit.remainder.push_back(std::sqrt(rest.col(bucket).squaredNorm() / static_cast<double>(rows)));
  }
  const MatrixXd scores = Scores(day_scores, day_numbers);
  for (Index pair = 0; pair < scores.rows(); ++pair) {
    for (Index j = 0; j < count; ++j) fit.scores.push_back(static_cast<float>(scores(pair, j)));
  }
  return fit;
}

absl::StatusOr<ErrorFactors> ErrorFactorsOf(const ErrorComponents& components,
                                            const std::vector<double>& forecast,
                                            absl::Time origin) {
  const size_t hours = components.hours();
  if (hours == 0 || forecast.size() < hours) {
    return absl::InvalidArgumentError(
        absl::StrCat("forecast: has ", forecast.size(), " hours, its errors have ", hours));
  }
  ErrorFactors factors;
  factors.origin = origin;
  factors.bucket_end_hours = components.bucket_end_hours;
  factors.factor_count = components.factor_count;
  factors.remainder_correlation = components.remainder_correlation;
  factors.scores = components.scores;
  const std::vector<double> yardstick = Yardstick(forecast, hours, factors.bucket_end_hours);
  const double level = Mean(forecast, 0, hours);
  const size_t count = components.factor_count;
  size_t from = 0;
  for (size_t bucket = 0; bucket < factors.buckets(); ++bucket) {
    const size_t end = factors.bucket_end_hours[bucket];
    const double base = std::max(Mean(forecast, from, end), kMinShareOfMean * level);
    const double ratio_to_base = base > 0 ? components.scale * yardstick[bucket] / base : 0;
    for (size_t j = 0; j < count; ++j) {
      factors.loadings.push_back(
          static_cast<float>(ratio_to_base * components.loadings[bucket * count + j]));
    }
    factors.remainder.push_back(static_cast<float>(ratio_to_base * components.remainder[bucket]));
    from = end;
  }
  // Readers refuse a whole snapshot because of one zone's unsound factors.
  if (absl::Status sound = CheckErrorFactors(factors); !sound.ok()) return sound;
  return factors;
}

absl::StatusOr<ErrorFactors> FitErrorFactors(const std::vector<ForecastPair>& past,
                                             const std::vector<double>& forecast, absl::Time origin,
                                             absl::Time now) {
  const absl::StatusOr<ErrorComponents> fit = FitErrorComponents(past, forecast.size(), now);
  if (!fit.ok()) return fit.status();
  return ErrorFactorsOf(*fit, forecast, origin);
}

std::vector<ForecastPair> PastForecasts(const HourlyHistory& history, ForecastMethod method,
                                        int days_ahead) {
  const absl::Duration reach = absl::Hours(24 * days_ahead);
  EvaluationPlan plan;
  plan.to = history.end();
  plan.days_ahead = days_ahead;
  plan.from = history.end() - reach - absl::Hours(24 * (kMaxPastForecasts - 1));
  plan.refit_every = absl::Hours(24 * kRefitDays);
  while (plan.from < history.begin()) plan.from += plan.every;
  return RollingForecasts(history, method, plan);
}

std::vector<double> WindowScenarios(const std::vector<ErrorDraws>& draws,
                                    const ErrorFactors& factors,
                                    const std::vector<double>& forecast, size_t from,
                                    size_t hours) {
  std::vector<double> sums(ErrorFactors::kScenarios);
  size_t bucket = 0;
  for (size_t hour = from; hour < from + hours && !draws.empty(); ++hour) {
    while (bucket + 1 < draws.size() && factors.bucket_end_hours[bucket] <= hour) ++bucket;
    for (size_t s = 0; s < sums.size(); ++s) sums[s] += draws[bucket][s] * forecast[hour];
  }
  for (double& sum : sums) sum /= static_cast<double>(hours);
  std::sort(sums.begin(), sums.end());
  return sums;
}

IntensityRange CentralRange(const std::vector<double>& ascending, double share) {
  const auto at = [&ascending](double probability) {
    const double place = std::clamp(probability * static_cast<double>(ascending.size() + 1) - 1,
                                    0.0, static_cast<double>(ascending.size() - 1));
    const size_t below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, ascending.size() - 1);
    const double part = place - static_cast<double>(below);
    return GramsPerKilowattHour(ascending[below] + part * (ascending[above] - ascending[below]));
  };
  return {at((1 - share) / 2), at((1 + share) / 2)};
}

}  // namespace carbon
