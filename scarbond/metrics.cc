#include "scarbond/metrics.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "prometheus/client_metric.h"
#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"

namespace carbon {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;
using prometheus::MetricType;

class Family {
 public:
  Family(const char* name, MetricType type, const char* help) {
    family_.name = absl::StrCat("slurm_carbon_", name);
    family_.type = type;
    family_.help = help;
  }

  void Add(double value, Labels labels = {}) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    metric.counter.value = value;  // the family's type decides which of the two is printed
    family_.metric.push_back(std::move(metric));
  }

  // Leaves out a family without metrics.
  void MoveTo(std::vector<prometheus::MetricFamily>* families) && {
    if (!family_.metric.empty()) families->push_back(std::move(family_));
  }

 private:
  prometheus::MetricFamily family_;
};

void AddForecasts(const std::vector<ZoneInUse>& zones, absl::Time now,
                  std::vector<prometheus::MetricFamily>* families) {
  Family age("forecast_age_seconds", MetricType::Gauge,
             "Since the zone's forecast was issued, or fetched where its issue is unknown.");
  Family horizon("forecast_horizon_seconds", MetricType::Gauge,
                 "How far ahead the zone's forecast reaches.");
  for (const ZoneInUse& zone : zones) {
    const Labels labels = {{"zone", zone.zone},
                           {"source", zone.source},
                           {"kind", std::string(SignalKindName(zone.kind))}};
    if (zone.made_at.has_value()) age.Add(absl::ToDoubleSeconds(now - *zone.made_at), labels);
    horizon.Add(absl::ToDoubleSeconds(zone.horizon - now), labels);
  }
  std::move(age).MoveTo(families);
  std::move(horizon).MoveTo(families);
}

// A zone may name a provider more than once. Its counts are then added up in one series.
void AddProviders(const std::vector<SourceState>& sources,
                  std::vector<prometheus::MetricFamily>* families) {
  std::map<std::pair<std::string, std::string>, int64_t> requests;
  std::map<std::tuple<std::string, std::string, std::string>, int64_t> errors;
  for (const SourceState& source : sources) {
    if (source.provider.empty()) continue;
    requests[{source.provider, source.zone}] += source.requests;
    for (const auto& [code, count] : source.errors) {
      errors[{source.provider, source.zone, code}] += count;
    }
  }
  Family sent("provider_requests_total", MetricType::Counter, "Requests to the provider.");
  for (const auto& [key, count] : requests) {
    sent.Add(static_cast<double>(count), {{"provider", key.first}, {"zone", key.second}});
  }
  Family failed("provider_errors_total", MetricType::Counter,
                "Requests that gave no forecast, by HTTP status or what else went wrong.");
  for (const auto& [key, count] : errors) {
    failed.Add(
        static_cast<double>(count),
        {{"provider", std::get<0>(key)}, {"zone", std::get<1>(key)}, {"code", std::get<2>(key)}});
  }
  std::move(sent).MoveTo(families);
  std::move(failed).MoveTo(families);
}

// A source that a zone names twice has one series.
void AddImplausible(const std::vector<SourceState>& sources,
                    const std::vector<ImplausibleHours>& histories,
                    std::vector<prometheus::MetricFamily>* families) {
  using Key = std::pair<std::string, std::string>;  // zone, source
  std::map<Key, int64_t> forecasts, hours;
  for (const SourceState& source : sources) {
    const auto count = source.errors.find(kImplausible);
    if (count != source.errors.end()) forecasts[{source.zone, source.source}] += count->second;
  }
  for (const ImplausibleHours& history : histories) {
    hours[{history.zone, history.source}] += history.hours;
  }
  const auto add = [&](const std::map<Key, int64_t>& counts, Family family) {
    for (const auto& [key, count] : counts) {
      family.Add(static_cast<double>(count), {{"zone", key.first}, {"source", key.second}});
    }
    std::move(family).MoveTo(families);
  };
  add(forecasts, Family("implausible_forecasts_total", MetricType::Counter,
                        "Forecasts with values that the zone cannot have, rejected or bridged."));
  add(hours, Family("implausible_history_hours", MetricType::Gauge,
                    "Hours of the source's history that count as missing for their values."));
}

// Adds one series for each pair of severity and code that a finding has now.
void AddFindings(const DaemonState& state, std::vector<prometheus::MetricFamily>* families) {
  std::map<std::pair<Severity, FindingCode>, int64_t> counts;
  for (const Finding& finding : state.findings) ++counts[{finding.severity, finding.code}];
  for (const SourceState& source : state.sources) {
    if (!source.error.empty()) ++counts[{Severity::kWarning, FindingCode::kSourceFailing}];
    if (!source.note.empty()) ++counts[{Severity::kNote, FindingCode::kSourceDataLeftOut}];
  }
  Family findings("findings", MetricType::Gauge,
                  "What scarbond reports of itself and its sources now, by kind.");
  for (const auto& [kind, count] : counts) {
    findings.Add(static_cast<double>(count), {{"severity", std::string(SeverityName(kind.first))},
                                              {"code", std::string(FindingCodeName(kind.second))}});
  }
  std::move(findings).MoveTo(families);
}

constexpr double kJoulesPerKilowattHour = 3.6e6;

// Sums by pool and state of all jobs, and the figures of some.
void AddJobs(const JobMetrics& metrics, std::vector<prometheus::MetricFamily>* families) {
  struct Sum {
    int64_t jobs = 0;
    KilowattHours energy;
    GramsCo2e emission;
  };
  std::map<std::pair<std::string, std::string>, Sum> sums;  // by pool and state
  Family job_energy("job_predicted_energy_joules", MetricType::Gauge,
                    "What the job is predicted to draw as a whole, PUE included.");
  Family job_emission("job_predicted_emissions_grams", MetricType::Gauge,
                      "What the job is predicted to emit as a whole, in grams of CO2e.");
  int64_t left = metrics.most;
  for (const JobFigure& job : metrics.jobs) {
    const std::string state = job.runs ? "running" : "pending";
    Sum& sum = sums[{job.pool, state}];
    ++sum.jobs;
    sum.energy = sum.energy + job.energy;
    sum.emission = sum.emission + job.emission;
    if (left-- <= 0) continue;
    const Labels labels = {
        {"uuid", absl::StrCat(job.job_id)}, {"pool", job.pool}, {"state", state}};
    job_energy.Add(job.energy.value() * kJoulesPerKilowattHour, labels);
    job_emission.Add(job.emission.value(), labels);
  }
  Family count("jobs", MetricType::Gauge, "Jobs in the queue whose predicted figures are known.");
  Family energy("jobs_predicted_energy_joules", MetricType::Gauge,
                "What these jobs are predicted to draw as a whole, PUE included.");
  Family emission("jobs_predicted_emissions_grams", MetricType::Gauge,
                  "What these jobs are predicted to emit as a whole, in grams of CO2e.");
  for (const auto& [key, sum] : sums) {
    const Labels labels = {{"pool", key.first}, {"state", key.second}};
    count.Add(static_cast<double>(sum.jobs), labels);
    energy.Add(sum.energy.value() * kJoulesPerKilowattHour, labels);
    emission.Add(sum.emission.value(), labels);
  }
  for (Family* family : {&count, &energy, &emission, &job_energy, &job_emission}) {
    std::move(*family).MoveTo(families);
  }
}

}  // namespace

std::string FormatMetrics(const DaemonState& state, const std::vector<ZoneInUse>& zones,
                          const std::vector<SourceErrorRatio>& errors, absl::Time now,
                          const std::vector<ImplausibleHours>& implausible,
                          const JobMetrics& jobs) {
  std::vector<prometheus::MetricFamily> families;
  AddForecasts(zones, now, &families);
  Family realised("forecast_error_ratio", MetricType::Gauge,
                  "Mean of what past forecasts erred by over what came, at that lead time.");
  for (const SourceErrorRatio& error : errors) {
    realised.Add(error.ratio, {{"zone", error.zone},
                               {"source", error.source},
                               {"lead", absl::StrCat(absl::ToInt64Hours(error.lead), "h")}});
  }
  std::move(realised).MoveTo(&families);
  AddProviders(state.sources, &families);
  AddImplausible(state.sources, implausible, &families);
  AddFindings(state, &families);
  AddJobs(jobs, &families);
  Family publishes("publishes_total", MetricType::Counter, "Snapshots published.");
  publishes.Add(static_cast<double>(state.publishes));
  std::move(publishes).MoveTo(&families);
  Family last("last_publish_timestamp_seconds", MetricType::Gauge,
              "When the last snapshot was published.");
  if (state.published_at.has_value()) {
    last.Add(static_cast<double>(absl::ToUnixSeconds(*state.published_at)));
  }
  std::move(last).MoveTo(&families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace carbon
