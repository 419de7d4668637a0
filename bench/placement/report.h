// Formats the results of studies as Markdown tables. Shares are printed in percent. Pure; no I/O.
#ifndef BENCH_PLACEMENT_REPORT_H_
#define BENCH_PLACEMENT_REPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "bench/placement/kept_fits.h"
#include "bench/placement/study.h"
#include "bench/placement/trace_study.h"

namespace carbon {

// By cell: what static best, oracle and each rule save against running at once at home. Each rule's
// share of what the oracle adds over static best is in brackets.
std::string SavingTable(const StudyPlan& plan, const StudyResult& result);

// By cell: what each rule saves beyond static best, in percentage points, with the bootstrap's 95%
// interval. A rule that is significantly below static best is marked.
std::string DifferenceTable(const StudyPlan& plan, const StudyResult& result);

// By runtime and slack: each rule's share of the oracle, as the mean over the federations; the
// share of the shifted jobs that end worse than at home; and by how much, in percent of what all
// shifted jobs would have emitted at home.
std::string MeanShareTable(const StudyPlan& plan, const StudyResult& result);

// By federation of one zone: each rule's share of the oracle, by runtime, and the mean.
std::string ZoneTable(const StudyPlan& plan, const StudyResult& result);

// By rule, over all cells: the share of the shifted jobs that emit more than at home, and the share
// that their scenarios predicted.
std::string WorseTable(const StudyPlan& plan, const StudyResult& result);

// By rule and stated probability, over all cells: realised minus stated, in percentage points, with
// the bootstrap's 95% interval.
std::string CalibrationTable(const StudyPlan& plan, const StudyResult& result);
// The same for one rule, by index, separately for each federation.
std::string CalibrationByFederation(const StudyPlan& plan, const StudyResult& result, size_t rule);

struct TraceRow {
  std::string zone;
  TraceResult result;
};
std::string TraceTable(const std::vector<Rule>& rules, const std::vector<TraceRow>& rows);

// By cell, for the plan's last rule: its share of the oracle by published forecasts and by those of
// a replay, and the difference in percentage points, with the bootstrap's 95% interval.
std::string KeptFitsTable(const StudyPlan& plan, const KeptFitsComparison& comparison);

// Returns the static best site of each federation, and a line with the reason for each federation
// that was left out.
std::string Notes(const StudyPlan& plan, const StudyResult& result);

}  // namespace carbon

#endif  // BENCH_PLACEMENT_REPORT_H_
