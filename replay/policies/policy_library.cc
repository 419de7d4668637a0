#include "replay/policies/policy_library.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "replay/policies/gaia.h"
#include "replay/policies/lets_wait_awhile.h"
#include "replay/policies/simple_policies.h"

namespace carbon {
namespace {

template <class Policy>
std::unique_ptr<const ComparisonPolicy> Make() {
  return std::make_unique<Policy>();
}

template <ResultDue due, bool is_interruptible>
std::unique_ptr<const ComparisonPolicy> MakeLetsWaitAwhile() {
  return std::make_unique<LetsWaitAwhile>(due, is_interruptible);
}

struct Entry {
  const char* name;
  const char* title;
  std::unique_ptr<const ComparisonPolicy> (*make)();
};

constexpr Entry kPolicies[] = {
    {"run-now", "run now", Make<RunNow>},
    {"lowest-slot", "Lowest-Slot (GAIA)", Make<LowestSlot>},
    {"lowest-window", "Lowest-Window (GAIA)", Make<LowestWindow>},
    {"carbon-time", "Carbon-Time (GAIA)", Make<CarbonTime>},
    {"wait-awhile", "Wait Awhile (GAIA), suspends", Make<WaitAwhile>},
    {"ecovisor", "Ecovisor (GAIA), suspends", Make<Ecovisor>},
    {"next-workday", "Let's Wait Awhile, next workday",
     MakeLetsWaitAwhile<ResultDue::kNextWorkday, false>},
    {"next-workday-interruptible", "Let's Wait Awhile, next workday, suspends",
     MakeLetsWaitAwhile<ResultDue::kNextWorkday, true>},
    {"semi-weekly", "Let's Wait Awhile, semi-weekly",
     MakeLetsWaitAwhile<ResultDue::kSemiWeekly, false>},
    {"semi-weekly-interruptible", "Let's Wait Awhile, semi-weekly, suspends",
     MakeLetsWaitAwhile<ResultDue::kSemiWeekly, true>},
    {"cats", "CATS", Make<Cats>},
    {"threshold", "threshold with maximum delay", Make<Threshold>},
};

}  // namespace

const std::vector<PolicyName>& PolicyNames() {
  static const auto* const names = [] {
    auto* list = new std::vector<PolicyName>();
    for (const Entry& entry : kPolicies) list->push_back({entry.name, entry.title});
    return list;
  }();
  return *names;
}

absl::StatusOr<std::unique_ptr<const ComparisonPolicy>> MakePolicy(absl::string_view name) {
  std::string known;
  for (const Entry& entry : kPolicies) {
    if (name == entry.name) return entry.make();
    absl::StrAppend(&known, known.empty() ? "" : ", ", entry.name);
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is not one of ", known));
}

}  // namespace carbon
