#include "core/config/policies.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/config/values.h"
#include "core/trial/arm.h"

namespace carbon {
namespace {

std::optional<std::string> JobNamePattern(const JsonValue& json) {
  std::optional<std::string> pattern = Text(json);
  if (!pattern.has_value()) return std::nullopt;
  if (std::count(pattern->begin(), pattern->end(), '*') <= PolicyMatch::kMaxStars) return pattern;
  json.Refuse(absl::StrCat("has more than ", PolicyMatch::kMaxStars, " \"*\""));
  return std::nullopt;
}

std::optional<PolicyMatch> Match(const JsonValue& json) {
  PolicyMatch match;
  JsonObject object(json);
  object.Read("partition", &match.partitions, EachOf(Name));
  object.Read("job_name", &match.job_names, EachOf(JobNamePattern));
  object.Read("account", &match.accounts, EachOf(Text));
  object.Read("qos", &match.qos, EachOf(Text));
  object.Read("user", &match.users, EachOf(Text));
  object.Read("uid", &match.uids, EachOf(Uint32));
  return match;
}

enum class Change { kTime, kSite, kHardware, kTimeLimit };

absl::string_view ChangeName(Change change) {
  switch (change) {
    case Change::kTime:
      return "time";
    case Change::kSite:
      return "site";
    case Change::kHardware:
      return "hardware";
    case Change::kTimeLimit:
      return "time_limit";
  }
  return "";
}

}  // namespace

std::optional<Policy> ReadPolicy(const JsonValue& json) {
  Policy policy;
  JsonObject object(json);
  object.Require("name", &policy.name, Name);
  object.Read("match", &policy.match, Match);
  object.Read("mode", &policy.mode,
              OneOf<Mode>({Mode::kOff, Mode::kShadow, Mode::kEnforce}, ModeName));
  object.Read("message", &policy.message,
              OneOf<Notice>({Notice::kNone, Notice::kPlaced, Notice::kAll}, NoticeName));
  object.Read("max_delay", &policy.max_delay, PositiveDuration);
  object.Read("margin", &policy.margin, PositiveDuration);
  object.Read("fallback", &policy.fallback,
              OneOf<Fallback>({Fallback::kStaticBest, Fallback::kHome}, FallbackName));
  object.Read("minimise", &policy.minimise,
              OneOf<Figure>({Figure::kAttributional, Figure::kConsequential}, FigureName));
  object.Read("saving_floor", &policy.saving_floor, NumberRange{0, 1, /*open=*/true});
  // 1 is not allowed: a policy that asks for certainty would never change anything.
  object.Read("confidence", &policy.confidence, NumberRange{0.5, 1, /*open=*/true});
  std::optional<std::vector<Change>> may_change;
  object.Read(
      "may_change", &may_change,
      EachOf(OneOf<Change>({Change::kTime, Change::kSite, Change::kHardware, Change::kTimeLimit},
                           ChangeName)));
  if (may_change.has_value()) {
    const auto may = [&](Change change) {
      return std::find(may_change->begin(), may_change->end(), change) != may_change->end();
    };
    policy.may_change_time = may(Change::kTime);
    policy.may_change_site = may(Change::kSite);
    policy.may_change_hardware = may(Change::kHardware);
    policy.may_change_time_limit = may(Change::kTimeLimit);
    // A longer limit only helps jobs on slower hardware.
    if (policy.may_change_time_limit && !policy.may_change_hardware) {
      json.Refuse("\"time_limit\" needs \"hardware\": the limit changes only on other hardware",
                  "/may_change");
    }
  }
  object.Read("may_change_named_partition", &policy.may_change_named_partition, Boolean);
  object.Read("learnt_runtime", &policy.learnt_runtime, Boolean);
  object.Read("exempt", &policy.exempt, NumberRange{0, kMaxExempt});
  return policy;
}

}  // namespace carbon
