#include "cli/report/forms/report_json.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/log/fields.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/forms/report_sentences.h"
#include "cli/report/sums/report_figures.h"
#include "core/grid/intensity.h"
#include "core/outcome/known.h"
#include "core/outcome/outcome.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

Json TimeJson(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

Json SecondsJson(absl::Duration duration) { return absl::ToInt64Seconds(duration); }

Json NumberJson(const std::optional<double>& number) {
  return number.has_value() && std::isfinite(*number) ? Json(*number) : Json(nullptr);
}

template <class Value>
Json ValueJson(const std::optional<Value>& value) {
  return value.has_value() ? NumberJson(value->value()) : Json(nullptr);
}

Json FigureJson(const ReportFigure& figure) {
  return {{"name", figure.name},
          {"title", figure.title},
          {"unit", figure.unit},
          {"home", NumberJson(figure.home)},
          {"run", NumberJson(figure.run)},
          {"saved", NumberJson(figure.saved)},
          {"saved_share", NumberJson(figure.saved_share())},
          {"saved_low", NumberJson(figure.saved_low)},
          {"saved_high", NumberJson(figure.saved_high)},
          {"share_low", NumberJson(figure.share_low)},
          {"share_high", NumberJson(figure.share_high)},
          {"run_low", NumberJson(figure.run_low)},
          {"run_high", NumberJson(figure.run_high)},
          {"interval", *figure.interval == '\0' ? Json(nullptr) : Json(figure.interval)},
          {"basis", FigureBasisName(figure.basis)},
          {"source", figure.source},
          {"jobs", figure.jobs},
          {"of", figure.of}};
}

Json FiguresJson(const std::vector<ReportFigure>& figures) {
  Json json = Json::array();
  for (const ReportFigure& figure : figures) json.push_back(FigureJson(figure));
  return json;
}

// The same sums in short, for rows of which there are many.
template <class Value>
void AddPair(const char* home, const char* run, const PairSum<Value>& sum, Json* json) {
  const bool is_known = sum.jobs > 0;
  (*json)[home] = is_known ? Json(sum.home.value()) : Json(nullptr);
  (*json)[run] = is_known ? Json(sum.run.value()) : Json(nullptr);
}

void AddSums(const PredictedSums& sums, Json* json) {
  AddPair("home_kwh", "run_kwh", sums.energy, json);
  AddPair("home_g", "run_g", sums.attributional, json);
  const bool is_known = sums.saved.has_value();
  (*json)["saved_low_g"] = is_known ? Json(sums.saved->low.value()) : Json(nullptr);
  (*json)["saved_high_g"] = is_known ? Json(sums.saved->high.value()) : Json(nullptr);
}

Json WaitsJson(const AddedWaits& waits, FigureBasis basis = FigureBasis::kPredicted) {
  const std::vector<std::string> titles = WaitBinTexts();
  Json bins = Json::array();
  for (size_t i = 0; i < AddedWaits::kBins; ++i) {
    const bool has_bound = i < AddedWaits::kBounds.size();
    bins.push_back({{"title", titles[i]},
                    {"below_s", has_bound ? SecondsJson(AddedWaits::kBounds[i]) : Json(nullptr)},
                    {"jobs", waits.bins[i]}});
  }
  const bool is_known = waits.delayed > 0;
  const auto delay = [is_known](absl::Duration of) {
    return is_known ? SecondsJson(of) : Json(nullptr);
  };
  return {{"jobs", waits.jobs},
          {"delayed", waits.delayed},
          {"sooner", waits.sooner},
          {"total_s", SecondsJson(waits.total)},
          {"mean_s", delay(waits.mean)},
          {"median_s", delay(waits.median)},
          {"p95_s", delay(waits.p95)},
          {"longest_s", delay(waits.longest)},
          {"bins", bins},
          {"basis", FigureBasisName(basis)}};
}

Json CountsJson(const ReportCounts& counts) {
  return {{"decisions", counts.decisions},     {"placed", counts.placed},
          {"carried_out", counts.carried_out}, {"in_shadow", counts.in_shadow},
          {"kept_home", counts.kept_home},     {"left_alone", counts.left_alone},
          {"exempt", counts.exempt},           {"undated", counts.undated},
          {"opted_out", counts.opted_out},     {"given_back", counts.given_back},
          {"not_counted", counts.not_counted}, {"harmed", counts.harmed}};
}

Json GroupJson(const std::vector<std::string>& fields, const ReportGroup& group) {
  Json json = {{"group", Json::object()}};
  for (size_t i = 0; i < fields.size(); ++i) json["group"][fields[i]] = group.names[i];
  json["counts"] = CountsJson(group.counts);
  AddSums(group.sums, &json);
  json["figures"] = FiguresJson(FiguresOf(group.sums));
  json["waits"] = WaitsJson(group.waits);
  json["actual_figures"] =
      group.actuals.has_value() ? FiguresJson(ActualFiguresOf(*group.actuals)) : Json(nullptr);
  return json;
}

Json ActualJson(const ReportJob::Actual& actual) {
  return {{"home_g", actual.home.value()},
          {"run_g", actual.run.value()},
          {"saved_g", actual.saved.value()},
          {"saved_low_g", actual.saved_low.value()},
          {"saved_high_g", actual.saved_high.value()},
          {"energy", EnergyMethodName(actual.is_measured ? EnergyMethod::kMeasured
                                                         : EnergyMethod::kModelled)}};
}

Json JobJson(const ReportJob& job) {
  Json harms = Json::array();
  for (const Harm harm : job.harms) harms.push_back(HarmName(harm));
  return {{"id", job.id},
          {"job_id", job.job_id.has_value() ? Json(*job.job_id) : Json(nullptr)},
          {"submitted", TimeJson(job.submitted)},
          {"user", UserName(job.user_id)},
          {"account", job.account},
          {"name", job.name},
          {"home_site", job.home_site},
          {"site", job.site},
          {"delay_s", job.delay.has_value() ? SecondsJson(*job.delay) : Json(nullptr)},
          {"home_g", NumberJson(job.home.value())},
          {"run_g", NumberJson(job.run.value())},
          {"saved_g", NumberJson(job.saved().value())},
          {"saved_low_g", ValueJson(job.saved_low)},
          {"saved_high_g", ValueJson(job.saved_high)},
          {"actual", job.actual.has_value() ? ActualJson(*job.actual) : Json(nullptr)},
          {"harms", harms},
          {"basis", FigureBasisName(FigureBasis::kPredicted)}};
}

Json JobsJson(const std::vector<ReportJob>& jobs) {
  Json json = Json::array();
  for (const ReportJob& job : jobs) json.push_back(JobJson(job));
  return json;
}

Json CameJson(const SavedAndPredicted& came) {
  return {{"jobs", came.jobs},
          {"predicted_saved_g", came.predicted_saving().value()},
          {"home_g", came.at_home.value()},
          {"run_g", came.actual.value()},
          {"saved_g", came.saved.value.value()},
          {"saved_low_g", came.saved.low().value()},
          {"saved_high_g", came.saved.high().value()}};
}

Json TimelineJson(const Report& report) {
  Json buckets = Json::array();
  for (const ReportBucket& bucket : report.timeline) {
    Json json = {{"start", TimeJson(bucket.start)},
                 {"local", absl::FormatTime("%Y-%m-%dT%H:%M", bucket.start, report.time_zone)},
                 {"jobs", bucket.jobs},
                 {"delayed", bucket.delayed}};
    AddSums(bucket.sums, &json);
    json["actual"] = bucket.came.has_value() ? CameJson(*bucket.came) : Json(nullptr);
    buckets.push_back(std::move(json));
  }
  return {{"step", TimeStepName(report.step)},
          {"basis", FigureBasisName(FigureBasis::kPredicted)},
          {"buckets", buckets}};
}

Json SitesJson(const Report& report) {
  Json sites = Json::array();
  for (const ReportSite& site : report.sites) {
    sites.push_back({{"site", site.site},
                     {"zone", site.zone},
                     {"home_jobs", site.home_jobs},
                     {"run_jobs", site.run_jobs},
                     {"home_kwh", site.home_energy.value()},
                     {"run_kwh", site.run_energy.value()},
                     {"home_g", site.home_emission.value()},
                     {"run_g", site.run_emission.value()},
                     {"basis", FigureBasisName(FigureBasis::kPredicted)}});
  }
  return sites;
}

Json HoursJson(const Report& report) {
  Json hours = Json::array();
  for (size_t hour = 0; hour < report.hours.size(); ++hour) {
    const ReportHour& of = report.hours[hour];
    hours.push_back({{"hour", hour},
                     {"home_kwh", of.home_energy.value()},
                     {"run_kwh", of.run_energy.value()},
                     {"home_g", of.home_emission.value()},
                     {"run_g", of.run_emission.value()}});
  }
  return hours;
}

Json HarmedJson(const Report& report) {
  Json kinds = Json::object();
  for (size_t i = 0; i < kHarms; ++i) kinds[HarmName(static_cast<Harm>(i))] = report.harms[i];
  return {{"jobs", report.counts.harmed}, {"kinds", kinds}};
}

Json RuntimesJson(const ReportRuntimes& runtimes) {
  const bool is_known = runtimes.predicted > GramsCo2e(0);
  return {{"known", runtimes.known},
          {"unknown", runtimes.unknown},
          {"ended", runtimes.ended},
          {"ran_share", is_known ? Json(runtimes.ran / runtimes.predicted) : Json(nullptr)}};
}

Json ShadowJson(const ReportShadow& shadow) {
  Json accounts = Json::array();
  for (const ReportGroup& account : shadow.accounts) {
    accounts.push_back(GroupJson({"account"}, account));
  }
  return {{"jobs", shadow.sums.jobs},
          {"figures", FiguresJson(FiguresOf(shadow.sums))},
          {"waits", WaitsJson(shadow.waits)},
          {"emit_more", shadow.emit_more},
          {"accounts", accounts}};
}

Json ActualSitesJson(const ReportActuals& actuals) {
  Json sites = Json::array();
  for (const ActualSite& site : actuals.sites) {
    sites.push_back({{"site", site.site},
                     {"zone", site.zone},
                     {"jobs", site.jobs},
                     {"predicted_kwh", site.predicted_energy.value()},
                     {"kwh", site.energy.value()},
                     {"predicted_g", site.predicted_emission.value()},
                     {"g", site.emission.value()}});
  }
  return sites;
}

Json EnergySourcesJson(const ReportActuals& actuals) {
  Json sources = Json::array();
  for (const EnergySource& source : actuals.energy_sources) {
    sources.push_back({{"method", EnergyMethodName(source.method)},
                       {"by", source.by},
                       {"quality", source.quality.empty() ? Json(nullptr) : Json(source.quality)},
                       {"jobs", source.jobs},
                       {"kwh", source.energy.value.value()},
                       {"low_kwh", source.energy.low().value()},
                       {"high_kwh", source.energy.high().value()}});
  }
  return sources;
}

Json IntensitySourcesJson(const ReportActuals& actuals) {
  Json sources = Json::array();
  for (const IntensitySource& source : actuals.intensity_sources) {
    sources.push_back({{"zone", source.zone},
                       {"source", source.source.empty() ? Json(nullptr) : Json(source.source)},
                       {"kind", SignalKindName(source.kind)},
                       {"jobs", source.jobs},
                       {"needed_s", SecondsJson(source.needed)},
                       {"known_s", SecondsJson(source.known)},
                       {"estimated_s", SecondsJson(source.estimated)},
                       {"fetched_at", source.fetched_at.has_value() ? TimeJson(*source.fetched_at)
                                                                    : Json(nullptr)}});
  }
  return sources;
}

Json ActualsJson(const ReportActuals& actuals) {
  Json unknown = Json::object();
  for (const auto& [why, count] : actuals.totals.unknown) {
    unknown[std::string(WhyUnknownCode(why))] = count;
  }
  Json forecasts = Json::array();
  for (size_t i = 0; i < kLeadTimes; ++i) {
    const ForecastErrors& of = actuals.forecasts[i];
    const auto mean = [&of](GramsPerKilowattHour sum) {
      return of.jobs > 0 ? Json(sum.value() / static_cast<double>(of.jobs)) : Json(nullptr);
    };
    forecasts.push_back({{"lead_time", LeadTimeText(i)},
                         {"jobs", of.jobs},
                         {"predicted_g_per_kwh", mean(of.predicted)},
                         {"actual_g_per_kwh", mean(of.actual)},
                         {"absolute_error_g_per_kwh", mean(of.absolute_error)}});
  }
  return {{"figures", FiguresJson(ActualFiguresOf(actuals.totals))},
          {"measured", actuals.totals.measured},
          {"with_energy", actuals.totals.with_energy},
          {"unknown", unknown},
          {"forecasts", forecasts},
          {"with_interval", actuals.with_interval},
          {"within_interval", actuals.within_interval},
          {"waits", WaitsJson(actuals.waits, FigureBasis::kActual)},
          {"sites", ActualSitesJson(actuals)},
          {"ran_elsewhere", actuals.ran_elsewhere},
          {"energy_sources", EnergySourcesJson(actuals)},
          {"intensity_sources", IntensitySourcesJson(actuals)},
          {"best", JobsJson(actuals.best)},
          {"worst", JobsJson(actuals.worst)}};
}

}  // namespace

Json ReportJson(const Report& report) {
  Json not_counted = Json::object();
  for (const auto& [why, count] : report.not_counted) {
    not_counted[std::string(NotCountedName(why))] = count;
  }
  Json left_alone = Json::object();
  for (const auto& [reason, count] : report.left_alone) left_alone[reason] = count;
  Json groups = Json::array();
  for (const ReportGroup& group : report.groups) {
    groups.push_back(GroupJson(report.group_fields, group));
  }
  return {{"v", kReportVersion},
          {"made_at", TimeJson(report.made_at)},
          {"log", report.log},
          {"period",
           {{"from", TimeJson(report.from)},
            {"to", TimeJson(report.to)},
            {"first_decision", TimeJson(report.first)},
            {"last_decision", TimeJson(report.last)},
            {"time_zone", ZoneText(report)}}},
          {"filters", report.filters},
          {"group_by", report.group_fields},
          {"counts", CountsJson(report.counts)},
          {"not_counted", not_counted},
          {"left_alone", left_alone},
          {"figures", FiguresJson(FiguresOf(report.sums))},
          {"actuals", report.actuals.has_value() ? ActualsJson(*report.actuals) : Json(nullptr)},
          {"timeline", TimelineJson(report)},
          {"groups", groups},
          {"sites", SitesJson(report)},
          {"hours", HoursJson(report)},
          {"waits", WaitsJson(report.waits)},
          {"harmed", HarmedJson(report)},
          {"runtimes", RuntimesJson(report.runtimes)},
          {"best", JobsJson(report.best)},
          {"worst", JobsJson(report.worst)},
          {"shadow", report.shadow.has_value() ? ShadowJson(*report.shadow) : Json(nullptr)},
          {"warnings", report.warnings}};
}

}  // namespace carbon
