#include "cli/report/sums/report_actuals.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "core/config/profile.h"
#include "core/outcome/known.h"

namespace carbon {
namespace {

// Which of ForecastErrors.
size_t LeadTimeOf(absl::Duration lead) {
  if (lead < absl::Hours(6)) return 0;
  if (lead < absl::Hours(24)) return 1;
  return lead < absl::Hours(72) ? 2 : 3;
}

double Intensity(const ActualSite& site) {
  return site.energy.value() > 0 ? site.emission.value() / site.energy.value() : HUGE_VAL;
}

}  // namespace

const char* LeadTimeText(size_t lead_time) {
  static constexpr const char* kTexts[kLeadTimes] = {"below 6 h", "6 to 24 h", "24 to 72 h",
                                                     "over 72 h"};
  return lead_time < kLeadTimes ? kTexts[lead_time] : "";
}

ActualsBuilder::ActualsBuilder(const PlacementConfig* config, size_t listed_jobs)
    : best_(listed_jobs, SavedMore), worst_(listed_jobs, WasWorse) {
  if (config == nullptr) return;
  for (const auto& [name, profile] : config->hardware) {
    qualities_.emplace(name, QualityName(profile.busy.quality));
  }
}

void ActualsBuilder::Add(const JudgedDecision& judged) {
  actuals_.totals.Add(*judged.outcome);
  AddForecast(judged);
  AddSite(judged);
  AddSources(*judged.outcome);
  if (judged.is_carried_out) AddPlaced(judged);
}

void ActualsBuilder::AddForecast(const JudgedDecision& judged) {
  const JobOutcome& outcome = *judged.outcome;
  const IntensityOutcome& intensity = outcome.intensity;
  const absl::Time decided = judged.summary().time;
  if (!intensity.predicted.has_value() || !intensity.actual_as_planned.has_value() ||
      !outcome.planned_start.has_value() || decided == absl::InfinitePast()) {
    return;
  }
  const GramsPerKilowattHour error = *intensity.predicted - *intensity.actual_as_planned;
  ForecastErrors& errors = actuals_.forecasts[LeadTimeOf(*outcome.planned_start - decided)];
  ++errors.jobs;
  errors.predicted = errors.predicted + *intensity.predicted;
  errors.actual = errors.actual + *intensity.actual_as_planned;
  errors.absolute_error = errors.absolute_error + GramsPerKilowattHour(std::abs(error.value()));
}

void ActualsBuilder::AddSite(const JudgedDecision& judged) {
  const JobOutcome& outcome = *judged.outcome;
  const EmissionOutcome& emission = outcome.attributional;
  if (!judged.has_plan || !outcome.ran.has_value()) return;
  const PlanSummary& plan = *judged.run();
  if (outcome.ran->partitions != std::vector<std::string>{plan.partition}) {
    ++actuals_.ran_elsewhere;
    return;
  }
  if (!outcome.energy.has_value() || !outcome.predicted_energy.has_value() ||
      !emission.actual.has_value() || !emission.predicted.has_value()) {
    return;
  }
  ActualSite& site = sites_[{plan.site, plan.zone}];
  site.site = plan.site;
  site.zone = plan.zone;
  ++site.jobs;
  site.predicted_energy = site.predicted_energy + *outcome.predicted_energy;
  site.energy = site.energy + outcome.energy->at_meter.value;
  site.predicted_emission = site.predicted_emission + *emission.predicted;
  site.emission = site.emission + emission.actual->value;
}

std::string ActualsBuilder::QualityOf(const EnergyOutcome& energy) const {
  if (energy.method == EnergyMethod::kMeasured) return "";
  std::string quality;
  for (const absl::string_view name : absl::StrSplit(energy.by, ',')) {
    const auto found = qualities_.find(std::string(name));
    if (found == qualities_.end()) return "";
    if (quality == found->second) continue;
    absl::StrAppend(&quality, quality.empty() ? "" : ", ", found->second);
  }
  return quality;
}

void ActualsBuilder::AddSources(const JobOutcome& outcome) {
  if (outcome.energy.has_value()) {
    const EnergyOutcome& energy = *outcome.energy;
    EnergySource& source = energy_sources_[{energy.method, energy.by}];
    if (source.jobs == 0) {
      source.method = energy.method;
      source.by = energy.by;
      source.quality = QualityOf(energy);
    }
    ++source.jobs;
    source.energy += energy.at_meter;
  }
  for (const ActualsUsed& used : outcome.actuals) {
    IntensitySource& source = intensity_sources_[{used.zone, used.source}];
    source.zone = used.zone;
    source.source = used.source;
    source.kind = used.kind;
    ++source.jobs;
    source.needed += used.needed;
    source.known += used.known;
    source.estimated += used.estimated;
    if (!used.fetched_at.has_value()) continue;
    source.fetched_at =
        std::max(source.fetched_at.value_or(absl::InfinitePast()), *used.fetched_at);
  }
}

void ActualsBuilder::AddPlaced(const JudgedDecision& judged) {
  const JobOutcome& outcome = *judged.outcome;
  const Known<Estimated<GramsCo2e>>& saved = outcome.attributional.saved;
  if (saved.has_value() && judged.has_plan) {
    worst_.Add(judged);
    if (saved->value > GramsCo2e(0)) best_.Add(judged);
  }
  if (judged.is_given_back) return;
  if (outcome.wait.has_value() && outcome.wait_at_home.has_value()) {
    waits_.Add(*outcome.wait - *outcome.wait_at_home);
  }
  const std::optional<SavingSummary>& predicted = judged.summary().saving;
  const Known<Estimated<GramsCo2e>>& at_home = outcome.attributional.at_home;
  if (!saved.has_value() || !(at_home->value > GramsCo2e(0)) || !predicted.has_value() ||
      !std::isfinite(predicted->share_low) || !std::isfinite(predicted->share_high)) {
    return;
  }
  // The share: how long a job runs is no error of the forecast.
  const double share = saved->value / at_home->value;
  ++actuals_.with_interval;
  if (share >= predicted->share_low && share <= predicted->share_high) ++actuals_.within_interval;
}

ReportActuals ActualsBuilder::Finish() {
  actuals_.waits = waits_.Finish();
  for (auto& [name, site] : sites_) actuals_.sites.push_back(std::move(site));
  std::stable_sort(
      actuals_.sites.begin(), actuals_.sites.end(),
      [](const ActualSite& a, const ActualSite& b) { return Intensity(a) < Intensity(b); });
  for (auto& [name, source] : energy_sources_) {
    actuals_.energy_sources.push_back(std::move(source));
  }
  std::stable_sort(
      actuals_.energy_sources.begin(), actuals_.energy_sources.end(),
      [](const EnergySource& a, const EnergySource& b) { return a.energy.value > b.energy.value; });
  for (auto& [name, source] : intensity_sources_) {
    actuals_.intensity_sources.push_back(std::move(source));
  }
  actuals_.best = best_.Finish();
  actuals_.worst = worst_.Finish();
  return std::move(actuals_);
}

}  // namespace carbon
