#include "core/config/policy.h"

#include <fnmatch.h>

#include <algorithm>

namespace carbon {
namespace {

template <class Value, class Key>
bool Matches(const std::vector<Value>& list, const Key& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool MatchesAnyPattern(const std::vector<std::string>& patterns, const std::string& name) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&name](const std::string& pattern) {
           return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
         });
}

bool Matches(const PolicyMatch& match, const JobRequest& job, absl::string_view partition) {
  // A policy for users whose names were not resolved matches nobody. It does not match everybody.
  if (!match.users.empty() && match.uids.empty()) return false;
  return Matches(match.partitions, partition) && Matches(match.accounts, job.account) &&
         Matches(match.qos, job.qos) && Matches(match.uids, job.user_id) &&
         MatchesAnyPattern(match.job_names, job.name);
}

}  // namespace

absl::string_view ModeName(Mode mode) {
  switch (mode) {
    case Mode::kOff:
      return "off";
    case Mode::kShadow:
      return "shadow";
    case Mode::kEnforce:
      return "enforce";
  }
  return "unknown";
}

absl::string_view NoticeName(Notice notice) {
  switch (notice) {
    case Notice::kNone:
      return "none";
    case Notice::kPlaced:
      return "placed";
    case Notice::kAll:
      return "all";
  }
  return "unknown";
}

absl::string_view FigureName(Figure figure) {
  switch (figure) {
    case Figure::kAttributional:
      return "attributional";
    case Figure::kConsequential:
      return "consequential";
  }
  return "unknown";
}

absl::string_view FallbackName(Fallback fallback) {
  switch (fallback) {
    case Fallback::kStaticBest:
      return "static-best";
    case Fallback::kHome:
      return "home";
  }
  return "unknown";
}

const Policy* MatchPolicy(const std::vector<Policy>& policies, const JobRequest& job,
                          absl::string_view partition) {
  for (const Policy& policy : policies) {
    if (Matches(policy.match, job, partition)) return &policy;
  }
  return nullptr;
}

}  // namespace carbon
