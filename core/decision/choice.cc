#include "core/decision/choice.h"

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/decision/gate.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

std::optional<GramsCo2e> EmissionOf(const Choice& choice, Figure figure) {
  const std::optional<Watts> power = PowerOf(*choice.run, figure);
  if (!power.has_value()) return std::nullopt;
  return *power * choice.placement.integral;
}

Plan PlanOf(const Choice& choice, const Snapshot& snapshot) {
  const PoolRun& run = *choice.run;
  const Snapshot::Pool& pool = *run.pool;
  Plan plan;
  PlannedRun& planned = plan.first();
  planned.names = snapshot.NamesOf(pool);
  planned.start = choice.placement.start;
  planned.runtime = run.option.runtime;
  planned.wake_up = run.wake_up;
  planned.rounds = run.rounds;
  planned.units = run.task_units;
  planned.time_limit = run.limit;
  planned.time_min = run.time_min;
  planned.energy = run.power * run.option.runtime;
  const absl::Time end = planned.start + planned.runtime;
  planned.on_own_forecast = pool.forecast->own_from.has_value() && end > *pool.forecast->own_from &&
                            planned.start < pool.forecast->horizon;
  planned.beyond_horizon = end > pool.forecast->horizon;
  planned.past_errors = pool.forecast->errors.has_value();
  planned.gross = *EmissionOf(choice, Figure::kAttributional);
  planned.consequential = EmissionOf(choice, Figure::kConsequential);
  planned.stays_powered = pool.stays_powered;
  const double seconds = absl::ToDoubleSeconds(run.option.runtime);
  if (seconds > 0) {
    planned.intensity = GramsPerKilowattHour(
        static_cast<double>(choice.placement.integral.milligram_seconds_per_kwh) / 1000 / seconds);
  }
  if (pool.site->net_intensity.has_value()) {
    planned.net = planned.energy * *pool.site->net_intensity;
  }
  if (pool.hardware->embodied_per_hour.has_value()) {
    planned.embodied = pool.hardware->embodied_per_hour->value * run.units *
                       absl::ToDoubleHours(run.option.runtime);
  }
  return plan;
}

Saving SavingOf(GramsCo2e home, const ErrorScenarios::Draws& home_draws, GramsCo2e chosen,
                const ErrorScenarios::Draws& chosen_draws) {
  ErrorScenarios::Draws grams, shares;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    grams[s] = home_draws[s] - chosen_draws[s];
    shares[s] = home_draws[s] > 0 ? grams[s] / home_draws[s] : 0;
  }
  const Interval90 mass = CentralInterval90(grams);
  const Interval90 share = CentralInterval90(shares);
  Saving saving;
  saving.mean = home - chosen;
  saving.low = GramsCo2e(mass.low);
  saving.high = GramsCo2e(mass.high);
  saving.share = home > GramsCo2e(0) ? saving.mean / home : 0;
  saving.share_low = share.low;
  saving.share_high = share.high;
  return saving;
}

std::optional<Choice> StaticBest(const std::vector<PoolRun>& runs) {
  std::optional<Choice> best;
  GramsCo2e least;
  for (const PoolRun& run : runs) {
    const GramsCo2e at_mean =
        run.option.power * run.option.runtime * run.pool->forecast->long_run_mean;
    if (best.has_value() && !(at_mean < least)) continue;
    const std::optional<Placement> placement = PlaceAt(run.option, FirstStart(run));
    if (!placement.has_value()) continue;
    best = Choice{&run, *placement};
    least = at_mean;
  }
  return best;
}

}  // namespace carbon
