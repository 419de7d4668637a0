#include "cli/report/forms/actuals_text.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/forms/report_sentences.h"
#include "cli/report/forms/report_tables.h"
#include "cli/report/sums/report_actuals.h"
#include "cli/report/sums/report_figures.h"
#include "cli/report/sums/timeline.h"
#include "cli/text/table.h"
#include "core/base/mass_text.h"
#include "core/grid/intensity.h"
#include "core/outcome/known.h"

namespace carbon {
namespace {

std::string Format(Table table) {
  return absl::StrCat("\n", table.Format(Table::Style::kAligned, true));
}

std::string TimelineTable(const Report& report) {
  Table table({{report.step == TimeStep::kWeek ? "WEEK FROM" : "FROM"},
               {"JOBS", true},
               {"PREDICTED", true},
               {"SAVED", true},
               {"INTERVAL", true}});
  for (const ReportBucket& bucket : report.timeline) {
    if (!bucket.came.has_value()) continue;
    const SavedAndPredicted& came = *bucket.came;
    table.AddRow({BucketText(report, bucket.start), CountText(came.jobs),
                  FormatMass(came.predicted_saving()), FormatMass(came.saved.value),
                  SavedIntervalText(came.saved.low().value(), came.saved.high().value(), "g")});
  }
  return Format(std::move(table));
}

std::string SitesTable(const ReportActuals& actuals) {
  Table table({{"SITE"},
               {"ZONE"},
               {"JOBS", true},
               {"PREDICTED KWH", true},
               {"KWH", true},
               {"FORECAST G/KWH", true},
               {"G/KWH", true}});
  const auto intensity = [](GramsCo2e emission, KilowattHours energy) {
    return energy.value() > 0 ? NumberText(emission.value() / energy.value()) : std::string();
  };
  for (const ActualSite& site : actuals.sites) {
    table.AddRow({site.site, site.zone, CountText(site.jobs),
                  NumberText(site.predicted_energy.value()), NumberText(site.energy.value()),
                  intensity(site.predicted_emission, site.predicted_energy),
                  intensity(site.emission, site.energy)});
  }
  return Format(std::move(table));
}

std::string SourcesTables(const ReportActuals& actuals) {
  Table energy({{"ENERGY"}, {"WATTS"}, {"JOBS", true}, {"KWH", true}, {"INTERVAL", true}});
  for (const EnergySource& source : actuals.energy_sources) {
    energy.AddRow(
        {EnergySourceText(source), EnergyQualityText(source), CountText(source.jobs),
         NumberText(source.energy.value.value()),
         SavedIntervalText(source.energy.low().value(), source.energy.high().value(), "kWh")});
  }
  Table intensity({{"ZONE"},
                   {"ACTUAL INTENSITIES OF"},
                   {"KIND"},
                   {"JOBS", true},
                   {"KNOWN", true},
                   {"ESTIMATED", true}});
  for (const IntensitySource& source : actuals.intensity_sources) {
    intensity.AddRow({source.zone, source.source.empty() ? "not known" : source.source,
                      std::string(SignalKindName(source.kind)), CountText(source.jobs),
                      PartText(source.known, source.needed),
                      PartText(source.estimated, source.known)});
  }
  return absl::StrCat(Format(std::move(energy)), Format(std::move(intensity)));
}

std::string ForecastsTable(const ReportActuals& actuals) {
  Table table({{"LEAD TIME"},
               {"JOBS", true},
               {"FORECAST G/KWH", true},
               {"ACTUAL", true},
               {"BIAS", true},
               {"MEAN ERROR", true}});
  for (size_t i = 0; i < kLeadTimes; ++i) {
    const ForecastErrors& of = actuals.forecasts[i];
    if (of.jobs == 0) continue;
    const auto jobs = static_cast<double>(of.jobs);
    table.AddRow({LeadTimeText(i), CountText(of.jobs), NumberText(of.predicted.value() / jobs),
                  NumberText(of.actual.value() / jobs),
                  NumberText((of.predicted - of.actual).value() / jobs),
                  NumberText(of.absolute_error.value() / jobs)});
  }
  return Format(std::move(table));
}

}  // namespace

std::string ActualsText(const Report& report) {
  if (!report.actuals.has_value()) return "";
  const ReportActuals& actuals = *report.actuals;
  std::string text = absl::StrCat(
      "\nACTUAL: with the runs, the energy and the intensities that came\n",
      FiguresTable(ActualFiguresOf(actuals.totals), "AS RUN"), CountText(actuals.totals.measured),
      " of ", CountText(actuals.totals.with_energy),
      " energies are measured, the others modelled\n");
  for (const auto& [why, count] : actuals.totals.unknown) {
    absl::StrAppend(&text, CountText(count), " savings are not known: ", WhyUnknownText(why), "\n");
  }
  absl::StrAppend(&text, TimelineTable(report));
  if (!actuals.sites.empty()) absl::StrAppend(&text, SitesTable(actuals));
  if (actuals.ran_elsewhere > 0) {
    absl::StrAppend(&text, CountText(actuals.ran_elsewhere), " jobs did not run as planned\n");
  }
  absl::StrAppend(&text, SourcesTables(actuals), ForecastsTable(actuals),
                  WithinIntervalText(actuals), "\n", WaitsLine(actuals.waits, "actual"));
  if (!actuals.worst.empty()) {
    absl::StrAppend(&text, "\nTHE WORST, BY WHAT CAME\n", JobsTable(actuals.worst, true, true));
  }
  if (!actuals.best.empty()) {
    absl::StrAppend(&text, "\nTHE BEST, BY WHAT CAME\n", JobsTable(actuals.best, false, true));
  }
  return text;
}

}  // namespace carbon
