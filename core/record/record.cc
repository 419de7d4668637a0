#include "core/record/record.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/decision/decision_reason.h"
#include "core/json/json_text.h"
#include "core/reason/reason.h"
#include "core/record/record_json.h"

namespace carbon {
namespace {

// In the order in which it is written, so that people find what they look for at the front of a
// line.
using Json = JsonText;

Json GramsJson(GramsCo2e mass) { return mass.value(); }

Json AmountJson(const Resources& amount) {
  Json json = {{"nodes", amount.nodes},
               {"devices", amount.devices},
               {"cpus", amount.cpus},
               {"memory_mib", amount.memory_mib}};
  // The parts of nodes that a booking takes; most amounts have none.
  for (const auto& [name, part] : {std::pair("full_nodes", amount.full_nodes),
                                   {"half_nodes", amount.half_nodes},
                                   {"quarter_nodes", amount.quarter_nodes},
                                   {"halves", amount.halves},
                                   {"quarters", amount.quarters},
                                   {"apart", amount.apart}}) {
    if (part != 0) json[name] = part;
  }
  return json;
}

Json LearntRuntimeJson(const ExpectedRuntime& learnt) {
  return {{"share", learnt.share},
          {"spread", learnt.spread},
          {"jobs", learnt.jobs},
          {"of", std::string(RuntimeLevelName(learnt.level))}};
}

std::string CodeOf(Reason reason) { return std::string(ReasonCode(reason)); }

Json JobJson(const JobRequest& job, BoundedStrings* strings) {
  return {{"name", strings->Name("job.name", job.name)},
          {"user_id", job.user_id},
          {"account", strings->Name("job.account", job.account)},
          {"qos", strings->Name("job.qos", job.qos)},
          {"partitions", strings->List("job.partitions", job.partitions)},
          {"comment", strings->Text("job.comment", job.comment)},
          {"time_limit_s", OrNull(job.time_limit, SecondsJson)},
          {"time_min_s", OrNull(job.time_min, SecondsJson)},
          {"begin", OrNull(job.begin, TimeJson)},
          {"deadline", OrNull(job.deadline, TimeJson)},
          {"demand", AmountJson(job.demand)},
          {"per_node", AmountJson(job.per_node)},
          {"device_type", strings->Name("job.device_type", job.device_type)},
          {"features", strings->List("job.features", job.features)},
          {"exclusive", job.exclusive},
          {"max_nodes", OrNull(job.max_nodes, [](int64_t nodes) { return nodes; })},
          {"tasks", OrNull(job.tasks, [](int64_t tasks) { return tasks; })},
          {"all_memory", job.all_memory},
          {"nice", job.nice},
          {"array_tasks", job.array_tasks},
          {"array_width", job.array_width},
          {"leave_alone", OrNull(job.leave_alone, CodeOf)},
          {"uncountable", strings->Name("job.uncountable", job.uncountable)},
          {"pinned_by", strings->Name("job.pinned_by", job.pinned_by)}};
}

Json HintsJson(const Hints& hints, BoundedStrings* strings) {
  return {{"off", hints.off},
          {"now", hints.now},
          {"wait_s", OrNull(hints.wait, SecondsJson)},
          {"sites", strings->List("hints.sites", hints.sites)},
          {"runtime_s", OrNull(hints.runtime, SecondsJson)},
          {"flops", OrNull(hints.flops, [](Flops flops) { return flops.value(); })},
          {"precision",
           OrNull(hints.precision, [](Precision p) { return std::string(PrecisionName(p)); })},
          {"any_hardware", hints.any_hardware},
          {"hardware", strings->List("hints.hardware", hints.hardware)}};
}

const char* IntensityData(const PlannedRun& run) {
  if (run.beyond_horizon) {
    return run.on_own_forecast ? "forecast+own+climatology" : "forecast+climatology";
  }
  return run.on_own_forecast ? "forecast+own" : "forecast";
}

Json HoldJson(const Hold& hold, BoundedStrings* strings) {
  return {{"group", strings->Name("booked.group", hold.group)},
          {"held_s", SecondsJson(hold.length)},
          {"amount", AmountJson(hold.amount)}};
}

// Its names are the administrator's, who may have chosen long ones all the same.
Json RunJson(const PlannedRun& run, BoundedStrings* strings) {
  const auto hold_json = [strings](const Hold& hold) { return HoldJson(hold, strings); };
  return {{"pool", strings->Name("run.pool", run.pool())},
          {"site", strings->Name("run.site", run.site())},
          {"zone", strings->Name("run.zone", run.zone())},
          {"partition", strings->Name("run.partition", run.partition())},
          {"hardware", strings->Name("run.hardware", run.hardware())},
          {"start", TimeJson(run.start)},
          {"runtime_s", SecondsJson(run.runtime)},
          {"wake_up_s", SecondsJson(run.wake_up)},
          {"rounds", run.rounds},
          {"units", run.units},
          {"time_limit_s", SecondsJson(run.time_limit)},
          {"time_min_s", OrNull(run.time_min, SecondsJson)},
          {"energy_kwh", run.energy.value()},
          {"intensity_g_per_kwh", run.intensity.value()},
          {"intensity_data", IntensityData(run)},
          {"intensity_errors", run.past_errors ? "factors" : "lead-time"},
          {"gross_g", GramsJson(run.gross)},
          {"consequential_g", OrNull(run.consequential, GramsJson)},
          {"stays_powered", OrNull(run.stays_powered, [](double share) { return share; })},
          {"net_g", OrNull(run.net, GramsJson)},
          {"embodied_g", OrNull(run.embodied, GramsJson)},
          {"booked", OrNull(run.hold, hold_json)}};
}

Json PlanJson(const Plan& plan, BoundedStrings* strings) {
  Json runs = Json::Array();
  for (const PlannedRun& run : plan.runs()) runs.push_back(RunJson(run, strings));
  return {{"runs", std::move(runs)}};
}

Json MassesJson(const Saving& saving) {
  return {
      {"mean", saving.mean.value()}, {"low", saving.low.value()}, {"high", saving.high.value()}};
}

Json SharesJson(const Saving& saving) {
  return {{"mean", saving.share}, {"low", saving.share_low}, {"high", saving.share_high}};
}

Json SavingJson(const Decision& decision) {
  if (!decision.saving.has_value()) return nullptr;
  return {{"gross_g", MassesJson(*decision.saving)},
          {"share", SharesJson(*decision.saving)},
          {"consequential_g", OrNull(decision.consequential_saving, MassesJson)},
          {"consequential_share", OrNull(decision.consequential_saving, SharesJson)},
          {"interval", 0.9}};
}

Json ArmJson(const Decision& decision, BoundedStrings* strings) {
  if (!decision.trial.has_value()) return nullptr;
  const auto plan_json = [strings](const Plan& plan) { return PlanJson(plan, strings); };
  return {{"group", std::string(ArmName(decision.trial->arm))},
          {"exempt", decision.trial->exempt},
          {"spared", OrNull(decision.trial->spared, plan_json)}};
}

Json CircumstancesJson(const Circumstances& circumstances, BoundedStrings* strings) {
  Json json = {
      {"in_charge_since", TimeJson(circumstances.in_charge_since)},
      {"log_error", circumstances.log_error.empty()
                        ? Json(nullptr)
                        : strings->Text("circumstances.log_error", circumstances.log_error)}};
  if (circumstances.draw.has_value()) json["draw"] = *circumstances.draw;
  return json;
}

// How many pools for which reason, named by `name`, in the order in which the reasons first occur.
template <class Name>
Json ExcludedJson(const std::vector<Exclusion>& excluded, Name name) {
  std::vector<std::pair<absl::string_view, int>> counts;
  for (const Exclusion& exclusion : excluded) {
    const absl::string_view reason_name = name(exclusion);
    const auto count = std::find_if(counts.begin(), counts.end(), [&](const auto& reason) {
      return reason.first == reason_name;
    });
    if (count == counts.end()) {
      counts.emplace_back(reason_name, 1);
    } else {
      ++count->second;
    }
  }
  Json json = Json::Object();
  for (const auto& [reason, count] : counts) json[reason] = count;
  return json;
}

absl::string_view ExclusionCode(const Exclusion& exclusion) { return ReasonCode(exclusion.reason); }

Json CodeJson(Reason reason) {
  return reason == Reason::kUnknown ? Json(nullptr) : Json(CodeOf(reason));
}

// The bytes of the reason's text at most, escapes included, without composing it.
size_t ReasonBytes(const DecisionReason& reason) {
  size_t size = ReasonText(reason.reason).size();
  if (const auto* home = std::get_if<AtHome>(&reason.detail)) {
    constexpr size_t kAtHome = 12;
    size += kAtHome + (home->pool == nullptr ? 0 : JsonText::EscapedSize(home->pool->pool));
  } else if (std::get_if<MinutesOff>(&reason.detail) != nullptr) {
    constexpr size_t kMinutesOff = 80;
    size += kMinutesOff;
  } else if (const auto* in = std::get_if<InWords>(&reason.detail)) {
    size += JsonText::EscapedSize(in->words) + 2;
  } else if (const auto* plan = std::get_if<RestsOn>(&reason.detail)) {
    constexpr size_t kUnwatched = 60, kEstimate = 40;
    size += plan->is_unwatched ? kUnwatched : 0;
    for (const RestsOn::Hardware& of : plan->hardware) {
      if (of.pool == nullptr) continue;
      for (const Quality quality : {of.speed, of.watts, of.free_watts}) {
        if (quality == Quality::kMeasured) continue;
        size += kEstimate + JsonText::EscapedSize(of.pool->hardware);
      }
    }
  } else if (const auto* recorded = std::get_if<AsRecorded>(&reason.detail)) {
    size += JsonText::EscapedSize(recorded->text);
  }
  return std::min(size, kMaxRecordText);
}

}  // namespace

absl::string_view RuntimeSource(const Decision& decision) {
  if (!decision.home.has_value()) return "";
  if (decision.hints.flops.has_value()) return "flops";
  if (decision.runtime_is_learnt) return "learnt";
  if (decision.runtime_is_limit || !decision.hints.runtime.has_value()) return "time_limit";
  return "hint";
}

std::string WriteRecord(const PlacementRecord& placement) {
  const JobRequest& job = placement.job;
  const Decision& decision = placement.decision;
  Json record = HeadJson("decision", placement);
  BoundedStrings strings(placement.cut);
  const auto plan_json = [&strings](const Plan& plan) { return PlanJson(plan, &strings); };
  Json job_json = JobJson(job, &strings);
  if (job.learnt_runtime.has_value()) {
    job_json["learnt_runtime"] = LearntRuntimeJson(*job.learnt_runtime);
  }
  record["job"] = std::move(job_json);
  record["policy"] =
      decision.policy.empty() ? Json(nullptr) : strings.Name("policy", decision.policy);
  record["mode"] = std::string(ModeName(decision.mode));
  record["rule"] = placement.rule;
  record["arithmetic"] = placement.arithmetic;
  record["outcome"] = std::string(OutcomeName(decision.outcome));
  record["reason"] = strings.Text("reason", ReasonText(decision.reason));
  record["reason_code"] = CodeJson(decision.reason.reason);
  record["hints"] = HintsJson(decision.hints, &strings);
  record["home"] = OrNull(decision.home, plan_json);
  record["chosen"] = OrNull(decision.chosen, plan_json);
  record["static_best"] = OrNull(decision.static_best, plan_json);
  Json candidates = Json::Array();
  for (size_t i = 0; i < decision.best.size() && i < kMaxCandidates; ++i) {
    candidates.push_back(plan_json(decision.best[i]));
  }
  record["candidates"] = candidates;
  record["excluded"] = ExcludedJson(decision.excluded, ExclusionText);
  record["excluded_codes"] = ExcludedJson(decision.excluded, ExclusionCode);
  record["minimised"] = decision.chosen.has_value()
                            ? Json(std::string(FigureName(decision.minimised)))
                            : Json(nullptr);
  record["saving"] = SavingJson(decision);
  record["signal"] = std::string(SignalKindName(decision.signal));
  record["accounting"] = "location-based";
  const absl::string_view source = RuntimeSource(decision);
  record["runtime_source"] = source.empty() ? Json(nullptr) : Json(source);
  record["arm"] = ArmJson(decision, &strings);
  Json parts = {{"published_at", TimeJson(placement.snapshot.published_at)}};
  for (const PartInfo& info : kParts) {
    const std::string& hash = placement.snapshot.hashes[info.part];
    if (!hash.empty() || !info.is_optional) parts[info.name] = hash;
  }
  record["snapshot"] = std::move(parts);
  record["ledger"] = placement.ledger_digest;
  record["circumstances"] = CircumstancesJson(placement.circumstances, &strings);
  if (!strings.cut().empty()) record["cut"] = strings.cut();
  return RecordLine(record);
}

size_t DecisionRecordBytes(const JobRequest& job, const Decision& decision,
                           const Circumstances& circumstances) {
  constexpr size_t kFrame = 1800;         // the names of all fields, numbers and hashes
  constexpr size_t kLearntRuntime = 220;  // the hash of its part included
  constexpr size_t kSavings = 800;
  constexpr size_t kTrial = 120;  // the draw included
  constexpr size_t kPlan = 12, kRun = 500, kHold = 280;
  constexpr size_t kExclusion = 110, kExclusions = 2200;
  const auto sum_of = [](std::initializer_list<absl::string_view> texts, size_t most) {
    size_t sum = 0;
    for (absl::string_view text : texts) sum += std::min(JsonText::EscapedSize(text), most);
    return sum;
  };
  const auto size_of_list = [](const std::vector<std::string>& names) {
    size_t sum = 0;
    for (const std::string& name : names) sum += JsonText::EscapedSize(name) + 3;
    return std::min(sum, kMaxRecordText);
  };
  const auto size_of_plan = [&](const Plan& plan) {
    size_t sum = kPlan;
    for (const PlannedRun& run : plan.runs()) {
      sum += kRun;
      sum += run.names != nullptr && run.names->escaped_bytes > 0
                 ? std::min(run.names->escaped_bytes, 5 * kMaxRecordName)
                 : sum_of({run.pool(), run.site(), run.zone(), run.partition(), run.hardware()},
                          kMaxRecordName);
      if (run.hold.has_value()) sum += kHold + sum_of({run.hold->group}, kMaxRecordName);
    }
    return sum;
  };
  size_t size = kFrame + std::min(kExclusion * decision.excluded.size(), kExclusions);
  if (job.learnt_runtime.has_value()) size += kLearntRuntime;
  if (decision.home.has_value()) size += kSavings;
  if (decision.trial.has_value()) {
    size +=
        kTrial + (decision.trial->spared.has_value() ? size_of_plan(*decision.trial->spared) : 0);
  }
  for (const auto* one : {&decision.home, &decision.chosen, &decision.static_best}) {
    if (one->has_value()) size += size_of_plan(**one);
  }
  for (size_t i = 0; i < decision.best.size() && i < kMaxCandidates; ++i) {
    size += size_of_plan(decision.best[i]);
  }
  size += sum_of({job.name, job.account, job.qos, job.device_type, job.uncountable, job.pinned_by,
                  decision.policy},
                 kMaxRecordName);
  size += sum_of({job.comment, circumstances.log_error}, kMaxRecordText);
  size += ReasonBytes(decision.reason);
  for (const auto* list :
       {&job.partitions, &job.features, &decision.hints.sites, &decision.hints.hardware}) {
    size += size_of_list(*list);
  }
  return size;
}

}  // namespace carbon
