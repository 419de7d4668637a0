#include "cli/log/totals.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/mass_text.h"

namespace carbon {
namespace {

std::optional<GramsCo2e> Attributional(const PlanSummary& plan) {
  if (!std::isfinite(plan.gross.value())) return std::nullopt;
  return plan.gross;
}
std::optional<GramsCo2e> Consequential(const PlanSummary& plan) { return plan.consequential; }

constexpr struct {
  NotCounted why;
  const char* text;
} kNotCounted[] = {{NotCounted::kNotQueued, "never queued (will-runs, or refused)"},
                   {NotCounted::kNeverRan, "never ran"},
                   {NotCounted::kRanElsewhere, "ran elsewhere than planned"},
                   {NotCounted::kRanEarlier, "ran earlier than planned"},
                   {NotCounted::kRanLonger, "ran longer than stated"}};

}  // namespace

void FigureSum::Add(const LoggedDecision& decision) {
  if (!decision.home().has_value()) return;
  const std::optional<PlanSummary>& ran_as =
      decision.returned.has_value() ? decision.home() : decision.chosen();
  if (!ran_as.has_value()) return;
  const std::optional<GramsCo2e> at_home = figure(*decision.home()), chosen = figure(*ran_as);
  if (!chosen.has_value() || !at_home.has_value()) return;
  ++decisions;
  predicted += chosen->value();
  home += at_home->value();
}

std::string FigureSum::Text() const {
  std::string text =
      absl::StrCat("predicted ", FormatMass(GramsCo2e(predicted)), " CO2e, at home ",
                   FormatMass(GramsCo2e(home)), ": saving ", FormatMass(GramsCo2e(saved())));
  if (home > 0) absl::StrAppend(&text, " (", PercentText(saved() / home), ")");
  return text;
}

LogTotals::LogTotals() : attributional_(Attributional), consequential_(Consequential) {}

void LogTotals::Add(const LoggedDecision& decision) {
  ++decisions_;
  if (decision.summary.outcome == Outcome::kPlaced) {
    ++placed_;
    if (decision.summary.mode == Mode::kShadow) ++in_shadow_;
  }
  if (decision.summary.arm == Arm::kExempt) ++exempt_;
  if (decision.returned.has_value()) ++given_back_;
  if (const auto why = WhyNotCounted(decision)) {
    ++not_counted_[*why];
    return;
  }
  attributional_.Add(decision);
  consequential_.Add(decision);
  if (!decision.chosen().has_value()) return;
  if (!decision.fate.has_value()) {
    ++unknown_;
  } else if (decision.fate->has_ended && decision.fate->ran_share.has_value()) {
    ++ended_;
    const std::optional<GramsCo2e> gross = Attributional(*decision.chosen());
    const double grams = std::max(0.0, gross.value_or(GramsCo2e()).value());
    ran_ += grams * *decision.fate->ran_share;
    predicted_ += grams;
  }
}

std::string LogTotals::Text() const {
  std::string text = absl::StrCat(decisions_, decisions_ == 1 ? " decision, " : " decisions, ",
                                  placed_, " placed");
  if (in_shadow_ > 0) absl::StrAppend(&text, " (", in_shadow_, " in shadow: not carried out)");
  if (exempt_ > 0) absl::StrAppend(&text, ", ", exempt_, " exempt by lot");
  if (given_back_ > 0) absl::StrAppend(&text, ", ", given_back_, " given back");
  for (const auto& reason : kNotCounted) {
    const auto found = not_counted_.find(reason.why);
    if (found == not_counted_.end()) continue;
    absl::StrAppend(&text, ", ", found->second, " ", reason.text, ": not counted");
  }
  absl::StrAppend(&text, "; ", attributional_.Text());
  // Unknown is not zero: the total states for how many decisions it is known.
  const int64_t counted = attributional_.decisions;
  if (consequential_.decisions > 0) {
    absl::StrAppend(&text, "\nconsequential (known for ", consequential_.decisions, " of ", counted,
                    "): ", consequential_.Text());
  }
  if (ended_ > 0 && predicted_ > 0) {
    absl::StrAppend(&text, "\n", ended_, " of ", counted, " jobs have ended; they ran for ",
                    PercentText(ran_ / predicted_),
                    " of the predicted time (weighted by emission)");
  }
  if (unknown_ > 0) {
    absl::StrAppend(&text, "\naccounting does not know what became of ", unknown_, " of ", counted,
                    " jobs");
  }
  return text;
}

LogGroups::Group::Group() : attributional(Attributional), consequential(Consequential) {}

void LogGroups::Add(const LoggedDecision& decision) {
  std::vector<std::string> names;
  names.reserve(fields_.size());
  for (const LogField* field : fields_) names.push_back(field->text(decision));
  Group& group = by_names_[std::move(names)];
  ++group.decisions;
  if (decision.summary.outcome == Outcome::kPlaced) ++group.placed;
  if (decision.returned.has_value()) ++group.given_back;
  if (WhyNotCounted(decision).has_value()) {
    ++group.not_counted;
  } else {
    group.attributional.Add(decision);
    group.consequential.Add(decision);
  }
}

Table LogGroups::ToTable() const {
  using NamedGroup = std::pair<const std::vector<std::string>, Group>;
  std::vector<const NamedGroup*> groups;
  for (const NamedGroup& group : by_names_) groups.push_back(&group);
  std::stable_sort(groups.begin(), groups.end(), [](const NamedGroup* a, const NamedGroup* b) {
    return a->second.attributional.saved() > b->second.attributional.saved();
  });

  std::vector<TableColumn> columns;
  for (const LogField* field : fields_) columns.push_back({field->title});
  for (const char* title : {"DECISIONS", "PLACED", "GIVEN BACK", "NOT COUNTED", "HOME CO2E", "CO2E",
                            "SAVED CO2E", "SAVED", "SAVED CONSEQUENTIAL CO2E"}) {
    columns.push_back({title, true});
  }
  Table table(std::move(columns));
  for (const NamedGroup* named : groups) {
    std::vector<std::string> cells = named->first;
    const Group& group = named->second;
    for (const int64_t count :
         {group.decisions, group.placed, group.given_back, group.not_counted}) {
      cells.push_back(absl::StrCat(count));
    }
    const FigureSum& sum = group.attributional;
    const bool is_known = sum.decisions > 0;
    cells.push_back(is_known ? FormatMass(GramsCo2e(sum.home)) : "");
    cells.push_back(is_known ? FormatMass(GramsCo2e(sum.predicted)) : "");
    cells.push_back(is_known ? FormatMass(GramsCo2e(sum.saved())) : "");
    cells.push_back(is_known && sum.home > 0 ? PercentText(sum.saved() / sum.home) : "");
    // Of a part of the decisions it would be taken for the whole.
    cells.push_back(group.consequential.decisions > 0 &&
                            group.consequential.decisions == sum.decisions
                        ? FormatMass(GramsCo2e(group.consequential.saved()))
                        : "");
    table.AddRow(std::move(cells));
  }
  return table;
}

}  // namespace carbon
