// Sums over decisions, in total and by group. A decision is added once and not kept, so that a
// million of them take no memory. Pure.
#ifndef CLI_LOG_TOTALS_H_
#define CLI_LOG_TOTALS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/log/fields.h"
#include "cli/log/logged_decision.h"
#include "cli/text/table.h"
#include "core/base/quantities.h"

namespace carbon {

// The prediction and the emission at home, in one figure.
struct FigureSum {
  using FigureOf = std::optional<GramsCo2e> (*)(const PlanSummary&);
  explicit FigureSum(FigureOf figure_of) : figure(figure_of) {}

  // Adds the decision if both are known. A job that was given back emits as at home.
  void Add(const LoggedDecision& decision);
  double saved() const { return home - predicted; }
  std::string Text() const;

  FigureOf figure;
  int64_t decisions = 0;
  double predicted = 0, home = 0;  // grams
};

// A restored job counts as at home: it runs where it would have run. A decision does not count if
// its job never was in the queue, never ran, was moved or started early by a later change of the
// job, or ran longer than its user stated: nobody predicted what the job emitted.
class LogTotals {
 public:
  LogTotals();
  void Add(const LoggedDecision& decision);

  // One to four lines without the last newline: how many decisions, what they were predicted to
  // emit and save, and what accounting says of their jobs.
  std::string Text() const;

 private:
  int64_t decisions_ = 0, placed_ = 0, in_shadow_ = 0, exempt_ = 0, given_back_ = 0;
  std::map<NotCounted, int64_t> not_counted_;
  FigureSum attributional_, consequential_;
  // Of the jobs that count: what accounting says.
  int64_t ended_ = 0, unknown_ = 0;
  double ran_ = 0, predicted_ = 0;  // grams
};

// Sums for each combination of texts of some fields. A group whose decisions do not count has none.
class LogGroups {
 public:
  explicit LogGroups(std::vector<const LogField*> fields) : fields_(std::move(fields)) {}
  void Add(const LoggedDecision& decision);

  // One line for each group, the largest saving first.
  Table ToTable() const;

 private:
  struct Group {
    Group();
    int64_t decisions = 0, placed = 0, given_back = 0, not_counted = 0;
    FigureSum attributional, consequential;
  };
  std::vector<const LogField*> fields_;
  std::map<std::vector<std::string>, Group> by_names_;
};

}  // namespace carbon

#endif  // CLI_LOG_TOTALS_H_
