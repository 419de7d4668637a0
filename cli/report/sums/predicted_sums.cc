#include "cli/report/sums/predicted_sums.h"

#include <algorithm>
#include <cmath>

#include "core/decision/gate.h"
#include "core/grid/error_factors.h"

namespace carbon {
namespace {

// Half of a central 90%, in standard deviations of a normal distribution.
constexpr double kDeviations90 = 1.645;
constexpr int64_t kWeek = int64_t{7} * 24 * 3600;
constexpr int64_t kFirstMonday = int64_t{4} * 24 * 3600;  // 1970-01-05

// Jobs without a time share a week.
int64_t WeekOf(absl::Time time) {
  if (time == absl::InfinitePast()) return INT64_MIN;
  const int64_t seconds = absl::ToUnixSeconds(time) - kFirstMonday;
  return seconds / kWeek - (seconds % kWeek < 0 ? 1 : 0);
}

std::optional<size_t> HomeFactor(const Factors& factors) {
  return factors.has_value() ? std::optional(factors->home) : std::nullopt;
}
std::optional<size_t> RunFactor(const Factors& factors) {
  return factors.has_value() ? std::optional(factors->run) : std::nullopt;
}

// What is left of `whole` without `part`, which is independent.
double Without(double whole, double part) {
  return std::sqrt(std::max(0.0, whole * whole - part * part));
}

template <class Value>
std::optional<Value> Finite(const std::optional<Value>& value) {
  return value.has_value() && std::isfinite(value->value()) ? value : std::nullopt;
}
template <class Value>
std::optional<Value> Finite(Value value) {
  return Finite(std::optional(value));
}

}  // namespace

FactorSums::Sum& FactorSums::Of(std::optional<size_t> factor) {
  if (!factor.has_value()) return other_;
  for (auto& [number, sum] : by_factor_) {
    if (number == *factor) return sum;
  }
  return by_factor_.emplace_back(*factor, Sum()).second;
}

void FactorSums::Add(std::optional<size_t> home_factor, double home,
                     std::optional<size_t> run_factor, double run) {
  Of(home_factor).home += home;
  Of(run_factor).run += run;
  if (!home_factor.has_value() || !run_factor.has_value()) ++others_;
}

void FactorSums::Add(const FactorSums& other) {
  for (const auto& [number, sum] : other.by_factor_) {
    Sum& of = Of(number);
    of.home += sum.home;
    of.run += sum.run;
  }
  other_.home += other.other_.home;
  other_.run += other.other_.run;
  others_ += other.others_;
}

FactorSums::Draws FactorSums::Drawn(const SharedErrors& shared) const {
  Draws drawn = {.home = other_.home, .run = other_.run};
  drawn.homes.fill(other_.home);
  drawn.runs.fill(other_.run);
  for (const auto& [number, sum] : by_factor_) {
    const ErrorDraws& factor = shared.factor(number);
    drawn.home += sum.home;
    drawn.run += sum.run;
    for (size_t s = 0; s < factor.size(); ++s) {
      drawn.homes[s] += sum.home * factor[s];
      drawn.runs[s] += sum.run * factor[s];
    }
  }
  return drawn;
}

void SavingErrors::AddUnchanged(const PlanSummary& home, const Factors& factors) {
  const std::optional<size_t> factor = HomeFactor(factors);
  grams_.Add(factor, home.gross.value(), factor, home.gross.value());
}

void SavingErrors::AddChanged(absl::Time time, const PlanSummary& home, const PlanSummary& run,
                              const SavingSummary& saving, const Factors& factors) {
  const double home_grams = home.gross.value(), run_grams = run.gross.value();
  const double saved = home_grams - run_grams;
  const double down = saved - home_grams * saving.share_low;
  const double up = home_grams * saving.share_high - saved;
  if (!factors.has_value()) {
    grams_.Add(std::nullopt, home_grams, std::nullopt, run_grams);
    in_full_.down += down;
    in_full_.up += up;
    ++jobs_in_full_;
    return;
  }
  grams_.Add(factors->home, home_grams, factors->run, run_grams);
  const double part = kDeviations90 * std::abs(run_grams) * factors->ratio_spread;
  Ends& week = weeks_[WeekOf(time)];
  week.down += Without(std::max(0.0, down), part);
  week.up += Without(std::max(0.0, up), part);
}

void SavingErrors::Add(const SavingErrors& other) {
  grams_.Add(other.grams_);
  for (const auto& [week, ends] : other.weeks_) {
    Ends& of = weeks_[week];
    of.down += ends.down;
    of.up += ends.up;
  }
  in_full_.down += other.in_full_.down;
  in_full_.up += other.in_full_.up;
  jobs_in_full_ += other.jobs_in_full_;
}

SavedInterval SavingErrors::Interval(const SharedErrors& shared) const {
  const FactorSums::Draws drawn = grams_.Drawn(shared);
  ErrorDraws masses{}, shares{};
  for (size_t s = 0; s < masses.size(); ++s) {
    masses[s] = drawn.homes[s] - drawn.runs[s];
    shares[s] = drawn.homes[s] > 0 ? masses[s] / drawn.homes[s] : 0;
  }
  double down = 0, up = 0;
  for (const auto& [week, ends] : weeks_) {
    down += ends.down * ends.down;
    up += ends.up * ends.up;
  }
  // How far below and above the prediction the saving may be. What is shared is independent of the
  // forecasts' errors. `scale` is from grams.
  const auto below = [&](double shared_part, double scale) {
    return in_full_.down * scale + std::hypot(std::max(0.0, shared_part), std::sqrt(down) * scale);
  };
  const auto above = [&](double shared_part, double scale) {
    return in_full_.up * scale + std::hypot(std::max(0.0, shared_part), std::sqrt(up) * scale);
  };
  const double saved = drawn.home - drawn.run;
  const Interval90 mass = CentralInterval90(masses), share = CentralInterval90(shares);
  SavedInterval interval = {.low = GramsCo2e(saved - below(saved - mass.low, 1)),
                            .high = GramsCo2e(saved + above(mass.high - saved, 1)),
                            .in_full = jobs_in_full_};
  if (!(drawn.home > 0)) return interval;
  const double mean = saved / drawn.home;
  interval.share_low = mean - below(mean - share.low, 1 / drawn.home);
  interval.share_high = mean + above(share.high - mean, 1 / drawn.home);
  return interval;
}

void PredictedSums::AddPlans(const DecisionSummary& summary, const PlanSummary& run,
                             bool has_changed, const Factors& factors) {
  const PlanSummary& home = *summary.home;
  ++jobs;
  energy.Add(Finite(home.energy), Finite(run.energy));
  if (std::isfinite(home.energy.value()) && std::isfinite(run.energy.value())) {
    energy_errors.Add(HomeFactor(factors), home.energy.value(), RunFactor(factors),
                      run.energy.value());
  }
  const std::optional<GramsCo2e> home_gross = Finite(home.gross), run_gross = Finite(run.gross);
  attributional.Add(home_gross, run_gross);
  consequential.Add(Finite(home.consequential), Finite(run.consequential));
  market.Add(Finite(home.net), Finite(run.net));
  embodied.Add(Finite(home.embodied), Finite(run.embodied));
  if (!home_gross.has_value() || !run_gross.has_value()) return;
  if (!has_changed) {
    ++interval_jobs;
    errors.AddUnchanged(home, factors);
  } else if (summary.saving.has_value() && std::isfinite(summary.saving->share_low) &&
             std::isfinite(summary.saving->share_high)) {
    ++interval_jobs;
    errors.AddChanged(summary.time, home, run, *summary.saving, factors);
  }
}

void PredictedSums::AddDeviceTime(const DecisionSummary& summary) {
  const absl::Duration runtime = summary.chosen->task_runtime;
  const std::optional<GramsCo2e> gross = Finite(summary.chosen->gross);
  if (summary.devices.value_or(0) <= 0 || runtime == absl::InfiniteDuration() ||
      !gross.has_value()) {
    return;
  }
  device_time += runtime * *summary.devices * summary.array_tasks.value_or(1);
  device_emission = device_emission + *gross;
  ++device_jobs;
}

void PredictedSums::Add(const PredictedSums& other) {
  jobs += other.jobs;
  energy.Add(other.energy);
  attributional.Add(other.attributional);
  consequential.Add(other.consequential);
  market.Add(other.market);
  embodied.Add(other.embodied);
  errors.Add(other.errors);
  energy_errors.Add(other.energy_errors);
  interval_jobs += other.interval_jobs;
  device_time += other.device_time;
  device_emission = device_emission + other.device_emission;
  device_jobs += other.device_jobs;
}

void PredictedSums::Finish(const SharedErrors& shared) {
  if (attributional.jobs > 0 && interval_jobs == attributional.jobs) {
    saved = errors.Interval(shared);
  }
  if (energy.jobs > 0 && energy_errors.IsComplete()) {
    const Interval90 run = CentralInterval90(energy_errors.Drawn(shared).runs);
    run_energy.emplace(run.low, run.high);
  }
  errors = SavingErrors();
  energy_errors = FactorSums();
}

}  // namespace carbon
