#include "cli/log/effect_report.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "cli/text/slurm_time.h"
#include "core/base/mass_text.h"
#include "core/base/quantities.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

// The device-hours that the whole job takes at home as predicted. Absent: the record does not say.
std::optional<double> DeviceHoursOf(const DecisionSummary& decided) {
  const absl::Duration runtime = decided.home->task_runtime;
  if (runtime <= absl::ZeroDuration() || runtime == absl::InfiniteDuration()) return std::nullopt;
  const int64_t devices = decided.devices.value_or(0);
  const int64_t of_task = devices > 0 ? devices : decided.nodes.value_or(1);
  return absl::ToDoubleHours(runtime) * static_cast<double>(std::max<int64_t>(1, of_task)) *
         static_cast<double>(decided.tasks());
}

std::string SignedText(double value, bool is_wait) {
  const std::string size = is_wait
                               ? FormatSlurmDuration(absl::Seconds(std::round(std::fabs(value))))
                               : FormatMass(GramsCo2e(std::fabs(value)));
  return absl::StrCat(value < 0 ? "-" : "+", size);
}

std::string ValueText(const std::optional<double>& value, bool is_wait) {
  if (!value.has_value()) return "";
  return is_wait ? FormatSlurmDuration(absl::Seconds(std::round(*value)))
                 : FormatMass(GramsCo2e(*value));
}

std::string PercentChange(double share) { return absl::StrFormat("%+.0f%%", 100 * share); }

Json EstimateJson(const std::optional<Estimate>& estimate) {
  if (!estimate.has_value()) return nullptr;
  return {{"mean", estimate->mean}, {"low", estimate->low}, {"high", estimate->high}};
}

Json MeanJson(const ArmMean& mean) {
  return {{"jobs", mean.jobs},
          {"effective_jobs", mean.effective_jobs},
          {"mean", mean.mean.has_value() ? Json(*mean.mean) : Json(nullptr)}};
}

}  // namespace

std::string EffectReport::PerArm::Text() const {
  return absl::StrCat((*this)[Arm::kPlaced], " placed and ", (*this)[Arm::kExempt], " exempt");
}

std::set<std::string> EffectReport::Columns() {
  return {"arm_exempt", "devices", "fate_waited", "nodes"};
}

std::optional<EffectReport::Missing> EffectReport::WhyMissing(const LoggedDecision& decision) {
  if (decision.not_queued) return Missing::kNotQueued;
  if (!decision.fate.has_value()) return Missing::kUnknown;
  if (!decision.fate->has_ended) return Missing::kNotEnded;
  if (decision.fate->never_ran) return Missing::kNeverRan;
  const bool has_plans = decision.home().has_value() && decision.chosen().has_value();
  return has_plans && decision.fate->waited.has_value() ? std::nullopt
                                                        : std::optional(Missing::kUnknown);
}

const char* EffectReport::NameOf(Missing why) {
  switch (why) {
    case Missing::kNotQueued:
      return "never queued";
    case Missing::kUnknown:
      return "unknown to accounting";
    case Missing::kNotEnded:
      return "not ended";
    case Missing::kNeverRan:
      return "never ran";
  }
  return "unknown";
}

void EffectReport::Add(const LoggedDecision& decision, const JobOutcome& outcome) {
  const double exempt = decision.summary.exempt;
  if (!decision.summary.arm.has_value() || !(exempt > 0 && exempt < 1)) return;
  const Arm arm = *decision.summary.arm;
  ++drawn_[arm];
  if (const std::optional<Missing> why = WhyMissing(decision)) {
    ++missing_[*why][arm];
    return;
  }
  ++counted_[arm];
  waits_.push_back(
      {.arm = arm, .exempt = exempt, .value = absl::ToDoubleSeconds(*decision.fate->waited)});
  AddEmission(decision, outcome);
}

void EffectReport::AddEmission(const LoggedDecision& decision, const JobOutcome& outcome) {
  const Arm arm = *decision.summary.arm;
  const Known<Estimated<GramsCo2e>>& emission = outcome.attributional.actual;
  const std::optional<double> device_hours = DeviceHoursOf(decision.summary);
  const GramsCo2e at_home = decision.home()->gross;
  std::optional<WhyUnknown> why;
  if (!emission.has_value()) {
    why = emission.why();
  } else if (!outcome.work.has_value()) {
    why = outcome.work.why();
  } else if (!device_hours.has_value() || !std::isfinite(at_home.value())) {
    why = WhyUnknown::kNotRecorded;
  }
  if (why.has_value()) {
    ++unknown_[*why][arm];
    return;
  }
  AddBasis(arm, outcome);
  const auto job_of = [&](double value) {
    return TrialJob{.arm = arm,
                    .exempt = decision.summary.exempt,
                    .value = value,
                    .size = *outcome.work * *device_hours};
  };
  const auto add = [&](const Estimated<GramsCo2e>& figure, std::vector<TrialJob>* jobs,
                       TrialErrors* errors) {
    jobs->push_back(job_of(figure.value.value()));
    errors->Add(jobs->back(), figure.draws);
  };
  add(*emission, &emissions_, &emission_errors_);
  // The same work at home, as it was predicted: about equal in both arms.
  at_home_.push_back(job_of(*outcome.work * at_home.value()));
  const Known<Estimated<GramsCo2e>>& added = outcome.consequential.actual;
  if (added.has_value()) add(*added, &consequential_, &consequential_errors_);
}

void EffectReport::AddBasis(Arm arm, const JobOutcome& outcome) {
  ++emitting_[arm];
  if (outcome.energy->method == EnergyMethod::kMeasured) {
    ++measured_[outcome.energy->by][arm];
  } else {
    ++modelled_[outcome.measured.why_not.value_or(WhyNotBelieved::kNotReported)][arm];
  }
  for (const ActualsUsed& used : outcome.actuals) {
    if (used.source.empty()) continue;
    ZoneBasis& zone = zones_[used.zone];
    zone.sources.insert(used.source);
    zone.needed += used.needed;
    zone.estimated += used.estimated;
  }
}

std::vector<EffectReport::Figure> EffectReport::Figures() const {
  std::vector<Figure> figures = {{"wait", "wait_s", true, EstimateEffect(waits_)},
                                 {"CO2e per device-hour, predicted at home",
                                  "home_g_per_device_hour", false, EstimateEffect(at_home_)},
                                 {"CO2e per device-hour", "gross_g_per_device_hour", false,
                                  EstimateEffect(emissions_, &emission_errors_)}};
  // Of a part of the jobs it would be taken for the whole.
  if (!consequential_.empty() && consequential_.size() == emissions_.size()) {
    figures.push_back({"consequential CO2e per device-hour", "consequential_g_per_device_hour",
                       false, EstimateEffect(consequential_, &consequential_errors_)});
  }
  return figures;
}

Table EffectReport::ToTable() const {
  Table table({{"FIGURE"},
               {"PLACED", true},
               {"EXEMPT", true},
               {"DIFFERENCE", true},
               {"(90%)", true},
               {"CHANGE", true},
               {"(90%)", true}});
  for (const Figure& figure : Figures()) {
    const Effect& effect = figure.effect;
    std::vector<std::string> cells = {figure.title, ValueText(effect.placed.mean, figure.is_wait),
                                      ValueText(effect.exempt.mean, figure.is_wait)};
    const auto add = [&cells](const std::optional<Estimate>& estimate, auto text) {
      cells.push_back(estimate.has_value() ? text(estimate->mean) : "");
      cells.push_back(estimate.has_value() ? absl::StrCat("(", text(estimate->low), " to ",
                                                          text(estimate->high), ")")
                                           : "");
    };
    add(effect.difference, [&figure](double value) { return SignedText(value, figure.is_wait); });
    add(effect.share, PercentChange);
    table.AddRow(std::move(cells));
  }
  return table;
}

std::string EffectReport::BasisText() const {
  std::string text = absl::StrCat("CO2e of ", emitting_.Text(), ", by what came: runs as in ",
                                  "accounting, and actual intensities");
  std::vector<std::string> zones;
  for (const auto& [name, zone] : zones_) {
    std::string of_zone = absl::StrCat(name, " from ", absl::StrJoin(zone.sources, ", "));
    if (zone.estimated > absl::ZeroDuration()) {
      absl::StrAppendFormat(&of_zone, ", %.2g%% of the time estimated by the provider",
                            100 * absl::FDivDuration(zone.estimated, zone.needed));
    }
    zones.push_back(std::move(of_zone));
  }
  if (!zones.empty()) absl::StrAppend(&text, " (", absl::StrJoin(zones, "; "), ")");
  text += "\n";
  for (const auto& [meter, jobs] : measured_) {
    absl::StrAppend(&text, "energy of ", jobs.Text(), ": measured (", meter, ")\n");
  }
  for (const auto& [why, jobs] : modelled_) {
    absl::StrAppend(&text, "energy of ", jobs.Text(), ": modelled, because ",
                    WhyNotBelievedText(why), "\n");
  }
  return text;
}

std::string EffectReport::UnknownText() const {
  if (unknown_.empty()) return "";
  std::vector<std::string> reasons;
  PerArm unknown;
  for (const auto& [why, jobs] : unknown_) {
    reasons.push_back(absl::StrCat(jobs.Text(), ": ", WhyUnknownText(why)));
    for (const Arm arm : {Arm::kPlaced, Arm::kExempt}) unknown[arm] += jobs[arm];
  }
  std::string text =
      absl::StrCat("without a known emission, so that they count for the wait only: ",
                   absl::StrJoin(reasons, "; "), "\n");
  const auto share = [&](Arm arm) {
    return counted_[arm] == 0
               ? 0.0
               : static_cast<double>(unknown[arm]) / static_cast<double>(counted_[arm]);
  };
  // Then the jobs that are left may differ between the arms, although those that were drawn do not.
  constexpr double kMaxDifference = 0.02;
  const double placed = share(Arm::kPlaced), exempt = share(Arm::kExempt);
  if (std::fabs(placed - exempt) > kMaxDifference) {
    absl::StrAppendFormat(&text,
                          "the emission of %.0f%% of the placed and of %.0f%% of the exempt jobs "
                          "is not known: its difference may mislead\n",
                          100 * placed, 100 * exempt);
  }
  return text;
}

std::string EffectReport::Text() const {
  const int64_t all = drawn_.all();
  if (all == 0) {
    return "no job was drawn: a policy in enforce needs an \"exempt\" share, see carbon.json(5)\n";
  }
  std::string text =
      absl::StrCat(all, all == 1 ? " job was" : " jobs were", " drawn: ", drawn_[Arm::kPlaced],
                   " placed, ", drawn_[Arm::kExempt], " exempt; counted: ", counted_[Arm::kPlaced],
                   " placed, ", counted_[Arm::kExempt], " exempt\n");
  std::vector<std::string> missing;
  for (const auto& [why, jobs] : missing_) {
    missing.push_back(absl::StrCat(jobs.Text(), " ", NameOf(why)));
  }
  if (!missing.empty()) {
    absl::StrAppend(&text, "not counted: ", absl::StrJoin(missing, "; "), "\n");
  }
  if (missing_.contains(Missing::kNotEnded)) {
    absl::StrAppend(&text,
                    "placed jobs end later: choose an --endtime before which all have ended\n");
  }
  const std::vector<Figure> figures = Figures();
  if (std::any_of(figures.begin(), figures.end(),
                  [](const Figure& figure) { return !figure.effect.difference.has_value(); })) {
    absl::StrAppend(&text, "too few jobs for an interval: it needs ", kMinEffectiveJobs,
                    " of each kind, or more if a few are much larger than the others\n");
  }
  if (emitting_.all() > 0) text += BasisText();
  return text + UnknownText();
}

std::string EffectReport::Json() const {
  const auto arms = [](const PerArm& jobs) -> nlohmann::ordered_json {
    return {{"placed", jobs[Arm::kPlaced]}, {"exempt", jobs[Arm::kExempt]}};
  };
  nlohmann::ordered_json json = {{"drawn", arms(drawn_)}, {"counted", arms(counted_)}};
  json["not_counted"] = nlohmann::ordered_json::object();
  for (const auto& [why, jobs] : missing_) json["not_counted"][NameOf(why)] = arms(jobs);
  auto& emission = json["emission"];
  emission = {{"known", arms(emitting_)},
              {"unknown", nlohmann::ordered_json::object()},
              {"measured", nlohmann::ordered_json::object()},
              {"modelled", nlohmann::ordered_json::object()},
              {"actual_values", nlohmann::ordered_json::array()}};
  for (const auto& [why, jobs] : unknown_) {
    emission["unknown"][std::string(WhyUnknownCode(why))] = arms(jobs);
  }
  for (const auto& [meter, jobs] : measured_) emission["measured"][meter] = arms(jobs);
  for (const auto& [why, jobs] : modelled_) {
    emission["modelled"][std::string(WhyNotBelievedCode(why))] = arms(jobs);
  }
  for (const auto& [name, zone] : zones_) {
    emission["actual_values"].push_back({{"zone", name},
                                         {"sources", zone.sources},
                                         {"needed_s", absl::ToDoubleSeconds(zone.needed)},
                                         {"estimated_s", absl::ToDoubleSeconds(zone.estimated)}});
  }
  for (const Figure& figure : Figures()) {
    const Effect& effect = figure.effect;
    json["figures"][figure.key] = {{"placed", MeanJson(effect.placed)},
                                   {"exempt", MeanJson(effect.exempt)},
                                   {"difference", EstimateJson(effect.difference)},
                                   {"share", EstimateJson(effect.share)}};
  }
  json["interval"] = 0.9;
  return json.dump(1) + "\n";
}

}  // namespace carbon
