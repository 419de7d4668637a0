#include "cli/statement/run_joiner.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/decision/decision_id.h"
#include "core/grid/error_factors.h"

namespace carbon {
namespace {

// Whether only actual intensities are missing. If the job never ran, or left its plan, the
// prediction is of something that did not happen.
bool IsForWantOfActuals(WhyUnknown why) {
  return why == WhyUnknown::kNoActuals || why == WhyUnknown::kActualsMissing;
}

// What share of the time that was predicted for all tasks it ran, at most all of it.
double RanShare(const DecisionSummary& decided, const RunFacts& ran) {
  const absl::Duration predicted =
      decided.chosen->task_runtime * static_cast<double>(decided.tasks());
  if (predicted <= absl::ZeroDuration() || predicted == absl::InfiniteDuration()) return 0;
  return std::min(1.0, absl::FDivDuration(ran.total, predicted));
}

// Counts what is known if that is not the profile's unit: GPUs if it has any, or nodes.
void CountUnits(const ActualRun& run, const RunPlace& place, StatedRun* stated) {
  if (place.profile != nullptr && place.units.has_value()) {
    stated->unit = place.profile->unit;
    stated->units = *place.units;
    return;
  }
  const bool has_devices = run.devices.value_or(0) > 0;
  stated->unit = has_devices ? AllocationUnit::kDevice : AllocationUnit::kNode;
  stated->units = has_devices ? *run.devices : run.nodes.value_or(0);
}

}  // namespace

RunJoiner::RunJoiner(const PlacementConfig& config, const JobOutcomes& outcomes)
    : config_(config), outcomes_(outcomes), places_(config) {}

StatedRun RunJoiner::Join(const ActualRun& run, bool has_ended, const JobDecision* decision) const {
  StatedRun stated;
  stated.job = run.task;
  stated.state = run.state;
  stated.partition = run.partition;
  stated.start = run.start;
  stated.ran = run.end - run.start;
  stated.has_ended = has_ended;
  stated.nodes = run.nodes.value_or(0);
  const bool was_restored = decision != nullptr && decision->was_restored;
  // It points into the decision.
  const DecisionSummary none;
  const Known<RunPlace> known =
      places_.Of(decision != nullptr ? decision->decided : none, was_restored, run);
  const RunPlace place = known.has_value() ? *known : RunPlace();
  stated.hardware = place.hardware;
  stated.pool = place.pool;
  stated.site = place.site;
  stated.zone = place.zone;
  CountUnits(run, place, &stated);

  const RanJob alone = {
      .has_ended = true,
      .runs = {outcomes_.Metered(run)},
      .submitted = run.submitted,
      .was_restored = was_restored,
      .had_nodes_alone = outcomes_.meter().exclusive_partitions.contains(run.partition)};
  const JobOutcome outcome = outcomes_.Of(DecidedFor(place, decision), alone);
  SetEnergy(outcome, place, &stated);
  if (stated.energy.has_value()) SetEmission(outcome, place, decision, &stated);
  // Per hour of the profile's unit, which accounting may not count.
  if (place.profile != nullptr && place.profile->embodied_per_hour.has_value() &&
      stated.unit == place.profile->unit) {
    const Sourced<GramsCo2e>& embodied = *place.profile->embodied_per_hour;
    stated.embodied = Sourced<GramsCo2e>{embodied.value * stated.unit_hours(), embodied.quality,
                                         absl::StrCat(place.hardware, ": ", embodied.source)};
  }
  return stated;
}

std::optional<AvoidedEmission> RunJoiner::AvoidedBy(const JobDecision& decision,
                                                    const RanJob& ran) const {
  const JobOutcome outcome = outcomes_.Of(decision.decided, ran);
  AvoidedEmission avoided;
  avoided.decision = DecisionId(decision.decided.id);
  const bool is_placed = outcome.course == Course::kPlaced;
  if (!is_placed && outcome.course != Course::kRestored) {  // it changed nothing
    avoided.attributional = {GramsCo2e(0), GramsCo2e(0), GramsCo2e(0)};
    avoided.consequential = avoided.attributional;
    avoided.is_actual = true;
    return avoided;
  }
  const absl::Time home = decision.decided.home->start;
  const absl::Time start =
      ran.runs.empty() ? decision.decided.chosen->start : ran.runs.front().start;
  if (home != absl::InfinitePast() && start != absl::InfinitePast()) avoided.delay = start - home;

  const auto by_what_happened = [](const EmissionOutcome& figure) {
    std::optional<Ranged<GramsCo2e>> saved;
    if (figure.saved.has_value()) {
      saved = {figure.saved->value, figure.saved->low(), figure.saved->high()};
    }
    return saved;
  };
  const auto as_predicted = [](const std::optional<Saving>& saving, double share) {
    std::optional<Ranged<GramsCo2e>> saved;
    if (saving.has_value() && std::isfinite(saving->mean.value())) {
      saved = {saving->mean * share, saving->low * share, saving->high * share};
    }
    return saved;
  };
  // Both figures are by what happened, or both as predicted.
  std::optional<Ranged<GramsCo2e>> attributional = by_what_happened(outcome.attributional);
  avoided.is_actual = attributional.has_value();
  if (avoided.is_actual) {
    avoided.consequential = by_what_happened(outcome.consequential);
  } else if (is_placed && outcome.ran.has_value() &&
             IsForWantOfActuals(outcome.attributional.saved.why())) {
    // As predicted, for as much of the predicted time as it ran. Not of a job that was restored:
    // the prediction is of another plan.
    const double share = RanShare(decision.decided, *outcome.ran);
    attributional = as_predicted(decision.saving, share);
    avoided.consequential = as_predicted(decision.consequential_saving, share);
  }
  if (!attributional.has_value()) return std::nullopt;
  avoided.attributional = *attributional;
  return avoided;
}

DecisionSummary RunJoiner::DecidedFor(const RunPlace& place, const JobDecision* decision) const {
  DecisionSummary decided;
  if (decision != nullptr) {
    decided = decision->decided;
    for (auto* plan : {&decided.home, &decided.chosen}) {
      if (plan->has_value()) (*plan)->wake_up = absl::ZeroDuration();
    }
    return decided;
  }
  for (const GridZone& zone : config_.zones) {
    if (zone.name == place.zone) decided.signal = zone.kind;
  }
  return decided;
}

void RunJoiner::SetEnergy(const JobOutcome& outcome, const RunPlace& place,
                          StatedRun* stated) const {
  if (!outcome.energy.has_value() || !outcome.energy->it.has_value() ||
      place.site_config == nullptr) {
    const WhyUnknown why = !outcome.energy.has_value()       ? outcome.energy.why()
                           : !outcome.energy->it.has_value() ? outcome.energy->it.why()
                                                             : WhyUnknown::kNoPue;
    stated->why_not_covered =
        absl::StrCat("partition ", stated->partition, ": ", WhyUnknownText(why));
    return;
  }
  RunEnergy energy;
  energy.it = *outcome.energy->it;
  energy.at_meter = outcome.energy->at_meter;
  energy.pue = place.site_config->pue;
  if (outcome.energy->method == EnergyMethod::kMeasured) {
    const EnergyMeter& meter = outcomes_.meter().meter;
    // Both read the node's controller. Other meters of whole nodes are the vendor's own.
    const bool is_bmc = meter.plugin == "ipmi" || meter.plugin == "xcc";
    energy.basis = is_bmc ? EnergyBasis::kBmc : EnergyBasis::kMeter;
    energy.source = !meter.source.empty() ? meter.source
                                          : absl::StrCat("acct_gather_energy/", meter.plugin,
                                                         " of Slurm ", meter.release);
  } else {
    energy.source = place.hardware;
    if (place.profile != nullptr) {
      const Sourced<Watts>& busy = place.profile->busy;
      absl::StrAppend(&energy.source, ", ", QualityName(busy.quality),
                      busy.source.empty() ? "" : ": ", busy.source);
    }
    if (!outcomes_.meter().meter.source.empty() && outcome.measured.why_not.has_value()) {
      absl::StrAppend(&energy.source,
                      "; not measured: ", WhyNotBelievedText(*outcome.measured.why_not));
    }
  }
  if (place.site_config->net_intensity.has_value()) {
    stated->market_based = energy.at_meter.value * *place.site_config->net_intensity;
  }
  stated->energy = std::move(energy);
}

void RunJoiner::SetEmission(const JobOutcome& outcome, const RunPlace& place,
                            const JobDecision* decision, StatedRun* stated) const {
  RunEmission emission;
  const Known<Estimated<GramsCo2e>>& actual = outcome.attributional.actual;
  if (actual.has_value()) {
    emission.location_based = *actual;
    emission.actual_share = 1;
    for (const ActualsUsed& used : outcome.actuals) {
      if (used.zone != place.zone) continue;
      emission.kind = used.kind;
      emission.provider = used.source;
    }
  } else if (decision != nullptr && place.plan != nullptr &&
             std::isfinite(place.plan->intensity.value())) {
    emission.kind = decision->decided.signal;
    emission.provider = absl::StrCat("the forecast of ", place.zone, " at submission");
    emission.location_based = Forecast(stated->energy->at_meter, place, *decision);
  } else {
    stated->why_not_covered = absl::StrCat("zone ", place.zone, ": ", WhyUnknownText(actual.why()));
    return;
  }
  stated->emission = std::move(emission);
}

Estimated<GramsCo2e> RunJoiner::Forecast(const Estimated<KilowattHours>& energy,
                                         const RunPlace& place, const JobDecision& decision) const {
  LeadTimeSpread spread;
  for (const GridZone& zone : config_.zones) {
    if (zone.name == place.zone) spread = zone.spread;
  }
  double error = spread.far;
  if (place.plan->start != absl::InfinitePast() && decision.decided.time != absl::InfinitePast()) {
    const absl::Duration lead =
        std::max(absl::ZeroDuration(), place.plan->start - decision.decided.time);
    error =
        spread.near + (spread.far - spread.near) * absl::FDivDuration(lead, lead + spread.growth);
  }
  const ErrorDraws factor = DrawFactor(absl::StrCat("forecast/", place.zone), error);
  const double grams = place.plan->intensity.value();
  Estimated<GramsCo2e> emission{energy.value * place.plan->intensity, energy.draws};
  for (size_t s = 0; s < factor.size(); ++s) emission.draws[s] *= grams * factor[s];
  return emission;
}

}  // namespace carbon
