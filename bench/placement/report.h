// What studies found, as Markdown tables. Shares are printed in percent. Pure; no I/O.
#ifndef BENCH_PLACEMENT_REPORT_H_
#define BENCH_PLACEMENT_REPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "bench/placement/study.h"
#include "bench/placement/trace_study.h"

namespace carbon {

// By cell: what static best, oracle and each rule save against running at once at home, and in
// brackets each rule's share of what the oracle adds over static best.
std::string SavingTable(const StudyPlan& plan, const StudyResult& result);

// By cell: what each rule saves beyond static best, in points, with the bootstrap's 95% interval. A
// rule that is below static best for certain is marked.
std::string DifferenceTable(const StudyPlan& plan, const StudyResult& result);

// By runtime and slack: each rule's share of the oracle, the mean over the federations; the share
// of the shifted jobs that end worse than at home, and by how much, in percent of what all shifted
// jobs would have emitted at home.
std::string MeanShareTable(const StudyPlan& plan, const StudyResult& result);

// By federation of one zone: each rule's share of the oracle, by runtime, and their mean.
std::string ZoneTable(const StudyPlan& plan, const StudyResult& result);

// By rule, over all cells: the share of the shifted jobs that emit more than at home, and the share
// that their scenarios said.
std::string WorseTable(const StudyPlan& plan, const StudyResult& result);

// By rule and stated probability, over all cells: realised less stated, in points, with the
// bootstrap's 95% interval.
std::string CalibrationTable(const StudyPlan& plan, const StudyResult& result);
// The same of one rule, by index, for each federation by itself.
std::string CalibrationByFederation(const StudyPlan& plan, const StudyResult& result, size_t rule);

struct TraceRow {
  std::string zone;
  TraceResult result;
};
std::string TraceTable(const std::vector<Rule>& rules, const std::vector<TraceRow>& rows);

// The static best site of each federation, and a line for each federation that was left out, with
// the reason.
std::string Notes(const StudyPlan& plan, const StudyResult& result);

}  // namespace carbon

#endif  // BENCH_PLACEMENT_REPORT_H_
