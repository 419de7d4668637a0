#include "core/decision/admin_comment.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/duration.h"
#include "core/base/mass_text.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

constexpr absl::string_view kTag = "carbon:id=";
constexpr absl::string_view kMadeField = ",made=";
constexpr absl::string_view kSealField = ",seal=";
constexpr absl::string_view kReturnedField = ",returned=";
constexpr size_t kBootDigits = 16;
constexpr char kEnds[] = "; \t\n";

std::optional<absl::Time> ReadTime(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%S%Ez", text, &time, &error)) return std::nullopt;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  return time;
}

// A name from carbon.json or slurm.conf, without what would end a field.
std::string Word(std::string name) {
  for (char& c : name) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)) || c == ',' || c == ';' || c == '|') {
      c = '?';
    }
  }
  return name;
}

std::string MassWord(GramsCo2e mass) {
  std::string text = FormatMass(mass);
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

// The piece of an admin_comment from one of our tags up to what ends it.
struct Part {
  absl::string_view text;    // with the tag
  absl::string_view fields;  // without it
  size_t end = 0;
};

// The first part that begins at `from` or later.
std::optional<Part> NextPart(absl::string_view admin_comment, size_t from) {
  const size_t begin = admin_comment.find(kTag, from);
  if (begin == absl::string_view::npos) return std::nullopt;
  const size_t end =
      std::min(admin_comment.find_first_of(kEnds, begin + kTag.size()), admin_comment.size());
  Part part{.text = admin_comment.substr(begin, end - begin), .end = end};
  part.fields = part.text.substr(kTag.size());
  return part;
}

// The id of a part's first field, or empty.
std::string DecisionIdOf(const Part& part) {
  const absl::string_view id = part.fields.substr(0, part.fields.find(','));
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  // At most the digits of a 64-bit number.
  if (id.size() < kBootDigits + 2 || id.size() > kBootDigits + 21 || id[kBootDigits] != '-' ||
      !std::all_of(id.begin(), id.begin() + kBootDigits, is_hex) ||
      !std::all_of(id.begin() + kBootDigits + 1, id.end(), is_digit)) {
    return "";
  }
  return std::string(id);
}

// Absent where the fields promise nothing, cannot be read, or say that the job was restored.
std::optional<Promise> ReadPromise(absl::string_view fields, std::string decision_id) {
  Promise promise;
  promise.decision_id = std::move(decision_id);
  std::vector<std::optional<absl::Time>> starts;
  for (absl::string_view field : absl::StrSplit(fields, ',')) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(field, absl::MaxSplits('=', 1));
    if (pair.first == "pool") promise.runs.push_back({std::string(pair.second), absl::Time()});
    if (pair.first == "start") starts.push_back(ReadTime(pair.second));
    if (pair.first == "from") promise.from = absl::StrSplit(pair.second, '|', absl::SkipEmpty());
    if (pair.first == "begin") {
      promise.begin = ReadTime(pair.second);
      if (!promise.begin.has_value()) return std::nullopt;
    }
    for (const auto& [name, asked] :
         {std::pair("limit", &promise.limit), std::pair("longer", &promise.longer),
          std::pair("least", &promise.time_min)}) {
      if (pair.first != name) continue;
      const absl::StatusOr<absl::Duration> duration = ParseDuration(pair.second);
      if (!duration.ok()) return std::nullopt;
      *asked = *duration;
    }
    if (pair.first == "returned") return std::nullopt;
  }
  if (promise.runs.empty() || promise.from.empty()) return std::nullopt;
  if (starts.size() != promise.runs.size()) return std::nullopt;
  for (size_t i = 0; i < starts.size(); ++i) {
    if (promise.runs[i].pool.empty() || !starts[i].has_value()) return std::nullopt;
    promise.runs[i].start = *starts[i];
  }
  return promise;
}

// The mark in a part; absent: there is none, or its seal is wrong. After the seal only "returned"
// counts: anybody may have added the rest.
std::optional<CarbonMark> MarkOf(const Part& part, uint32_t user_id, const Seal* seal) {
  CarbonMark mark{.decision_id = DecisionIdOf(part), .made_at = absl::InfinitePast()};
  if (mark.decision_id.empty()) return std::nullopt;
  const size_t field = part.text.find(kSealField);
  if (field == absl::string_view::npos) {
    mark.promise = ReadPromise(part.fields, mark.decision_id);
    return mark;
  }
  const absl::string_view text = part.text.substr(0, field);
  const absl::string_view letters =
      part.text.substr(field + kSealField.size()).substr(0, Seal::kLetters);
  if (seal == nullptr || !seal->Matches(letters, text, user_id)) return std::nullopt;
  mark.is_sealed = true;
  const size_t made = text.rfind(kMadeField);
  if (made == absl::string_view::npos) return std::nullopt;
  const std::optional<absl::Time> made_at = ReadTime(text.substr(made + kMadeField.size()));
  if (!made_at.has_value()) return std::nullopt;
  mark.made_at = *made_at;
  const size_t sealed_until = field + kSealField.size() + Seal::kLetters;
  const bool is_returned = absl::StartsWith(part.text.substr(sealed_until), kReturnedField);
  if (!is_returned) mark.promise = ReadPromise(text.substr(kTag.size()), mark.decision_id);
  return mark;
}

// What follows the id.
std::string PlacementFields(const JobRequest& job, const Decision& decision, absl::TimeZone zone) {
  const bool is_exempt = decision.trial.has_value() && decision.trial->arm == Arm::kExempt;
  if (decision.mode != Mode::kEnforce || is_exempt || !decision.chosen.has_value() ||
      !decision.home.has_value()) {
    return "";
  }
  std::string fields;
  for (const PlannedRun& run : decision.chosen->runs()) {
    absl::StrAppend(&fields, ",pool=", Word(run.pool()),
                    ",start=", FormatLocalTimestamp(run.start, zone));
  }
  absl::StrAppend(&fields, ",co2e=", MassWord(decision.chosen->gross()),
                  ",home=", MassWord(decision.home->gross()));
  if (decision.saving.has_value() && std::isfinite(decision.saving->share)) {
    absl::StrAppend(&fields, ",saving=", std::llround(decision.saving->share * 100), "%");
  }
  if (decision.outcome != Outcome::kPlaced) return fields;
  std::vector<std::string> from = job.partitions;
  if (from.empty()) from.push_back(decision.home->first().partition());
  for (std::string& partition : from) partition = Word(std::move(partition));
  absl::StrAppend(&fields, ",from=", absl::StrJoin(from, "|"));
  if (job.begin.has_value())
    absl::StrAppend(&fields, ",begin=", FormatLocalTimestamp(*job.begin, zone));
  if (HasNewTimeLimit(decision)) {
    absl::StrAppend(&fields, ",limit=", DurationText(decision.home->first().time_limit),
                    ",longer=", DurationText(decision.chosen->first().time_limit));
    if (job.time_min.has_value()) absl::StrAppend(&fields, ",least=", DurationText(*job.time_min));
  }
  return fields;
}

}  // namespace

std::string AdminComment(const RecordId& id, const JobRequest& job, const Decision& decision,
                         absl::Time now, absl::TimeZone zone, const Seal& seal) {
  const std::string text = absl::StrCat(kTag, DecisionId(id), PlacementFields(job, decision, zone),
                                        kMadeField, FormatLocalTimestamp(now, zone));
  return absl::StrCat(text, kSealField, seal.Of(text, job.user_id));
}

std::string DecisionIdInComment(absl::string_view admin_comment) {
  const std::optional<Part> part = NextPart(admin_comment, 0);
  return part.has_value() ? DecisionIdOf(*part) : "";
}

const PromisedRun& RunAwaited(const Promise& promise, absl::Time begin, absl::Time now) {
  // Slurm keeps times in seconds.
  constexpr absl::Duration kSameTime = absl::Seconds(1);
  const PromisedRun* awaited = &promise.runs.front();
  for (const PromisedRun& run : promise.runs) {
    if (absl::AbsDuration(begin - run.start) <= kSameTime) return run;
    if (run.start <= now) awaited = &run;
  }
  return *awaited;
}

MarksFound ReadMarks(absl::string_view admin_comment, uint32_t user_id, const Seal* seal) {
  std::vector<Part> parts;
  for (std::optional<Part> part = NextPart(admin_comment, 0); part.has_value();
       part = NextPart(admin_comment, part->end)) {
    parts.push_back(*part);
  }
  MarksFound found;
  std::vector<CarbonMark> unsealed;
  int tried = 0;
  // From the end: ours comes after what was there before.
  for (auto part = parts.rbegin(); part != parts.rend() && tried < kMaxMarks; ++part) {
    const bool bears_seal = absl::StrContains(part->text, kSealField);
    tried += bears_seal ? 1 : 0;
    if (std::optional<CarbonMark> mark = MarkOf(*part, user_id, seal)) {
      (mark->is_sealed ? found.marks : unsealed).push_back(*std::move(mark));
    } else if (bears_seal) {
      found.has_other_seal = true;
    }
  }
  if (found.marks.empty() && !unsealed.empty()) found.marks.push_back(std::move(unsealed.back()));
  return found;
}

}  // namespace carbon
