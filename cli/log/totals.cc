#include "cli/log/totals.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/log/fields.h"
#include "core/base/mass_text.h"

namespace carbon {
namespace {

std::optional<GramsCo2e> Attributional(const Plan& plan) {
  const GramsCo2e gross = plan.gross();
  if (!std::isfinite(gross.value())) return std::nullopt;
  return gross;
}
std::optional<GramsCo2e> Consequential(const Plan& plan) { return plan.consequential(); }

// The prediction and the emission at home, in one figure.
struct Sum {
  using FigureOf = std::optional<GramsCo2e> (*)(const Plan&);
  explicit Sum(FigureOf figure) : figure(figure) {}

  void Add(const LoggedDecision& decision) {
    if (!decision.home().has_value()) return;
    const std::optional<Plan>& ran_as =
        decision.returned.has_value() ? decision.home() : decision.chosen();
    if (!ran_as.has_value()) return;
    const std::optional<GramsCo2e> at_home = figure(*decision.home()), chosen = figure(*ran_as);
    if (!chosen.has_value() || !at_home.has_value()) return;
    ++decisions;
    predicted += chosen->value();
    home += at_home->value();
  }
  double saved() const { return home - predicted; }
  std::string Text() const {
    std::string text =
        absl::StrCat("predicted ", FormatMass(GramsCo2e(predicted)), " CO2e, at home ",
                     FormatMass(GramsCo2e(home)), ": saving ", FormatMass(GramsCo2e(saved())));
    if (home > 0) absl::StrAppend(&text, " (", PercentText(saved() / home), ")");
    return text;
  }

  FigureOf figure;
  int decisions = 0;
  double predicted = 0, home = 0;
};

// What accounting says of the jobs that count.
struct Accounted {
  void Add(const LoggedDecision& decision) {
    if (!decision.fate.has_value()) {
      ++unknown;
    } else if (decision.fate->has_ended && decision.fate->ran_share.has_value()) {
      ++ended;
      const std::optional<GramsCo2e> gross = Attributional(*decision.chosen());
      const double grams = std::max(0.0, gross.value_or(GramsCo2e()).value());
      ran += grams * *decision.fate->ran_share;
      predicted += grams;
    }
  }
  std::string Text(int decisions) const {
    std::string text;
    if (ended > 0 && predicted > 0) {
      absl::StrAppend(&text, "\n", ended, " of ", decisions, " jobs have ended; they ran for ",
                      PercentText(ran / predicted),
                      " of the predicted time (weighted by emission)");
    }
    if (unknown > 0) {
      absl::StrAppend(&text, "\naccounting does not know what became of ", unknown, " of ",
                      decisions, " jobs");
    }
    return text;
  }

  int ended = 0, unknown = 0;
  double ran = 0, predicted = 0;  // grams
};

constexpr struct {
  NotCounted why;
  const char* text;
} kNotCounted[] = {{NotCounted::kNotQueued, "never queued (will-runs, or refused)"},
                   {NotCounted::kNeverRan, "never ran"},
                   {NotCounted::kRanElsewhere, "ran elsewhere than planned"},
                   {NotCounted::kRanEarlier, "ran earlier than planned"},
                   {NotCounted::kRanLonger, "ran longer than stated"}};

}  // namespace

std::string LogTotal(const std::vector<LoggedDecision>& decisions) {
  int placed = 0, in_shadow = 0, given_back = 0;
  std::map<NotCounted, int> not_counted;
  Sum attributional(Attributional), consequential(Consequential);
  Accounted accounted;
  for (const LoggedDecision& decision : decisions) {
    if (decision.record.decision.outcome == Outcome::kPlaced) {
      ++placed;
      if (decision.record.decision.mode == Mode::kShadow) ++in_shadow;
    }
    if (decision.returned.has_value()) ++given_back;
    if (const auto why = WhyNotCounted(decision)) {
      ++not_counted[*why];
      continue;
    }
    attributional.Add(decision);
    consequential.Add(decision);
    if (decision.chosen().has_value()) accounted.Add(decision);
  }
  std::string text = absl::StrCat(
      decisions.size(), decisions.size() == 1 ? " decision, " : " decisions, ", placed, " placed");
  if (in_shadow > 0) absl::StrAppend(&text, " (", in_shadow, " in shadow: not carried out)");
  if (given_back > 0) absl::StrAppend(&text, ", ", given_back, " given back");
  for (const auto& reason : kNotCounted) {
    const auto found = not_counted.find(reason.why);
    if (found == not_counted.end()) continue;
    absl::StrAppend(&text, ", ", found->second, " ", reason.text, ": not counted");
  }
  absl::StrAppend(&text, "; ", attributional.Text());
  // Unknown is not zero: the total states for how many decisions it is known.
  if (consequential.decisions > 0) {
    absl::StrAppend(&text, "\nconsequential (known for ", consequential.decisions, " of ",
                    attributional.decisions, "): ", consequential.Text());
  }
  return text + accounted.Text(attributional.decisions);
}

Table GroupTable(const std::vector<const LogField*>& fields,
                 const std::vector<LoggedDecision>& decisions) {
  struct Group {
    std::vector<std::string> names;
    int64_t decisions = 0, placed = 0, given_back = 0, not_counted = 0;
    Sum attributional{Attributional}, consequential{Consequential};
  };
  std::map<std::vector<std::string>, Group> by_names;
  for (const LoggedDecision& decision : decisions) {
    std::vector<std::string> names;
    for (const LogField* field : fields) names.push_back(field->text(decision));
    Group& group = by_names[names];
    group.names = std::move(names);
    ++group.decisions;
    if (decision.record.decision.outcome == Outcome::kPlaced) ++group.placed;
    if (decision.returned.has_value()) ++group.given_back;
    if (WhyNotCounted(decision).has_value()) {
      ++group.not_counted;
    } else {
      group.attributional.Add(decision);
      group.consequential.Add(decision);
    }
  }
  std::vector<Group> groups;
  for (auto& [names, group] : by_names) groups.push_back(std::move(group));
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.attributional.saved() > b.attributional.saved();
  });

  std::vector<TableColumn> columns;
  for (const LogField* field : fields) columns.push_back({field->title});
  for (const char* title : {"DECISIONS", "PLACED", "GIVEN BACK", "NOT COUNTED", "HOME CO2E", "CO2E",
                            "SAVED CO2E", "SAVED", "SAVED CONSEQUENTIAL CO2E"}) {
    columns.push_back({title, true});
  }
  Table table(std::move(columns));
  for (const Group& group : groups) {
    std::vector<std::string> cells = group.names;
    for (const int64_t count :
         {group.decisions, group.placed, group.given_back, group.not_counted}) {
      cells.push_back(absl::StrCat(count));
    }
    const Sum& sum = group.attributional;
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
