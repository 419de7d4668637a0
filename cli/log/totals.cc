#include "cli/log/totals.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cli/log/fields.h"
#include "core/base/mass_text.h"
#include "core/record/record.h"

namespace carbon {
namespace {

// What was predicted against home, in one figure.
struct Sum {
  explicit Sum(const char* figure) : figure(figure) {}

  void Add(const LogRecord& decision) {
    const auto at_home = decision.Number({"home", figure});
    const auto chosen = decision.Has({"returned"}) ? at_home : decision.Number({"chosen", figure});
    if (!chosen.has_value() || !at_home.has_value()) return;
    ++decisions;
    predicted += *chosen;
    home += *at_home;
  }
  std::string Text() const {
    std::string text = absl::StrCat("predicted ", FormatMass(GramsCo2e(predicted)),
                                    " CO2e, at home ", FormatMass(GramsCo2e(home)), ": saving ",
                                    FormatMass(GramsCo2e(home - predicted)));
    if (home > 0) absl::StrAppend(&text, " (", PercentText((home - predicted) / home), ")");
    return text;
  }

  const char* figure;
  int decisions = 0;
  double predicted = 0, home = 0;
};

// What accounting says of the jobs that count.
struct Accounted {
  void Add(const LogRecord& decision) {
    const std::optional<double> share = decision.Number({"ran_share"});
    if (!decision.Has({"ran_s"})) {
      ++unknown;
    } else if (decision.Has({"ended"}) && share.has_value()) {
      ++ended;
      const double grams = std::max(0.0, decision.Number({"chosen", "gross_g"}).value_or(0));
      ran += grams * *share;
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
  const char* outcome;
  const char* text;
} kNotCounted[] = {{"not-queued", "never queued (will-runs, or refused)"},
                   {"never-ran", "never ran"},
                   {"ran-elsewhere", "ran elsewhere than planned"},
                   {"ran-earlier", "ran earlier than planned"},
                   {"ran-longer", "ran longer than stated"}};

}  // namespace

std::string LogTotal(const std::vector<LogRecord>& decisions) {
  int placed = 0, in_shadow = 0, given_back = 0;
  std::map<std::string, int> not_counted;  // by outcome
  Sum attributional("gross_g"), consequential("consequential_g");
  Accounted accounted;
  for (const LogRecord& decision : decisions) {
    if (decision.Text({"outcome"}) == "placed") {
      ++placed;
      if (decision.Text({"mode"}) == "shadow") ++in_shadow;
    }
    if (decision.Has({"returned"})) ++given_back;
    if (const std::string why = WhyNotCounted(decision); !why.empty()) {
      ++not_counted[why];
      continue;
    }
    attributional.Add(decision);
    consequential.Add(decision);
    if (decision.Has({"chosen"})) accounted.Add(decision);
  }
  std::string text = absl::StrCat(
      decisions.size(), decisions.size() == 1 ? " decision, " : " decisions, ", placed, " placed");
  if (in_shadow > 0) absl::StrAppend(&text, " (", in_shadow, " in shadow: not carried out)");
  if (given_back > 0) absl::StrAppend(&text, ", ", given_back, " given back");
  for (const auto& why : kNotCounted) {
    const auto found = not_counted.find(why.outcome);
    if (found == not_counted.end()) continue;
    absl::StrAppend(&text, ", ", found->second, " ", why.text, ": not counted");
  }
  absl::StrAppend(&text, "; ", attributional.Text());
  // Unknown is not zero: the total says of how many it is.
  if (consequential.decisions > 0) {
    absl::StrAppend(&text, "\nconsequential (known for ", consequential.decisions, " of ",
                    attributional.decisions, "): ", consequential.Text());
  }
  return text + accounted.Text(attributional.decisions);
}

}  // namespace carbon
