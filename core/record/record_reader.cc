#include "core/record/record_reader.h"

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/base/precision.h"
#include "core/record/record.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

// One object of a record. A field that is absent or null leaves what it is read into as it is. Of
// several faults the first is kept.
class Fields {
 public:
  Fields(const Json& json, std::string path, absl::Status* fault)
      : json_(json), path_(std::move(path)), fault_(fault) {
    if (!json_.is_object()) Refuse("", "is not an object");
  }

  void Read(const char* key, std::string* text) const {
    if (const Json* value = Find(key)) {
      value->is_string() ? void(*text = value->get<std::string>()) : Refuse(key, "is not a text");
    }
  }
  void Read(const char* key, bool* is) const {
    if (const Json* value = Find(key)) {
      value->is_boolean() ? void(*is = value->get<bool>()) : Refuse(key, "is not true or false");
    }
  }
  void Read(const char* key, double* number) const {
    if (const Json* value = Find(key)) {
      value->is_number() ? void(*number = value->get<double>()) : Refuse(key, "is not a number");
    }
  }
  template <class Integer>
  void ReadInteger(const char* key, Integer* number) const {
    const Json* value = Find(key);
    if (value == nullptr) return;
    const bool is_whole = value->is_number_unsigned() || value->is_number_integer();
    const auto read = is_whole ? value->get<int64_t>() : -1;
    // A larger number than int64_t holds, or than the field does.
    const bool fits = is_whole && static_cast<int64_t>(static_cast<Integer>(read)) == read &&
                      !(value->is_number_unsigned() && read < 0);
    fits ? void(*number = static_cast<Integer>(read)) : Refuse(key, "is not a whole number");
  }
  template <class Integer>
  void ReadInteger(const char* key, std::optional<Integer>* number) const {
    if (Find(key) != nullptr) ReadInteger(key, &number->emplace());
  }
  template <class Unit>
  void Read(const char* key, Quantity<Unit>* quantity) const {
    double number = quantity->value();
    Read(key, &number);
    *quantity = Quantity<Unit>(number);
  }
  void Read(const char* key, absl::Time* time) const {
    std::string text;
    Read(key, &text);
    if (text.empty()) return;
    // "infinite-future" is a time to Abseil.
    if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*SZ", text, time, nullptr) ||
        *time == absl::InfiniteFuture() || *time == absl::InfinitePast()) {
      Refuse(key, "is not a time");
    }
  }
  void Read(const char* key, absl::Duration* duration) const {
    const Json* value = Find(key);
    if (value == nullptr) return;
    if (value->is_number_integer()) {
      int64_t seconds = 0;
      ReadInteger(key, &seconds);
      *duration = absl::Seconds(seconds);
    } else {
      double seconds = 0;
      Read(key, &seconds);
      *duration = absl::Seconds(seconds);
    }
    constexpr absl::Duration kMaxDuration = absl::Hours(24 * 365 * 100);
    if (*duration > kMaxDuration || *duration < -kMaxDuration) Refuse(key, "is too long");
  }
  void Read(const char* key, std::vector<std::string>* texts) const {
    const Json* value = Find(key);
    if (value == nullptr) return;
    if (!value->is_array()) return Refuse(key, "is not a list");
    for (const Json& element : *value) {
      if (!element.is_string()) return Refuse(key, "is not a list of texts");
      texts->push_back(element.get<std::string>());
    }
  }
  template <class T>
  void Read(const char* key, std::optional<T>* value) const {
    if (Find(key) != nullptr) Read(key, &value->emplace());
  }
  template <class Enum, class Name>
  void ReadName(const char* key, std::initializer_list<Enum> all, Name name, Enum* value) const {
    std::string text;
    Read(key, &text);
    if (text.empty()) return;
    for (const Enum one : all) {
      if (name(one) == text) return void(*value = one);
    }
    Refuse(key, "is not known");
  }
  // Calls `read` with the fields of the object, if there is one.
  template <class Visit>
  void Within(const char* key, Visit read) const {
    if (const Json* value = Find(key)) read(Fields(*value, absl::StrCat(path_, key, "."), fault_));
  }

  const Json* Find(const char* key) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  void Refuse(absl::string_view key, absl::string_view fact) const {
    if (!fault_->ok()) return;
    const std::string name = absl::StrCat(path_, key);
    *fault_ = absl::InvalidArgumentError(absl::StrCat(absl::StripSuffix(name, "."), ": ", fact));
  }
  const std::string& path() const { return path_; }
  absl::Status* fault() const { return fault_; }

 private:
  const Json& json_;
  std::string path_;
  absl::Status* fault_;
};

void ReadAmount(const Fields& fields, Resources* amount) {
  const auto read = [&fields](const char* key, int64_t* count) {
    fields.ReadInteger(key, count);
    if (*count < 0 || *count > Resources::kUnlimited)
      fields.Refuse(key, "is below zero or too large");
  };
  read("nodes", &amount->nodes);
  read("devices", &amount->devices);
  read("cpus", &amount->cpus);
  read("memory_mib", &amount->memory_mib);
  read("full_nodes", &amount->full_nodes);
  read("half_nodes", &amount->half_nodes);
  read("quarter_nodes", &amount->quarter_nodes);
  read("halves", &amount->halves);
  read("quarters", &amount->quarters);
  read("apart", &amount->apart);
}

void ReadJob(const Fields& fields, JobRequest* job) {
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
  fields.Within("demand", [job](const Fields& f) { ReadAmount(f, &job->demand); });
  fields.Within("per_node", [job](const Fields& f) { ReadAmount(f, &job->per_node); });
  fields.Read("device_type", &job->device_type);
  fields.Read("features", &job->features);
  fields.Read("exclusive", &job->exclusive);
  fields.ReadInteger("max_nodes", &job->max_nodes);
  fields.ReadInteger("tasks", &job->tasks);
  fields.Read("all_memory", &job->all_memory);
  fields.ReadInteger("nice", &job->nice);
  fields.ReadInteger("array_tasks", &job->array_tasks);
  fields.ReadInteger("array_width", &job->array_width);
  fields.Read("leave_alone", &job->leave_alone);
  fields.Read("pinned_by", &job->pinned_by);
}

void ReadHints(const Fields& fields, Hints* hints) {
  fields.Read("off", &hints->off);
  fields.Read("now", &hints->now);
  fields.Read("wait_s", &hints->wait);
  fields.Read("sites", &hints->sites);
  fields.Read("runtime_s", &hints->runtime);
  fields.Read("flops", &hints->flops);
  if (fields.Find("precision") != nullptr) {
    fields.ReadName("precision", {Precision::kBf16, Precision::kFp8}, PrecisionName,
                    &hints->precision.emplace());
  }
  fields.Read("any_hardware", &hints->any_hardware);
  fields.Read("hardware", &hints->hardware);
}

Candidate ReadCandidate(const Fields& fields) {
  Candidate candidate;
  fields.Read("pool", &candidate.pool);
  fields.Read("site", &candidate.site);
  fields.Read("zone", &candidate.zone);
  fields.Read("partition", &candidate.partition);
  fields.Read("hardware", &candidate.hardware);
  fields.Read("start", &candidate.start);
  fields.Read("runtime_s", &candidate.runtime);
  fields.Read("wake_up_s", &candidate.wake_up);
  fields.ReadInteger("rounds", &candidate.rounds);
  fields.ReadInteger("units", &candidate.units);
  fields.Read("time_limit_s", &candidate.time_limit);
  fields.Read("time_min_s", &candidate.time_min);
  fields.Read("energy_kwh", &candidate.energy);
  fields.Read("intensity_g_per_kwh", &candidate.intensity);
  std::string data, errors;
  fields.Read("intensity_data", &data);
  candidate.on_own_forecast = data == "forecast+own" || data == "forecast+own+climatology";
  candidate.beyond_horizon = data == "forecast+climatology" || data == "forecast+own+climatology";
  fields.Read("intensity_errors", &errors);
  candidate.past_errors = errors == "factors";
  fields.Read("gross_g", &candidate.gross);
  fields.Read("consequential_g", &candidate.consequential);
  fields.Read("stays_powered", &candidate.stays_powered);
  fields.Read("net_g", &candidate.net);
  fields.Read("embodied_g", &candidate.embodied);
  return candidate;
}

std::optional<Candidate> CandidateIn(const Fields& fields, const char* key) {
  std::optional<Candidate> candidate;
  fields.Within(key, [&](const Fields& f) { candidate = ReadCandidate(f); });
  return candidate;
}

// The two halves of a saving, masses and shares, stand in objects of their own.
std::optional<Saving> SavingIn(const Fields& fields, const char* masses, const char* shares) {
  std::optional<Saving> saving;
  fields.Within(masses, [&](const Fields& f) {
    saving.emplace();
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
  for (const auto& [reason, count] : counts->items()) {
    if (!count.is_number_unsigned() || count.get<uint64_t>() > kMaxPools - excluded->size()) {
      return fields.Refuse("excluded", "has a count that is not a whole number, or too many pools");
    }
    for (uint64_t i = 0; i < count.get<uint64_t>(); ++i) excluded->push_back({"", reason});
  }
}

void ReadDecision(const Fields& fields, Decision* decision) {
  fields.Read("policy", &decision->policy);
  fields.ReadName("mode", {Mode::kOff, Mode::kShadow, Mode::kEnforce}, ModeName, &decision->mode);
  fields.ReadName("outcome", {Outcome::kPlaced, Outcome::kKeptHome, Outcome::kLeftAlone},
                  OutcomeName, &decision->outcome);
  fields.Read("reason", &decision->reason);
  fields.Within("hints", [&](const Fields& f) { ReadHints(f, &decision->hints); });
  decision->home = CandidateIn(fields, "home");
  decision->chosen = CandidateIn(fields, "chosen");
  decision->static_best = CandidateIn(fields, "static_best");
  if (const Json* candidates = fields.Find("candidates")) {
    if (!candidates->is_array()) return fields.Refuse("candidates", "is not a list");
    if (candidates->size() > kMaxCandidates) return fields.Refuse("candidates", "is too long");
    for (const Json& candidate : *candidates) {
      decision->best.push_back(
          ReadCandidate(Fields(candidate, fields.path() + "candidates.", fields.fault())));
    }
  }
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
  fields.Within("booked", [&](const Fields& f) {
    TimeInterval when;
    f.Read("start", &when.start);
    f.Read("end", &when.end);
    if (when.start > when.end) f.Refuse("end", "is before the start");
    decision->booked_when = when;
    f.Read("group", &decision->booked_group);
    f.Within("amount", [&](const Fields& amount) { ReadAmount(amount, &decision->booked_amount); });
  });
}

}  // namespace

absl::StatusOr<PlacementRecord> ReadDecisionRecord(const Json& json) {
  absl::Status fault;
  const Fields fields(json, "", &fault);
  PlacementRecord record;
  std::string type;
  fields.ReadInteger("v", &record.version);
  fields.Read("type", &type);
  if (type != "decision") fields.Refuse("type", "is not \"decision\"");
  if (record.version < kMinRecordVersion || record.version > kRecordVersion) {
    fields.Refuse("v", absl::StrCat(record.version, ", not in [", kMinRecordVersion, ", ",
                                    kRecordVersion, "]"));
  }
  fields.Read("boot", &record.id.boot);
  fields.ReadInteger("seq", &record.id.sequence);
  fields.Read("time", &record.time);
  fields.Within("job", [&](const Fields& f) { ReadJob(f, &record.job); });
  fields.ReadInteger("rule", &record.rule);
  fields.ReadInteger("arithmetic", &record.arithmetic);
  ReadDecision(fields, &record.decision);
  fields.Within("snapshot", [&](const Fields& f) {
    f.Read("published_at", &record.snapshot.published_at);
    for (const PartInfo& info : kParts) f.Read(info.name, &record.snapshot.hashes[info.part]);
  });
  fields.Read("ledger", &record.ledger_digest);
  fields.Within("circumstances", [&](const Fields& f) {
    f.Read("in_charge_since", &record.circumstances.in_charge_since);
    f.Read("log_error", &record.circumstances.log_error);
  });
  fields.Read("cut", &record.cut);
  if (!fault.ok()) return fault;
  return record;
}

}  // namespace carbon
