// The fields that scarbon log shows with --outcome, and the sums below them and by group. Pure.
#ifndef CLI_LOG_OUTCOME_FIELDS_H_
#define CLI_LOG_OUTCOME_FIELDS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "cli/log/fields.h"
#include "cli/log/logged_decision.h"
#include "cli/text/table.h"
#include "core/outcome/outcome.h"
#include "core/outcome/outcome_totals.h"

namespace carbon {

// Predicted and actual side by side.
inline constexpr char kOutcomeLogFormat[] =
    "id,jobid,user,job,move,start,actualstart,taskruntime,ran,intensity,actualintensity,kwh,"
    "actualkwh,energyby,co2e,actualco2e,saved,actualsaved,actualinterval,unknown";

// Empty cells if the decision has no outcome.
absl::Span<const LogField> OutcomeFields();

// `with_json`: JsonOf() is called later.
ShownOutcome ShownOf(const JobOutcome& outcome, bool with_json);

// Lines without the last newline: for how many decisions the outcome is known, their energy, and
// what they emitted and saved beside what was predicted; and why it is not known of others.
std::string OutcomeText(const OutcomeTotals& totals);

// Sums of outcomes for each combination of texts of some fields.
class OutcomeGroups {
 public:
  explicit OutcomeGroups(std::vector<const LogField*> fields) : fields_(std::move(fields)) {}
  void Add(const LoggedDecision& decision, const JobOutcome& outcome);

  // One line for each group, the largest saving first.
  Table ToTable() const;

 private:
  std::vector<const LogField*> fields_;
  std::map<std::vector<std::string>, OutcomeTotals> by_names_;
};

}  // namespace carbon

#endif  // CLI_LOG_OUTCOME_FIELDS_H_
