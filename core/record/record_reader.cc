#include "core/record/record_reader.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/precision.h"
#include "core/decision/decision_reason.h"
#include "core/json/json_bounds.h"
#include "core/reason/reason.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "core/record/record_fields.h"
#include "core/snapshot/pool_names.h"

namespace carbon {
namespace {

using Fields = RecordFields;
using Json = RecordFields::Json;
using Absent = PlacementRecord::Absent;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

void ReadAmount(const Fields& fields, Resources* amount, Absent* absent = nullptr) {
  const auto read = [&fields](const char* key, int64_t* count) {
    int64_t read = 0;
    if (!fields.ReadInteger(key, &read)) return false;
    if (read < 0 || read > Resources::kUnlimited) {
      return fields.Refuse(key, "is below zero or too large"), false;
    }
    *count = read;
    return true;
  };
  const bool has_nodes = read("nodes", &amount->nodes);
  const bool has_devices = read("devices", &amount->devices);
  if (absent != nullptr) {
    absent->nodes = !has_nodes;
    absent->devices = !has_devices;
  }
  read("cpus", &amount->cpus);
  read("memory_mib", &amount->memory_mib);
  read("full_nodes", &amount->full_nodes);
  read("half_nodes", &amount->half_nodes);
  read("quarter_nodes", &amount->quarter_nodes);
  read("halves", &amount->halves);
  read("quarters", &amount->quarters);
  read("apart", &amount->apart);
}

// Versions 1 and 2 have the text. If it is no reason's, it names what cannot be counted.
void ReadLeaveAlone(const Fields& fields, JobRequest* job) {
  fields.Read("uncountable", &job->uncountable);
  std::string why;
  if (!fields.Read("leave_alone", &why) || why.empty()) return;
  job->leave_alone = ReasonOfCode(why);
  if (!job->leave_alone.has_value()) job->leave_alone = ReasonOfText(why);
  if (job->leave_alone.has_value()) return;
  job->leave_alone = Reason::kDevicesUncountable;
  job->uncountable = std::move(why);
}

std::optional<ExpectedRuntime> ReadLearntRuntime(const Fields& fields) {
  ExpectedRuntime learnt;
  const bool is_whole = fields.Read("share", &learnt.share) &&
                        fields.Read("spread", &learnt.spread) &&
                        fields.ReadInteger("jobs", &learnt.jobs) &&
                        fields.ReadName("of",
                                        {RuntimeLevel::kCluster, RuntimeLevel::kAccount,
                                         RuntimeLevel::kUser, RuntimeLevel::kName},
                                        RuntimeLevelName, &learnt.level);
  if (is_whole && learnt.share > 0 && learnt.share <= 1 && learnt.spread >= 0 &&
      learnt.spread <= 1 && learnt.jobs > 0) {
    return learnt;
  }
  fields.Refuse("share", "is not a learnt runtime");
  return std::nullopt;
}

void ReadJob(const Fields& fields, JobRequest* job, Absent* absent) {
  fields.Read("name", &job->name);
  fields.ReadInteger("user_id", &job->user_id);
  fields.Read("account", &job->account);
  fields.Read("qos", &job->qos);
  fields.Read("partitions", &job->partitions);
  fields.Read("comment", &job->comment);
  fields.Read("time_limit_s", &job->time_limit);
  fields.Read("time_min_s", &job->time_min);
  fields.Read("begin", &job->begin);
  fields.Read("deadline", &job->deadline);
  fields.Within("demand", [&](const Fields& f) { ReadAmount(f, &job->demand, absent); });
  fields.Within("per_node", [job](const Fields& f) { ReadAmount(f, &job->per_node); });
  fields.Read("device_type", &job->device_type);
  fields.Read("features", &job->features);
  fields.Read("exclusive", &job->exclusive);
  fields.ReadInteger("max_nodes", &job->max_nodes);
  fields.ReadInteger("tasks", &job->tasks);
  fields.Read("all_memory", &job->all_memory);
  fields.ReadInteger("nice", &job->nice);
  absent->array_tasks = !fields.ReadInteger("array_tasks", &job->array_tasks);
  fields.ReadInteger("array_width", &job->array_width);
  fields.Within("learnt_runtime",
                [&](const Fields& f) { job->learnt_runtime = ReadLearntRuntime(f); });
  ReadLeaveAlone(fields, job);
  fields.Read("pinned_by", &job->pinned_by);
}

void ReadHints(const Fields& fields, Hints* hints) {
  fields.Read("off", &hints->off);
  fields.Read("now", &hints->now);
  fields.Read("wait_s", &hints->wait);
  fields.Read("sites", &hints->sites);
  fields.Read("runtime_s", &hints->runtime);
  fields.Read("flops", &hints->flops);
  if (Precision precision; fields.ReadName("precision", {Precision::kBf16, Precision::kFp8},
                                           PrecisionName, &precision)) {
    hints->precision = precision;
  }
  fields.Read("any_hardware", &hints->any_hardware);
  fields.Read("hardware", &hints->hardware);
}

void ReadHold(const Fields& fields, std::optional<Hold>* hold) {
  fields.Within("booked", [hold](const Fields& f) {
    Hold& read = hold->emplace();
    f.Read("group", &read.group);
    f.Read("held_s", &read.length);
    if (read.length < absl::ZeroDuration()) {
      read.length = absl::ZeroDuration();
      f.Refuse("held_s", "is below zero");
    }
    f.Within("amount", [&read](const Fields& amount) { ReadAmount(amount, &read.amount); });
  });
}

PlannedRun ReadRun(const Fields& fields) {
  PlannedRun run;
  // What is unknown is written as null, and is not zero.
  run.start = absl::InfinitePast();
  run.runtime = run.time_limit = absl::InfiniteDuration();
  run.energy = KilowattHours(kUnknown);
  run.intensity = GramsPerKilowattHour(kUnknown);
  run.gross = GramsCo2e(kUnknown);
  auto names = std::make_shared<PoolNames>();
  fields.Read("pool", &names->pool);
  fields.Read("site", &names->site);
  fields.Read("zone", &names->zone);
  fields.Read("partition", &names->partition);
  fields.Read("hardware", &names->hardware);
  run.names = std::move(names);
  fields.Read("start", &run.start);
  fields.Read("runtime_s", &run.runtime);
  fields.Read("wake_up_s", &run.wake_up);
  fields.ReadInteger("rounds", &run.rounds);
  fields.ReadInteger("units", &run.units);
  fields.Read("time_limit_s", &run.time_limit);
  fields.Read("time_min_s", &run.time_min);
  fields.Read("energy_kwh", &run.energy);
  fields.Read("intensity_g_per_kwh", &run.intensity);
  std::string data, errors;
  fields.Read("intensity_data", &data);
  run.on_own_forecast = data == "forecast+own" || data == "forecast+own+climatology";
  run.beyond_horizon = data == "forecast+climatology" || data == "forecast+own+climatology";
  fields.Read("intensity_errors", &errors);
  run.past_errors = errors == "factors";
  fields.Read("gross_g", &run.gross);
  fields.Read("consequential_g", &run.consequential);
  fields.Read("stays_powered", &run.stays_powered);
  fields.Read("net_g", &run.net);
  fields.Read("embodied_g", &run.embodied);
  ReadHold(fields, &run.hold);
  return run;
}

// Before version 3 a plan is its one run.
Plan ReadPlan(const Fields& fields) {
  constexpr size_t kMaxRuns = 64;
  const Json* runs = fields.Find("runs");
  const bool is_list = runs != nullptr && runs->is_array() && !runs->empty();
  if (!is_list) {
    if (runs != nullptr) fields.Refuse("runs", "is not a list with a run");
    return Plan(ReadRun(fields));
  }
  if (runs->size() > kMaxRuns) fields.Refuse("runs", "is too long");
  const auto read = [&](const Json& run) {
    return ReadRun(Fields(run, fields.path() + "runs.", fields.fault()));
  };
  Plan plan(read(runs->front()));
  for (size_t i = 1; i < std::min(runs->size(), kMaxRuns); ++i) plan.Add(read((*runs)[i]));
  return plan;
}

std::optional<Plan> PlanIn(const Fields& fields, const char* key) {
  std::optional<Plan> plan;
  fields.Within(key, [&](const Fields& f) { plan = ReadPlan(f); });
  return plan;
}

void ReadCandidates(const Fields& fields, std::vector<Plan>* candidates) {
  const Json* list = fields.Find("candidates");
  if (list == nullptr) return;
  if (!list->is_array()) return fields.Refuse("candidates", "is not a list");
  if (list->size() > kMaxCandidates) return fields.Refuse("candidates", "is too long");
  candidates->reserve(list->size());
  for (const Json& candidate : *list) {
    candidates->push_back(
        ReadPlan(Fields(candidate, fields.path() + "candidates.", fields.fault())));
  }
}

// The two halves of a saving, masses and shares, stand in objects of their own.
std::optional<Saving> SavingIn(const Fields& fields, const char* masses, const char* shares) {
  std::optional<Saving> saving;
  fields.Within(masses, [&](const Fields& f) {
    const GramsCo2e unknown(kUnknown);
    saving = Saving{unknown, unknown, unknown, kUnknown, kUnknown, kUnknown};
    f.Read("mean", &saving->mean);
    f.Read("low", &saving->low);
    f.Read("high", &saving->high);
  });
  if (!saving.has_value()) return saving;
  fields.Within(shares, [&](const Fields& f) {
    f.Read("mean", &saving->share);
    f.Read("low", &saving->share_low);
    f.Read("high", &saving->share_high);
  });
  return saving;
}

void ReadExcluded(const Fields& fields, std::vector<Exclusion>* excluded) {
  constexpr uint64_t kMaxPools = 10'000;
  const Json* counts = fields.Find("excluded");
  if (counts == nullptr) return;
  if (!counts->is_object()) return fields.Refuse("excluded", "is not an object");
  // The codes of the same reasons, in the same order. Older records have none.
  const Json* codes = fields.Find("excluded_codes");
  const bool has_codes = codes != nullptr && codes->is_object() && codes->size() == counts->size();
  auto code = has_codes ? codes->begin() : counts->begin();
  for (const auto& [reason, count] : counts->items()) {
    if (!count.is_number_unsigned() || count.get<uint64_t>() > kMaxPools - excluded->size()) {
      return fields.Refuse("excluded", "has a count that is not a whole number, or too many pools");
    }
    Exclusion exclusion;
    const std::optional<Reason> known =
        has_codes ? ReasonOfCode((code++).key()) : ReasonOfText(reason);
    if (known.has_value()) {
      exclusion.reason = *known;
    } else {
      exclusion.text = reason;
    }
    excluded->insert(excluded->end(), count.get<uint64_t>(), exclusion);
  }
}

// The text as it is there. Its code is that of the record, or else the one whose text it is.
DecisionReason ReasonIn(const Fields& fields) {
  std::string text, code;
  fields.Read("reason", &text);
  fields.Read("reason_code", &code);
  const std::optional<Reason> of_text = ReasonOfText(text);
  const std::optional<Reason> of_code = code.empty() ? of_text : ReasonOfCode(code);
  DecisionReason reason = {of_code.value_or(Reason::kUnknown), {}};
  if (of_text != reason.reason) reason.detail = AsRecorded{std::move(text)};
  return reason;
}

// Before version 3 what is booked is beside the plans. It is for the one run of the plan chosen,
// and begins with it.
void ReadBookedBeside(const Fields& fields, Decision* decision) {
  fields.Within("booked", [decision](const Fields& f) {
    TimeInterval when;
    f.Read("start", &when.start);
    f.Read("end", &when.end);
    if (when.start > when.end) return f.Refuse("end", "is before the start");
    if (when.end - when.start > Fields::kMaxDuration) return f.Refuse("end", "is too late");
    if (!decision->chosen.has_value()) return;
    Hold& hold = decision->chosen->first().hold.emplace();
    hold.length = when.end - when.start;
    f.Read("group", &hold.group);
    f.Within("amount", [&hold](const Fields& amount) { ReadAmount(amount, &hold.amount); });
  });
}

// Null or absent in the records of jobs that are in no arm.
std::optional<Trial> TrialIn(const Fields& fields) {
  std::optional<Trial> trial;
  fields.Within("arm", [&trial](const Fields& f) {
    Trial read;
    if (!f.ReadName("group", {Arm::kPlaced, Arm::kExempt}, ArmName, &read.arm)) return;
    if (!f.Read("exempt", &read.exempt)) return;
    if (!(read.exempt > 0 && read.exempt <= kMaxExempt)) {
      return f.Refuse("exempt", "is not a share of exempt jobs");
    }
    read.spared = PlanIn(f, "spared");
    trial = std::move(read);
  });
  return trial;
}

void ReadDraw(const Fields& fields, std::optional<double>* draw) {
  double read = 0;
  if (!fields.Read("draw", &read)) return;
  if (!(read >= 0 && read < 1)) return fields.Refuse("draw", "is not in [0, 1)");
  *draw = read;
}

void ReadDecision(const Fields& fields, Decision* decision, Absent* absent) {
  fields.Read("policy", &decision->policy);
  absent->mode = !fields.ReadName("mode", {Mode::kOff, Mode::kShadow, Mode::kEnforce}, ModeName,
                                  &decision->mode);
  fields.ReadName("outcome", {Outcome::kPlaced, Outcome::kKeptHome, Outcome::kLeftAlone},
                  OutcomeName, &decision->outcome);
  decision->reason = ReasonIn(fields);
  fields.Within("hints", [&](const Fields& f) { ReadHints(f, &decision->hints); });
  decision->home = PlanIn(fields, "home");
  decision->chosen = PlanIn(fields, "chosen");
  decision->static_best = PlanIn(fields, "static_best");
  ReadCandidates(fields, &decision->best);
  ReadExcluded(fields, &decision->excluded);
  fields.ReadName("minimised", {Figure::kAttributional, Figure::kConsequential}, FigureName,
                  &decision->minimised);
  fields.Within("saving", [&](const Fields& f) {
    decision->saving = SavingIn(f, "gross_g", "share");
    decision->consequential_saving = SavingIn(f, "consequential_g", "consequential_share");
  });
  fields.ReadName(
      "signal", {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect, SignalKind::kMarginal},
      SignalKindName, &decision->signal);
  std::string source;
  fields.Read("runtime_source", &source);
  decision->runtime_is_limit = source == "time_limit";
  decision->runtime_is_learnt = source == "learnt";
  decision->trial = TrialIn(fields);
  ReadBookedBeside(fields, decision);
}

PlacementRecord ReadPlacement(RecordHead head, const Fields& fields) {
  PlacementRecord record;
  static_cast<RecordHead&>(record) = std::move(head);
  record.job.user_id = kNoUser;
  record.rule = 1;
  record.arithmetic = 0;
  record.absent = {.nodes = true, .devices = true, .array_tasks = true};
  fields.Within("job", [&](const Fields& f) { ReadJob(f, &record.job, &record.absent); });
  fields.ReadInteger("rule", &record.rule);
  fields.ReadInteger("arithmetic", &record.arithmetic);
  ReadDecision(fields, &record.decision, &record.absent);
  fields.Within("snapshot", [&](const Fields& f) {
    f.Read("published_at", &record.snapshot.published_at);
    for (const PartInfo& info : kParts) f.Read(info.name, &record.snapshot.hashes[info.part]);
  });
  fields.Read("ledger", &record.ledger_digest);
  fields.Within("circumstances", [&](const Fields& f) {
    f.Read("in_charge_since", &record.circumstances.in_charge_since);
    f.Read("log_error", &record.circumstances.log_error);
    ReadDraw(f, &record.circumstances.draw);
  });
  fields.Read("cut", &record.cut);
  return record;
}

// What each record has: without it a line is not a record.
absl::StatusOr<RecordHead> ReadHead(const Json& json) {
  RecordHead head;
  std::string fault;
  const Fields fields(json, "", &fault);
  if (!fields.ReadInteger("v", &head.version) && fault.empty()) fault = "v: is not there";
  if (!fault.empty()) return absl::InvalidArgumentError(fault);
  if (head.version < kMinRecordVersion || head.version > kRecordVersion) {
    return absl::UnimplementedError(absl::StrCat("v: ", head.version, ", not in [",
                                                 kMinRecordVersion, ", ", kRecordVersion, "]"));
  }
  // The number may be larger than int64_t holds.
  const Json* sequence = fields.Find("seq");
  if (sequence == nullptr || !sequence->is_number_unsigned()) {
    return absl::InvalidArgumentError("seq: is not a whole number");
  }
  head.id.sequence = sequence->get<uint64_t>();
  const Json* boot = fields.Find("boot");
  if (boot == nullptr || !boot->is_string()) {
    return absl::InvalidArgumentError("boot: is not a text");
  }
  head.id.boot = boot->get_ref<const std::string&>();
  return head;
}

}  // namespace

absl::StatusOr<LogEntry> ReadLogLine(absl::string_view line) {
  constexpr int kMaxDepth = 64;  // far above any record's
  if (line.size() > kMaxLogLine) {
    return absl::InvalidArgumentError(absl::StrCat("is longer than ", kMaxLogLine, " bytes"));
  }
  if (!IsWithinBounds(line, kMaxDepth, kMaxLogLine)) {
    return absl::InvalidArgumentError(absl::StrCat("is nested deeper than ", kMaxDepth));
  }
  const Json json = Json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::InvalidArgumentError("is not a JSON object");
  absl::StatusOr<RecordHead> head = ReadHead(json);
  if (!head.ok()) return head.status();
  std::string fault, type;
  const Fields fields(json, "", &fault);
  if (!fields.Read("type", &type)) return absl::InvalidArgumentError("type: is not a text");
  fields.Read("time", &head->time);
  LogEntry entry = type == "decision" ? LogEntry(ReadPlacement(*std::move(head), fields))
                                      : ReadEventRecord(type, *std::move(head), fields);
  std::visit([&fault](RecordHead& record) { record.fault = std::move(fault); }, entry);
  return entry;
}

}  // namespace carbon
