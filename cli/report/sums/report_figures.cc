#include "cli/report/sums/report_figures.h"

#include "absl/time/time.h"
#include "core/decision/gate.h"
#include "core/outcome/estimated.h"

namespace carbon {
namespace {

constexpr char kFromLog[] =
    "placement log: forecasts and hardware profiles as they were when each job was submitted";
constexpr char kFromRuns[] =
    "sacct's runs; actual intensities from the archive or the named folder; energy measured where "
    "a meter is believed, otherwise modelled";
constexpr char kActualInterval[] =
    "actual, 90%: errors of watts, of what free hardware draws, and of PUE are shared by all jobs "
    "on the same hardware and site, so they do not shrink in a sum; they cancel in a share as far "
    "as home has them too; errors of the actual intensities are not known and not included";
constexpr char kInterval[] =
    "predicted, 90%: errors of watts and PUE are shared by all jobs on the same hardware and site; "
    "errors of forecasts are shared by the jobs of one week, and independent from week to week";
constexpr char kIntervalInFull[] =
    "predicted, 90%: the jobs' intervals are added in full, as if all errors were shared, where "
    "carbon.json does not have the hardware and the site or was not read; errors of the watts are "
    "then not included";
constexpr char kEnergyInterval[] =
    "energy, 90%: errors of watts and PUE, shared by all jobs on the same hardware and site";

template <class Value>
ReportFigure Total(const char* name, const char* title, const char* unit, const PairSum<Value>& sum,
                   int64_t of) {
  ReportFigure figure = {.name = name, .title = title, .unit = unit, .source = kFromLog};
  figure.jobs = sum.jobs;
  figure.of = of;
  if (sum.jobs == 0) return figure;
  figure.home = sum.home.value();
  figure.run = sum.run.value();
  figure.saved = sum.saved().value();
  return figure;
}

ReportFigure ActualEmission(const char* name, const char* title,
                            const OutcomeTotals::EmissionSum& sum, int64_t of) {
  ReportFigure figure = {.name = name,
                         .title = title,
                         .unit = "g",
                         .basis = FigureBasis::kActual,
                         .source = kFromRuns};
  figure.jobs = sum.decisions;
  figure.of = of;
  if (sum.decisions == 0) return figure;
  figure.interval = kActualInterval;
  figure.home = sum.at_home.value.value();
  figure.run = sum.actual.value.value();
  figure.run_low = sum.actual.low().value();
  figure.run_high = sum.actual.high().value();
  figure.saved = sum.saved.value.value();
  figure.saved_low = sum.saved.low().value();
  figure.saved_high = sum.saved.high().value();
  if (const auto share = ShareInterval90(sum.saved, sum.at_home)) {
    figure.share_low = share->low;
    figure.share_high = share->high;
  }
  return figure;
}

}  // namespace

const char* FigureBasisName(FigureBasis basis) {
  switch (basis) {
    case FigureBasis::kPredicted:
      return "predicted";
    case FigureBasis::kActual:
      return "actual";
    case FigureBasis::kMeasured:
      return "measured";
  }
  return "unknown";
}

std::vector<ReportFigure> FiguresOf(const PredictedSums& sums) {
  ReportFigure location =
      Total("co2e_location", "CO2e, location-based", "g", sums.attributional, sums.jobs);
  if (sums.saved.has_value()) {
    location.saved_low = sums.saved->low.value();
    location.saved_high = sums.saved->high.value();
    location.interval = sums.saved->in_full == 0 ? kInterval : kIntervalInFull;
    if (sums.attributional.home > GramsCo2e(0)) {
      location.share_low = sums.saved->share_low;
      location.share_high = sums.saved->share_high;
    }
  }
  ReportFigure energy = Total("energy", "Energy", "kWh", sums.energy, sums.jobs);
  if (sums.run_energy.has_value()) {
    energy.run_low = sums.run_energy->first.value();
    energy.run_high = sums.run_energy->second.value();
    energy.interval = kEnergyInterval;
  }
  ReportFigure intensity = {
      .name = "intensity", .title = "Carbon intensity", .unit = "g/kWh", .source = kFromLog};
  intensity.jobs = sums.attributional.jobs;
  intensity.of = sums.jobs;
  // Both sums are of the same jobs only if they are of as many.
  if (sums.energy.jobs == sums.attributional.jobs && sums.energy.home.value() > 0 &&
      sums.energy.run.value() > 0) {
    intensity.home = sums.attributional.home.value() / sums.energy.home.value();
    intensity.run = sums.attributional.run.value() / sums.energy.run.value();
    intensity.saved = *intensity.home - *intensity.run;
  }
  ReportFigure per_job = {
      .name = "co2e_per_job", .title = "CO2e per job", .unit = "g/job", .source = kFromLog};
  per_job.jobs = sums.attributional.jobs;
  per_job.of = sums.jobs;
  if (per_job.jobs > 0) {
    const auto jobs = static_cast<double>(per_job.jobs);
    per_job.home = sums.attributional.home.value() / jobs;
    per_job.run = sums.attributional.run.value() / jobs;
    per_job.saved = *per_job.home - *per_job.run;
  }
  ReportFigure per_device_hour = {.name = "co2e_per_device_hour",
                                  .title = "CO2e per device-hour",
                                  .unit = "g/device-hour",
                                  .source = kFromLog};
  per_device_hour.jobs = sums.device_jobs;
  per_device_hour.of = sums.jobs;
  if (const double hours = absl::ToDoubleHours(sums.device_time); hours > 0) {
    per_device_hour.run = sums.device_emission.value() / hours;
  }
  return {energy,
          location,
          Total("co2e_consequential", "CO2e, location-based, consequential", "g",
                sums.consequential, sums.jobs),
          Total("co2e_market", "CO2e, market-based", "g", sums.market, sums.jobs),
          Total("co2e_embodied", "Embodied CO2e", "g", sums.embodied, sums.jobs),
          intensity,
          per_job,
          per_device_hour};
}

std::vector<ReportFigure> ActualFiguresOf(const OutcomeTotals& totals) {
  const bool is_measured = totals.measured > 0 && totals.measured == totals.with_energy;
  ReportFigure energy = {.name = "energy_actual",
                         .title = "Energy, actual",
                         .unit = "kWh",
                         .basis = is_measured ? FigureBasis::kMeasured : FigureBasis::kActual,
                         .source = kFromRuns};
  energy.jobs = totals.with_energy;
  energy.of = totals.decisions;
  if (totals.with_energy > 0) {
    energy.run = totals.energy.value.value();
    energy.run_low = totals.energy.low().value();
    energy.run_high = totals.energy.high().value();
    energy.interval = kActualInterval;
  }
  const OutcomeTotals::EmissionSum& sum = totals.attributional;
  ReportFigure predicted = {.name = "co2e_location_predicted_of_actual",
                            .title = "The same jobs as they were predicted",
                            .unit = "g",
                            .source = kFromLog};
  predicted.jobs = sum.decisions;
  predicted.of = totals.decisions;
  if (sum.decisions > 0) {
    predicted.home = sum.predicted_home.value();
    predicted.run = sum.predicted.value();
    predicted.saved = sum.predicted_saving().value();
  }
  return {energy,
          ActualEmission("co2e_location_actual", "CO2e, location-based, actual",
                         totals.attributional, totals.decisions),
          predicted,
          ActualEmission("co2e_consequential_actual", "CO2e, location-based, consequential, actual",
                         totals.consequential, totals.decisions)};
}

}  // namespace carbon
