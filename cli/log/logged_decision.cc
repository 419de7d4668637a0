#include "cli/log/logged_decision.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

// Returns true if the members can be appended to an object's text without parsing it, which takes
// longer: the text ends with its bracket, is safe for a terminal and does not have the members yet.
bool CanAppend(const Json& members, const std::string& line) {
  const bool is_plain =
      std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (!is_plain || line.empty() || line.back() != '}') return false;
  for (const auto& [key, value] : members.items()) {
    if (absl::StrContains(line, absl::StrCat("\"", key, "\""))) return false;
  }
  return true;
}

}  // namespace

std::optional<NotCounted> WhyNotCounted(const LoggedDecision& decision) {
  if (decision.not_queued) return NotCounted::kNotQueued;
  if (!decision.fate.has_value()) return std::nullopt;
  if (decision.fate->never_ran) return NotCounted::kNeverRan;
  if (!decision.fate->ran_elsewhere.empty()) return NotCounted::kRanElsewhere;
  if (decision.fate->ran_earlier) return NotCounted::kRanEarlier;
  if (decision.fate->ran_longer) return NotCounted::kRanLonger;
  return std::nullopt;
}

absl::string_view NotCountedName(NotCounted why) {
  switch (why) {
    case NotCounted::kNotQueued:
      return "not-queued";
    case NotCounted::kNeverRan:
      return "never-ran";
    case NotCounted::kRanElsewhere:
      return "ran-elsewhere";
    case NotCounted::kRanEarlier:
      return "ran-earlier";
    case NotCounted::kRanLonger:
      return "ran-longer";
  }
  return "unknown";
}

std::string JsonOf(const LoggedDecision& decision) {
  Json added = Json::object();
  if (decision.returned.has_value()) added["returned"] = Json::parse(decision.returned->line);
  if (decision.job_id.has_value()) added["job_id"] = *decision.job_id;
  if (decision.not_queued) added["not_queued"] = true;
  if (decision.fate.has_value()) {
    const JobFate& fate = *decision.fate;
    added["ran_s"] = absl::ToInt64Seconds(fate.ran);
    if (fate.waited.has_value()) added["waited_s"] = absl::ToInt64Seconds(*fate.waited);
    if (fate.ran_share.has_value()) added["ran_share"] = *fate.ran_share;
    if (fate.has_ended) added["ended"] = true;
    if (fate.never_ran) added["never_ran"] = true;
    if (!fate.ran_elsewhere.empty()) added["ran_elsewhere"] = fate.ran_elsewhere;
    if (fate.ran_earlier) added["ran_earlier"] = true;
    if (fate.ran_longer) added["ran_longer"] = true;
  }
  if (decision.came != nullptr && !decision.came->json.empty()) {
    added["actual"] = Json::parse(decision.came->json);
  }
  if (CanAppend(added, decision.line)) {
    if (added.empty()) return decision.line;
    const std::string members = added.dump(-1, ' ', /*ensure_ascii=*/true);
    return absl::StrCat(absl::string_view(decision.line).substr(0, decision.line.size() - 1), ",",
                        absl::string_view(members).substr(1));
  }
  Json json = Json::parse(decision.line);
  for (const auto& [key, value] : added.items()) json[key] = value;
  return json.dump(-1, ' ', /*ensure_ascii=*/true);
}

}  // namespace carbon
