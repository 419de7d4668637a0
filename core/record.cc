#include "core/record.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/json_text.h"
#include "core/watch.h"

namespace carbon {
namespace {

// In the order in which it is written, so that people find what they look for at the front of a
// line.
using Json = JsonText;

constexpr int kRecordVersion = 1;
template <class T, class Convert>
Json OrNull(const std::optional<T>& value, Convert convert) {
  return value.has_value() ? Json(convert(*value)) : Json(nullptr);
}

// UTC with as many digits as it has: a decision is replayed at the very instant it was made.
Json TimeJson(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

Json SecondsJson(absl::Duration duration) {
  if (duration == absl::InfiniteDuration() || duration == -absl::InfiniteDuration()) return nullptr;
  const int64_t whole = absl::ToInt64Seconds(duration);
  if (absl::Seconds(whole) == duration) return whole;
  return absl::ToDoubleSeconds(duration);
}

Json GramsJson(GramsCo2e mass) { return mass.value(); }

Json AmountJson(const Resources& amount) {
  return {{"nodes", amount.nodes},
          {"devices", amount.devices},
          {"cpus", amount.cpus},
          {"memory_mib", amount.memory_mib}};
}

Json JobJson(const JobRequest& job) {
  return {{"name", job.name},
          {"user_id", job.user_id},
          {"account", job.account},
          {"qos", job.qos},
          {"partitions", job.partitions},
          {"comment", job.comment},
          {"time_limit_s", OrNull(job.time_limit, SecondsJson)},
          {"time_min_s", OrNull(job.time_min, SecondsJson)},
          {"begin", OrNull(job.begin, TimeJson)},
          {"deadline", OrNull(job.deadline, TimeJson)},
          {"demand", AmountJson(job.demand)},
          {"per_node", AmountJson(job.per_node)},
          {"device_type", job.device_type},
          {"features", job.features},
          {"exclusive", job.exclusive},
          {"max_nodes", OrNull(job.max_nodes, [](int64_t nodes) { return nodes; })},
          {"tasks", OrNull(job.tasks, [](int64_t tasks) { return tasks; })},
          {"all_memory", job.all_memory},
          {"array_tasks", job.array_tasks},
          {"array_width", job.array_width},
          {"leave_alone", job.leave_alone},
          {"pinned_by", job.pinned_by}};
}

Json HintsJson(const Hints& hints) {
  return {{"off", hints.off},
          {"now", hints.now},
          {"wait_s", OrNull(hints.wait, SecondsJson)},
          {"sites", hints.sites},
          {"runtime_s", OrNull(hints.runtime, SecondsJson)},
          {"flops", OrNull(hints.flops, [](Flops flops) { return flops.value(); })},
          {"precision",
           OrNull(hints.precision, [](Precision p) { return std::string(PrecisionName(p)); })},
          {"any_hardware", hints.any_hardware},
          {"hardware", hints.hardware}};
}

const char* IntensityData(const Candidate& candidate) {
  if (candidate.beyond_horizon) {
    return candidate.on_own_forecast ? "forecast+own+climatology" : "forecast+climatology";
  }
  return candidate.on_own_forecast ? "forecast+own" : "forecast";
}

Json CandidateJson(const Candidate& candidate) {
  return {{"pool", candidate.pool},
          {"site", candidate.site},
          {"zone", candidate.zone},
          {"partition", candidate.partition},
          {"hardware", candidate.hardware},
          {"start", TimeJson(candidate.start)},
          {"runtime_s", SecondsJson(candidate.runtime)},
          {"wake_up_s", SecondsJson(candidate.wake_up)},
          {"rounds", candidate.rounds},
          {"units", candidate.units},
          {"time_limit_s", SecondsJson(candidate.time_limit)},
          {"time_min_s", OrNull(candidate.time_min, SecondsJson)},
          {"energy_kwh", candidate.energy.value()},
          {"intensity_g_per_kwh", candidate.intensity.value()},
          {"intensity_data", IntensityData(candidate)},
          {"intensity_errors", candidate.past_errors ? "factors" : "lead-time"},
          {"gross_g", GramsJson(candidate.gross)},
          {"consequential_g", OrNull(candidate.consequential, GramsJson)},
          {"stays_powered", OrNull(candidate.stays_powered, [](double share) { return share; })},
          {"net_g", OrNull(candidate.net, GramsJson)},
          {"embodied_g", OrNull(candidate.embodied, GramsJson)}};
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

Json BookedJson(const Decision& decision) {
  if (!decision.booked_when.has_value()) return nullptr;
  return {{"group", decision.booked_group},
          {"start", TimeJson(decision.booked_when->start)},
          {"end", TimeJson(decision.booked_when->end)},
          {"amount", AmountJson(decision.booked_amount)}};
}

// How many pools for which reason, in the order in which the reasons first occur.
Json ExcludedJson(const std::vector<Exclusion>& excluded) {
  std::vector<std::pair<absl::string_view, int>> counts;
  for (const Exclusion& exclusion : excluded) {
    const auto count = std::find_if(counts.begin(), counts.end(), [&](const auto& reason) {
      return reason.first == exclusion.reason;
    });
    if (count == counts.end()) {
      counts.emplace_back(exclusion.reason, 1);
    } else {
      ++count->second;
    }
  }
  Json json = Json::Object();
  for (const auto& [reason, count] : counts) json[reason] = count;
  return json;
}

Json RuntimeSource(const Decision& decision) {
  if (!decision.home.has_value()) return nullptr;
  if (decision.hints.flops.has_value()) return "flops";
  if (decision.runtime_is_limit || !decision.hints.runtime.has_value()) return "time_limit";
  return "hint";
}

Json Head(absl::string_view type, const RecordId& id, absl::Time now) {
  return {{"v", kRecordVersion}, {"type", std::string(type)}, {"id", DecisionId(id)},
          {"boot", id.boot},     {"seq", id.sequence},        {"time", TimeJson(now)}};
}

// ASCII only: a log that is looked at with tail must not command the terminal.
std::string Line(const Json& record) { return absl::StrCat(record.text(), "\n"); }

absl::string_view FateName(BookingFate fate) {
  switch (fate) {
    case BookingFate::kSeen:
      return "seen";
    case BookingFate::kConfirmed:
      return "confirmed";
    case BookingFate::kExpired:
      return "expired";
    case BookingFate::kEnded:
      return "ended";
  }
  return "unknown";
}

}  // namespace

std::string DecisionId(const RecordId& id) { return absl::StrCat(id.boot, "-", id.sequence); }

std::string DecisionRecord(const RecordId& id, absl::Time now, const JobRequest& job,
                           const Decision& decision, const Manifest& manifest,
                           absl::string_view ledger_digest) {
  Json record = Head("decision", id, now);
  record["job"] = JobJson(job);
  record["policy"] = decision.policy.empty() ? Json(nullptr) : Json(decision.policy);
  record["mode"] = std::string(ModeName(decision.mode));
  record["rule"] = kDecisionRule;
  record["outcome"] = std::string(OutcomeName(decision.outcome));
  record["reason"] = decision.reason;
  record["hints"] = HintsJson(decision.hints);
  record["home"] = OrNull(decision.home, CandidateJson);
  record["chosen"] = OrNull(decision.chosen, CandidateJson);
  record["static_best"] = OrNull(decision.static_best, CandidateJson);
  Json candidates = Json::Array();
  for (size_t i = 0; i < decision.best.size() && i < kMaxCandidates; ++i) {
    candidates.push_back(CandidateJson(decision.best[i]));
  }
  record["candidates"] = candidates;
  record["excluded"] = ExcludedJson(decision.excluded);
  record["minimised"] = decision.chosen.has_value()
                            ? Json(std::string(FigureName(decision.minimised)))
                            : Json(nullptr);
  record["saving"] = SavingJson(decision);
  record["signal"] = std::string(SignalKindName(decision.signal));
  record["accounting"] = "location-based";
  record["runtime_source"] = RuntimeSource(decision);
  Json runs = Json::Array();
  if (decision.chosen.has_value()) {
    runs.push_back({{"pool", decision.chosen->pool},
                    {"start", TimeJson(decision.chosen->start)},
                    {"runtime_s", SecondsJson(decision.chosen->runtime)}});
  }
  record["runs"] = runs;
  record["width"] = job.demand.nodes;
  record["arm"] = nullptr;
  record["booked"] = BookedJson(decision);
  record["snapshot"] = {{"published_at", TimeJson(manifest.published_at)},
                        {"config", manifest.config_hash},
                        {"forecast", manifest.forecast_hash},
                        {"capacity", manifest.capacity_hash},
                        {"admission", manifest.admission_hash}};
  record["ledger"] = std::string(ledger_digest);
  return Line(record);
}

std::string BookingEventRecord(const RecordId& id, absl::Time now, const BookingEvent& event) {
  const bool is_held = event.fate == BookingFate::kSeen;
  Json record = Head(is_held ? "job" : "booking", id, now);
  record["decision"] = event.decision_id;
  record["job_id"] = event.job_id == 0 ? Json(nullptr) : Json(event.job_id);
  if (!is_held) record["fate"] = std::string(FateName(event.fate));
  return Line(record);
}

std::string ReturnRecord(const RecordId& id, absl::Time now, const JobReturn& given_back,
                         absl::string_view error) {
  Json record = Head("return", id, now);
  record["decision"] = given_back.decision_id;
  record["job_id"] = given_back.job_id;
  record["reason"] = given_back.reason;
  record["pool"] = given_back.pool;
  record["planned"] = TimeJson(given_back.planned);
  record["latest_safe_start"] = OrNull(given_back.latest_safe_start, TimeJson);
  record["expected_start"] = OrNull(given_back.expected_start, TimeJson);
  record["partitions"] = given_back.partitions;
  record["begin"] = TimeJson(given_back.begin);
  record["time_limit_s"] = OrNull(given_back.limit, SecondsJson);
  record["time_min_s"] = OrNull(given_back.time_min, SecondsJson);
  record["error"] = error.empty() ? Json(nullptr) : Json(std::string(error));
  return Line(record);
}

std::string DroppedRecord(const RecordId& id, absl::Time now, uint64_t dropped) {
  Json record = Head("dropped", id, now);
  record["count"] = dropped;
  return Line(record);
}

}  // namespace carbon
