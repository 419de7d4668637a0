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

// The run that the job had, in the terms of its two plans.
struct HadRun {
  const PlanSummary* plan;  // chosen or home
  double share;             // of the plan's predicted time, so also of its predicted work
  double device_hours;      // that the same work takes at home
};

// Absent: the record lacks what it takes.
std::optional<HadRun> RunOf(const LoggedDecision& decision) {
  const JobFate& fate = *decision.fate;
  const PlanSummary &home = *decision.home(), &chosen = *decision.chosen();
  const auto is_known = [](absl::Duration runtime) {
    return runtime > absl::ZeroDuration() && runtime < absl::InfiniteDuration();
  };
  if (!fate.ran_share.has_value() || !is_known(home.task_runtime) ||
      !is_known(chosen.task_runtime)) {
    return std::nullopt;
  }
  HadRun run = {.plan = &chosen, .share = *fate.ran_share, .device_hours = 0};
  if (decision.returned.has_value() || !fate.ran_elsewhere.empty() || fate.ran_earlier) {
    run.plan = &home;
    run.share *= absl::FDivDuration(chosen.task_runtime, home.task_runtime);
  }
  const int64_t devices = decision.summary.devices.value_or(0);
  const int64_t of_task = devices > 0 ? devices : decision.summary.nodes.value_or(1);
  run.device_hours =
      run.share * absl::ToDoubleHours(home.task_runtime) *
      static_cast<double>(std::max<int64_t>(1, of_task)) *
      static_cast<double>(std::max<int64_t>(1, decision.summary.array_tasks.value_or(1)));
  return run;
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

std::set<std::string> EffectReport::Columns() {
  return {"arm_exempt",        "array_tasks",         "devices", "fate_waited",
          "home_task_runtime", "chosen_task_runtime", "nodes"};
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
    case Missing::kNoEmission:
      return "without a known emission, which count for the wait only";
  }
  return "unknown";
}

void EffectReport::Add(const LoggedDecision& decision) {
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
  const std::optional<HadRun> run = RunOf(decision);
  if (!run.has_value() || !std::isfinite(run->plan->gross.value()) ||
      !std::isfinite(decision.home()->gross.value())) {
    ++missing_[Missing::kNoEmission][arm];
    return;
  }
  TrialJob job = {.arm = arm, .exempt = exempt, .size = run->device_hours};
  job.value = run->share * run->plan->gross.value();
  emissions_.push_back(job);
  // The same work at home, as it was predicted: about equal in both arms.
  job.value = run->share * decision.home()->gross.value();
  at_home_.push_back(job);
  if (run->plan->consequential.has_value()) {
    job.value = run->share * run->plan->consequential->value();
    consequential_.push_back(job);
  }
}

std::vector<EffectReport::Figure> EffectReport::Figures() const {
  std::vector<Figure> figures = {
      {"wait", "wait_s", true, EstimateEffect(waits_)},
      {"CO2e per device-hour, predicted at home", "home_g_per_device_hour", false,
       EstimateEffect(at_home_)},
      {"CO2e per device-hour", "gross_g_per_device_hour", false, EstimateEffect(emissions_)}};
  // Of a part of the jobs it would be taken for the whole.
  if (!consequential_.empty() && consequential_.size() == emissions_.size()) {
    figures.push_back({"consequential CO2e per device-hour", "consequential_g_per_device_hour",
                       false, EstimateEffect(consequential_)});
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

std::string EffectReport::Text() const {
  const int64_t all = drawn_[Arm::kPlaced] + drawn_[Arm::kExempt];
  if (all == 0) {
    return "no job was drawn: a policy in enforce needs an \"exempt\" share, see carbon.json(5)\n";
  }
  std::string text =
      absl::StrCat(all, all == 1 ? " job was" : " jobs were", " drawn: ", drawn_[Arm::kPlaced],
                   " placed, ", drawn_[Arm::kExempt], " exempt; counted: ", counted_[Arm::kPlaced],
                   " placed, ", counted_[Arm::kExempt], " exempt\n");
  std::vector<std::string> missing;
  for (const auto& [why, jobs] : missing_) {
    missing.push_back(absl::StrCat(jobs[Arm::kPlaced], " placed and ", jobs[Arm::kExempt],
                                   " exempt ", NameOf(why)));
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
  absl::StrAppend(&text,
                  "CO2e is the predicted emission of each run times the share of the predicted "
                  "time that it took\n");
  return text;
}

std::string EffectReport::Json() const {
  const auto arms = [](const PerArm& jobs) -> nlohmann::ordered_json {
    return {{"placed", jobs[Arm::kPlaced]}, {"exempt", jobs[Arm::kExempt]}};
  };
  nlohmann::ordered_json json = {{"drawn", arms(drawn_)}, {"counted", arms(counted_)}};
  json["not_counted"] = nlohmann::ordered_json::object();
  for (const auto& [why, jobs] : missing_) json["not_counted"][NameOf(why)] = arms(jobs);
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
