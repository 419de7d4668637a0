#include "bench/placement/report.h"

#include <cmath>
#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "replay/block_bootstrap.h"

namespace carbon {
namespace {

using Cells = std::vector<std::string>;

// The first `text_columns` columns are words, the others are numbers.
class MarkdownText {
 public:
  MarkdownText(const Cells& titles, size_t text_columns) {
    AddRow(titles);
    absl::StrAppend(&text_, "|");
    for (size_t i = 0; i < titles.size(); ++i) {
      absl::StrAppend(&text_, i < text_columns ? "---|" : "--:|");
    }
    absl::StrAppend(&text_, "\n");
  }
  void AddRow(const Cells& cells) {
    absl::StrAppend(&text_, "| ", absl::StrJoin(cells, " | "), " |\n");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string Percent(double share, int digits) {
  return std::isnan(share) ? "-" : absl::StrFormat("%.*f", digits, 100 * share);
}

std::string WithInterval(double share, const BootstrapInterval& interval, int digits) {
  return absl::StrFormat("%+.*f (%+.*f to %+.*f)", digits, 100 * share, digits, 100 * interval.low,
                         digits, 100 * interval.high);
}

std::string Hours(absl::Duration duration) { return absl::StrCat(absl::ToInt64Hours(duration)); }

std::string CellName(const StudyCell& cell) {
  return absl::StrCat(Hours(cell.runtime), "/", Hours(cell.slack));
}

std::string FederationName(const StudyPlan& plan, const StudyCell& cell) {
  return absl::StrJoin(plan.federations[cell.federation], " ");
}

Cells Titles(Cells first, const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) first.push_back(rule.name);
  return first;
}

// Visits the cells of each runtime and slack in turn; their rows are adjacent, by federation.
void ForEachGroup(const StudyPlan& plan, const StudyResult& result,
                  const std::function<void(const std::vector<const StudyCell*>&)>& visit) {
  for (const absl::Duration slack : plan.slacks) {
    for (const absl::Duration runtime : plan.runtimes) {
      std::vector<const StudyCell*> group;
      for (const StudyCell& cell : result.cells) {
        if (cell.runtime == runtime && cell.slack == slack) group.push_back(&cell);
      }
      visit(group);
    }
  }
}

// Returns sums by block, over all cells or those of one federation.
std::vector<RuleSums> Pooled(const StudyResult& result, size_t rule,
                             std::optional<size_t> federation = std::nullopt) {
  std::vector<RuleSums> blocks;
  for (const StudyCell& cell : result.cells) {
    if (federation.has_value() && cell.federation != *federation) continue;
    blocks.resize(cell.blocks.size());
    for (size_t i = 0; i < blocks.size(); ++i) blocks[i] += cell.blocks[i].rules[rule];
  }
  return blocks;
}

RuleSums Total(const std::vector<RuleSums>& blocks) {
  RuleSums total;
  for (const RuleSums& block : blocks) total += block;
  return total;
}

// If a rule hardly shifts a job, there is nothing to count.
constexpr size_t kFirstBin = 5;

Cells CalibrationTitles() {
  Cells titles = {"realised less stated, by stated probability"};
  for (size_t bin = kFirstBin; bin < RuleSums::kBins; ++bin) {
    titles.push_back(bin + 1 < RuleSums::kBins ? absl::StrFormat(".%d-.%d", bin, bin + 1)
                                               : absl::StrFormat(".%d-1", bin));
  }
  return titles;
}

Cells CalibrationRow(const std::string& name, const std::vector<RuleSums>& blocks) {
  const RuleSums total = Total(blocks);
  Cells row = {name};
  for (size_t bin = kFirstBin; bin < RuleSums::kBins; ++bin) {
    const auto gap = [bin](const RuleSums& sums) {
      const StatedSums& alike = sums.by_stated[bin];
      return (alike.saved - alike.stated) / alike.jobs;
    };
    const double jobs = total.by_stated[bin].jobs;
    row.push_back(jobs == 0 ? "-"
                            : absl::StrFormat(
                                  "%s of %.0f",
                                  WithInterval(gap(total), BlockBootstrap(blocks, gap), 1), jobs));
  }
  return row;
}

}  // namespace

std::string SavingTable(const StudyPlan& plan, const StudyResult& result) {
  MarkdownText table(Titles({"job/slack, h", "federation", "static best", "oracle"}, plan.rules),
                     2);
  ForEachGroup(plan, result, [&](const std::vector<const StudyCell*>& group) {
    for (const StudyCell* cell : group) {
      const CellSums total = cell->Total();
      Cells row = {CellName(*cell), FederationName(plan, *cell),
                   Percent(SavedShare(total.static_best, total.at_home), 1),
                   Percent(SavedShare(total.oracle, total.at_home), 1)};
      for (const RuleSums& rule : total.rules) {
        row.push_back(absl::StrCat(Percent(SavedShare(rule.emitted, total.at_home), 1), " (",
                                   Percent(OracleShare(rule.emitted, total), 0), ")"));
      }
      table.AddRow(row);
    }
  });
  return table.text();
}

std::string DifferenceTable(const StudyPlan& plan, const StudyResult& result) {
  MarkdownText table(Titles({"job/slack, h", "federation"}, plan.rules), 2);
  ForEachGroup(plan, result, [&](const std::vector<const StudyCell*>& group) {
    for (const StudyCell* cell : group) {
      const CellSums total = cell->Total();
      Cells row = {CellName(*cell), FederationName(plan, *cell)};
      for (size_t rule = 0; rule < plan.rules.size(); ++rule) {
        const auto difference = [rule](const CellSums& sums) {
          return (sums.static_best - sums.rules[rule].emitted) / sums.at_home;
        };
        const BootstrapInterval interval = BlockBootstrap(cell->blocks, difference);
        const std::string text = WithInterval(difference(total), interval, 2);
        row.push_back(interval.high < 0 ? absl::StrCat("**", text, "**") : text);
      }
      table.AddRow(row);
    }
  });
  return table.text();
}

std::string MeanShareTable(const StudyPlan& plan, const StudyResult& result) {
  MarkdownText table({"job/slack, h", "rule", "share of the oracle", "jobs shifted",
                      "of these worse than at home", "harm"},
                     2);
  ForEachGroup(plan, result, [&](const std::vector<const StudyCell*>& group) {
    for (size_t rule = 0; rule < plan.rules.size() && !group.empty(); ++rule) {
      double share = 0;
      RuleSums sums;
      for (const StudyCell* cell : group) {
        const CellSums total = cell->Total();
        share += OracleShare(total.rules[rule].emitted, total);
        sums += total.rules[rule];
      }
      table.AddRow({CellName(*group.front()), plan.rules[rule].name,
                    Percent(share / static_cast<double>(group.size()), 1),
                    Percent(sums.shifted / sums.jobs, 1), Percent(sums.worse / sums.shifted, 1),
                    Percent(sums.harm / sums.shifted_at_home, 2)});
    }
  });
  return table.text();
}

std::string ZoneTable(const StudyPlan& plan, const StudyResult& result) {
  Cells runtimes;
  for (const absl::Duration runtime : plan.runtimes) runtimes.push_back(Hours(runtime));
  MarkdownText table(
      Titles({absl::StrCat("zone; jobs of ", absl::StrJoin(runtimes, "/"), " h")}, plan.rules), 1);
  std::vector<std::vector<double>> means(plan.rules.size(),
                                         std::vector<double>(plan.runtimes.size()));
  const auto zones = static_cast<double>(result.cells.size()) /
                     static_cast<double>(plan.runtimes.size() * plan.slacks.size());
  for (size_t first = 0; first < result.cells.size(); first += plan.runtimes.size()) {
    Cells row = {FederationName(plan, result.cells[first])};
    for (size_t rule = 0; rule < plan.rules.size(); ++rule) {
      Cells shares;
      for (size_t runtime = 0; runtime < plan.runtimes.size(); ++runtime) {
        const CellSums total = result.cells[first + runtime].Total();
        const double share = OracleShare(total.rules[rule].emitted, total);
        means[rule][runtime] += share / zones;
        shares.push_back(Percent(share, 0));
      }
      row.push_back(absl::StrJoin(shares, "/"));
    }
    table.AddRow(row);
  }
  Cells row = {"mean"};
  for (const std::vector<double>& shares : means) {
    row.push_back(absl::StrJoin(shares, "/", [](std::string* out, double share) {
      absl::StrAppend(out, Percent(share, 0));
    }));
  }
  table.AddRow(row);
  return table.text();
}

std::string WorseTable(const StudyPlan& plan, const StudyResult& result) {
  MarkdownText table({"rule", "jobs shifted", "worse than at home", "so said the scenarios"}, 1);
  for (size_t rule = 0; rule < plan.rules.size(); ++rule) {
    const RuleSums total = Total(Pooled(result, rule));
    double stated = 0;
    for (const StatedSums& bin : total.by_stated) stated += bin.stated;
    table.AddRow({plan.rules[rule].name, Percent(total.shifted / total.jobs, 1),
                  Percent(total.worse / total.shifted, 1), Percent(1 - stated / total.shifted, 1)});
  }
  return table.text();
}

std::string CalibrationTable(const StudyPlan& plan, const StudyResult& result) {
  MarkdownText table(CalibrationTitles(), 1);
  for (size_t rule = 0; rule < plan.rules.size(); ++rule) {
    table.AddRow(CalibrationRow(plan.rules[rule].name, Pooled(result, rule)));
  }
  return table.text();
}

std::string CalibrationByFederation(const StudyPlan& plan, const StudyResult& result, size_t rule) {
  MarkdownText table(CalibrationTitles(), 1);
  for (size_t i = 0; i < plan.federations.size(); ++i) {
    const std::vector<RuleSums> blocks = Pooled(result, rule, i);
    if (blocks.empty()) continue;
    table.AddRow(CalibrationRow(absl::StrJoin(plan.federations[i], " "), blocks));
  }
  return table.text();
}

std::string TraceTable(const std::vector<Rule>& rules, const std::vector<TraceRow>& rows) {
  MarkdownText table(Titles({"zone", "oracle"}, rules), 1);
  for (const TraceRow& row : rows) {
    Cells cells = {row.zone, absl::StrFormat("%.3f", row.result.oracle)};
    for (const double emitted : row.result.rules) cells.push_back(absl::StrFormat("%.3f", emitted));
    table.AddRow(cells);
  }
  return table.text();
}

std::string KeptFitsTable(const StudyPlan& plan, const KeptFitsComparison& comparison) {
  MarkdownText table({"job/slack, h", "federation", "published", "replay", "difference, points"},
                     2);
  const size_t rule = plan.rules.size() - 1;
  for (size_t i = 0; i < comparison.published.cells.size(); ++i) {
    const StudyCell& published = comparison.published.cells[i];
    const StudyCell& kept = comparison.kept.cells[i];
    struct PairSums {
      CellSums published, kept;
      PairSums& operator+=(const PairSums& other) {
        published += other.published;
        kept += other.kept;
        return *this;
      }
    };
    std::vector<PairSums> blocks;
    PairSums total;
    for (size_t block = 0; block < published.blocks.size(); ++block) {
      blocks.push_back({published.blocks[block], kept.blocks[block]});
      total += blocks.back();
    }
    const auto difference = [rule](const PairSums& sums) {
      return OracleShare(sums.kept.rules[rule].emitted, sums.kept) -
             OracleShare(sums.published.rules[rule].emitted, sums.published);
    };
    table.AddRow({CellName(published), FederationName(plan, published),
                  Percent(OracleShare(total.published.rules[rule].emitted, total.published), 1),
                  Percent(OracleShare(total.kept.rules[rule].emitted, total.kept), 1),
                  WithInterval(difference(total), BlockBootstrap(blocks, difference), 1)});
  }
  return table.text();
}

std::string Notes(const StudyPlan& plan, const StudyResult& result) {
  std::string text;
  for (size_t i = 0; i < plan.federations.size(); ++i) {
    if (result.static_best[i].empty() || plan.federations[i].size() == 1) continue;
    absl::StrAppend(&text, text.empty() ? "\nStatic best, by the year before: " : ", ",
                    result.static_best[i], " of ", absl::StrJoin(plan.federations[i], " "));
  }
  if (!text.empty()) absl::StrAppend(&text, ".\n");
  for (const std::string& line : result.left_out) {
    absl::StrAppend(&text, "\nLeft out: ", line, ".\n");
  }
  return text;
}

}  // namespace carbon
