#include "core/outcome/drawn_energy.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "absl/strings/str_join.h"

namespace carbon {

EnergySum EnergyOf(const std::vector<DrawnEnergy>& drawn) {
  EnergySum sum;
  std::set<std::string> hardware;
  Estimated<KilowattHours> it;
  bool has_pue = true;
  for (const DrawnEnergy& one : drawn) {
    const KilowattHours at_meter = one.energy + one.wake_up;
    const ErrorDraws& factor = *one.energy_factor;
    Estimated<KilowattHours> estimated = EstimatedBy(at_meter, factor);
    for (size_t s = 0; s < factor.size(); ++s) estimated.draws[s] *= (*one.power->pue_factor)[s];
    sum.at_meter += estimated;
    hardware.insert(one.power->hardware);
    if (one.power->pue.has_value()) {
      it += EstimatedBy(at_meter / *one.power->pue, factor);
    } else {
      has_pue = false;
    }
  }
  if (has_pue) {
    sum.it = it;
  } else {
    sum.it = WhyUnknown::kNoPue;
  }
  sum.hardware = absl::StrJoin(hardware, ",");
  return sum;
}

Known<Estimated<GramsCo2e>> EmissionOf(const std::vector<DrawnEnergy>& drawn, Figure figure,
                                       const ChosenActuals& actuals) {
  const bool is_consequential = figure == Figure::kConsequential;
  Estimated<GramsCo2e> emission;
  for (const DrawnEnergy& one : drawn) {
    if (is_consequential && !one.free.has_value()) return WhyUnknown::kNoFreeWatts;
    const auto intensity = actuals.Mean(one.power->zone, one.from, one.to);
    if (!intensity.has_value()) return intensity.why();
    const KilowattHours free = is_consequential ? *one.free : KilowattHours(0);
    const auto added = [&](double energy_factor, double free_factor) {
      const double added_by_run = one.energy.value() * energy_factor - free.value() * free_factor;
      return KilowattHours(std::max(0.0, added_by_run) + one.wake_up.value() * energy_factor) *
             *intensity;
    };
    emission.value = emission.value + added(1, 1);
    for (size_t s = 0; s < emission.draws.size(); ++s) {
      emission.draws[s] += added((*one.energy_factor)[s], (*one.power->free_factor)[s]).value() *
                           (*one.power->pue_factor)[s];
    }
  }
  return emission;
}

Known<GramsPerKilowattHour> IntensityOf(const std::vector<DrawnEnergy>& drawn,
                                        const ChosenActuals& actuals) {
  GramsCo2e emission;
  KilowattHours energy;
  for (const DrawnEnergy& one : drawn) {
    const auto mean = actuals.Mean(one.power->zone, one.from, one.to);
    if (!mean.has_value()) return mean.why();
    emission = emission + one.energy * *mean;
    energy = energy + one.energy;
  }
  if (!(energy.value() > 0)) return WhyUnknown::kNotRecorded;
  return GramsPerKilowattHour(emission.value() / energy.value());
}

}  // namespace carbon
