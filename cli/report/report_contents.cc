#include "cli/report/report_contents.h"

#include <cmath>

namespace carbon {
namespace {

constexpr char kFromLog[] =
    "placement log: forecasts and hardware profiles as they were when each job was submitted";
constexpr char kFromRuns[] =
    "sacct's runs; actual intensities from the archive or the named folder; energy measured where "
    "a meter is believed, otherwise modelled";
constexpr char kActualInterval[] =
    "90%: errors of watts, of what free hardware draws, and of PUE, which jobs share as far as "
    "they "
    "share the hardware and the site; not of the intensities";
constexpr char kInterval[] =
    "sum of the jobs' 90% intervals: as if all forecasts erred in the same direction";

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
  return figure;
}

}  // namespace

const std::array<absl::Duration, AddedWaits::kBins - 1> AddedWaits::kBounds = {
    -absl::Minutes(1), absl::Minutes(1), absl::Hours(1), absl::Hours(4),
    absl::Hours(12),   absl::Hours(24),  absl::Hours(48)};

void PredictedSums::Add(const PredictedSums& other) {
  jobs += other.jobs;
  energy.Add(other.energy);
  attributional.Add(other.attributional);
  consequential.Add(other.consequential);
  market.Add(other.market);
  embodied.Add(other.embodied);
  saved_low = saved_low + other.saved_low;
  saved_high = saved_high + other.saved_high;
  interval_jobs += other.interval_jobs;
  device_time += other.device_time;
  device_emission = device_emission + other.device_emission;
  device_jobs += other.device_jobs;
}

std::string ExemptText(const ReportCounts& counts) {
  if (counts.exempt == 0) return "";
  return absl::StrCat(" (", counts.exempt, " of them exempt by lot)");
}

const char* HarmName(Harm harm) {
  switch (harm) {
    case Harm::kEmitsMore:
      return "emits-more";
    case Harm::kGivenBack:
      return "given-back";
    case Harm::kNeverRan:
      return "never-ran";
    case Harm::kRanElsewhere:
      return "ran-elsewhere";
    case Harm::kEmittedMore:
      return "emitted-more";
    case Harm::kStartedLate:
      return "started-late";
    case Harm::kMissedDeadline:
      return "missed-deadline";
  }
  return "unknown";
}

const char* HarmText(Harm harm) {
  switch (harm) {
    case Harm::kEmitsMore:
      return "more CO2e than at home, predicted";
    case Harm::kGivenBack:
      return "waited, then given back";
    case Harm::kNeverRan:
      return "delayed, and ended before it began";
    case Harm::kRanElsewhere:
      return "ran elsewhere than planned";
    case Harm::kEmittedMore:
      return "more CO2e than at home, actual";
    case Harm::kStartedLate:
      return "started later than planned";
    case Harm::kMissedDeadline:
      return "ended after its deadline";
  }
  return "unknown";
}

const char* TimeStepName(TimeStep step) {
  switch (step) {
    case TimeStep::kHour:
      return "hour";
    case TimeStep::kDay:
      return "day";
    case TimeStep::kWeek:
      return "week";
    case TimeStep::kMonth:
      return "month";
  }
  return "unknown";
}

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
  if (sums.HasInterval()) {
    location.saved_low = sums.saved_low.value();
    location.saved_high = sums.saved_high.value();
    location.interval = kInterval;
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
  return {Total("energy", "Energy", "kWh", sums.energy, sums.jobs),
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

const char* LeadTimeText(size_t lead_time) {
  static constexpr const char* kTexts[kLeadTimes] = {"below 6 h", "6 to 24 h", "24 to 72 h",
                                                     "over 72 h"};
  return lead_time < kLeadTimes ? kTexts[lead_time] : "";
}

}  // namespace carbon
