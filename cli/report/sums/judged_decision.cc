#include "cli/report/sums/judged_decision.h"

#include <cmath>

#include "absl/strings/string_view.h"
#include "cli/report/sums/added_waits.h"
#include "core/outcome/estimated.h"
#include "core/outcome/known.h"
#include "core/reason/reason.h"

namespace carbon {
namespace {

std::optional<absl::Duration> AddedWait(const LoggedDecision& decision) {
  const std::optional<PlanSummary>&home = decision.home(), &chosen = decision.chosen();
  if (!home.has_value() || !chosen.has_value()) return std::nullopt;
  if (home->start == absl::InfinitePast() || chosen->start == absl::InfinitePast()) {
    return std::nullopt;
  }
  return chosen->start - home->start;
}

void AddActualHarms(const JudgedDecision& judged, std::vector<Harm>* harms) {
  const JobOutcome& outcome = *judged.outcome;
  if (outcome.attributional.saved.has_value() &&
      outcome.attributional.saved->value < GramsCo2e(0)) {
    harms->push_back(Harm::kEmittedMore);
  }
  if (!outcome.ran.has_value()) return;
  if (!judged.is_given_back && outcome.planned_start.has_value() &&
      outcome.ran->start > *outcome.planned_start + kLate) {
    harms->push_back(Harm::kStartedLate);
  }
  const std::optional<absl::Time>& deadline = judged.summary().deadline;
  if (deadline.has_value() && outcome.ran->end > *deadline) {
    harms->push_back(Harm::kMissedDeadline);
  }
}

std::vector<Harm> HarmsOf(const JudgedDecision& judged) {
  std::vector<Harm> harms;
  if (!judged.is_carried_out || judged.decision.not_queued) return harms;
  const bool is_delayed = judged.added_wait.value_or(absl::ZeroDuration()) > AddedWaits::kUnnoticed;
  if (judged.is_given_back) {
    harms.push_back(Harm::kGivenBack);
  } else if (!judged.why_not.has_value() && judged.has_plan && judged.HasEmissions()) {
    // More than a rounding of the log.
    const double home = judged.decision.home()->gross.value();
    const double run = judged.decision.chosen()->gross.value();
    if (run - home > 1e-6 * std::abs(home)) harms.push_back(Harm::kEmitsMore);
  }
  if (is_delayed && judged.why_not == NotCounted::kNeverRan) harms.push_back(Harm::kNeverRan);
  if (judged.why_not == NotCounted::kRanElsewhere) harms.push_back(Harm::kRanElsewhere);
  if (judged.outcome != nullptr) AddActualHarms(judged, &harms);
  return harms;
}

}  // namespace

bool JudgedDecision::HasEmissions() const {
  return std::isfinite(decision.home()->gross.value()) && std::isfinite(run()->gross.value());
}

JudgedDecision Judge(const LoggedDecision& decision, const JobOutcome* outcome) {
  static const absl::string_view kOptedOutText = ReasonText(Reason::kOptedOut);
  const DecisionSummary& summary = decision.summary;
  const bool is_placed = summary.outcome == Outcome::kPlaced;
  JudgedDecision judged = {.decision = decision, .outcome = outcome};
  judged.why_not = WhyNotCounted(decision);
  judged.has_plan = decision.home().has_value() && decision.chosen().has_value();
  judged.is_shadow = is_placed && summary.mode == Mode::kShadow;
  judged.is_carried_out = is_placed && summary.mode != Mode::kShadow;
  judged.is_given_back = decision.returned.has_value();
  judged.opted_out = summary.outcome == Outcome::kLeftAlone && summary.reason == kOptedOutText;
  judged.added_wait = AddedWait(decision);
  judged.harms = HarmsOf(judged);
  return judged;
}

}  // namespace carbon
