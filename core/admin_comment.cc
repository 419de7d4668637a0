#include "core/admin_comment.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/duration.h"

namespace carbon {
namespace {

constexpr absl::string_view kTag = "carbon:id=";
constexpr size_t kBootDigits = 16;
constexpr char kEnds[] = "; \t\n";

std::string TimeText(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, zone);
}

std::optional<absl::Time> ReadTime(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%S%Ez", text, &time, &error)) return std::nullopt;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  return time;
}

// A name from carbon.json or slurm.conf, such that nothing in it ends a field.
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

// What stands behind the tag, up to what ends our part of the comment; empty: nothing does.
absl::string_view OurPart(absl::string_view admin_comment) {
  const size_t tag = admin_comment.find(kTag);
  if (tag == absl::string_view::npos) return "";
  const absl::string_view rest = admin_comment.substr(tag + kTag.size());
  return rest.substr(0, rest.find_first_of(kEnds));
}

}  // namespace

std::string AdminComment(const RecordId& id, const JobRequest& job, const Decision& decision,
                         absl::TimeZone zone) {
  std::string comment = absl::StrCat(kTag, DecisionId(id));
  if (decision.mode != Mode::kEnforce || !decision.chosen.has_value() ||
      !decision.home.has_value()) {
    return comment;
  }
  absl::StrAppend(&comment, ",pool=", Word(decision.chosen->pool),
                  ",start=", TimeText(decision.chosen->start, zone),
                  ",co2e=", MassWord(decision.chosen->gross),
                  ",home=", MassWord(decision.home->gross));
  if (decision.saving.has_value() && std::isfinite(decision.saving->share)) {
    absl::StrAppend(&comment, ",saving=", std::llround(decision.saving->share * 100), "%");
  }
  if (decision.outcome != Outcome::kPlaced) return comment;
  std::vector<std::string> from = job.partitions;
  if (from.empty()) from.push_back(decision.home->partition);
  for (std::string& partition : from) partition = Word(std::move(partition));
  absl::StrAppend(&comment, ",from=", absl::StrJoin(from, "|"));
  if (job.begin.has_value()) absl::StrAppend(&comment, ",begin=", TimeText(*job.begin, zone));
  if (HasNewTimeLimit(decision)) {
    absl::StrAppend(&comment, ",limit=", DurationText(decision.home->time_limit),
                    ",longer=", DurationText(decision.chosen->time_limit));
    if (job.time_min.has_value()) absl::StrAppend(&comment, ",least=", DurationText(*job.time_min));
  }
  return comment;
}

std::string DecisionIdInComment(absl::string_view admin_comment) {
  const absl::string_view part = OurPart(admin_comment);
  const absl::string_view id = part.substr(0, part.find(','));
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

std::optional<Promise> PromiseInComment(absl::string_view admin_comment) {
  Promise promise;
  promise.decision_id = DecisionIdInComment(admin_comment);
  if (promise.decision_id.empty()) return std::nullopt;
  std::optional<absl::Time> start;
  for (absl::string_view field : absl::StrSplit(OurPart(admin_comment), ',')) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(field, absl::MaxSplits('=', 1));
    if (pair.first == "pool") promise.pool = std::string(pair.second);
    if (pair.first == "start") start = ReadTime(pair.second);
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
  if (promise.pool.empty() || promise.from.empty() || !start.has_value()) return std::nullopt;
  promise.start = *start;
  return promise;
}

std::string ReturnedComment(absl::string_view admin_comment, absl::Time now, absl::TimeZone zone) {
  const absl::string_view part = OurPart(admin_comment);
  if (part.empty()) return std::string(admin_comment);
  const size_t end = static_cast<size_t>(part.data() - admin_comment.data()) + part.size();
  return absl::StrCat(admin_comment.substr(0, end), ",returned=", TimeText(now, zone),
                      admin_comment.substr(end));
}

}  // namespace carbon
