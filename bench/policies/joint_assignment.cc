#include "bench/policies/joint_assignment.h"

#include <coin/Cbc_C_Interface.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

using Model = std::unique_ptr<Cbc_Model, decltype(&Cbc_deleteModel)>;

// The columns are the jobs' choices, one after another.
struct Column {
  size_t job, choice;
};

// A pool is fullest where some run in it begins. An instant matters only where all that may run
// then would be too much.
std::vector<std::pair<std::vector<int>, std::vector<double>>> CapacityRows(
    const std::vector<JointJob>& jobs, const std::vector<Column>& columns, size_t pool,
    int64_t capacity) {
  std::set<absl::Time> begins;
  std::vector<int> in_pool;
  for (size_t i = 0; i < columns.size(); ++i) {
    const JointChoice& choice = jobs[columns[i].job].choices[columns[i].choice];
    if (choice.pool != pool || choice.run.end <= choice.run.start) continue;
    begins.insert(choice.run.start);
    in_pool.push_back(static_cast<int>(i));
  }
  std::vector<std::pair<std::vector<int>, std::vector<double>>> rows;
  for (const absl::Time at : begins) {
    std::pair<std::vector<int>, std::vector<double>> row;
    std::set<size_t> counted;
    int64_t most = 0;
    for (const int index : in_pool) {
      const Column& column = columns[static_cast<size_t>(index)];
      const TimeInterval& run = jobs[column.job].choices[column.choice].run;
      if (at < run.start || at >= run.end) continue;
      row.first.push_back(index);
      row.second.push_back(static_cast<double>(jobs[column.job].amount));
      if (counted.insert(column.job).second) most += jobs[column.job].amount;
    }
    if (most > capacity) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

absl::StatusOr<JointSolution> SolveJointly(const std::vector<JointJob>& jobs,
                                           const std::vector<int64_t>& capacity,
                                           absl::Duration limit) {
  const Model model(Cbc_newModel(), &Cbc_deleteModel);
  Cbc_setLogLevel(model.get(), 0);
  Cbc_setParameter(model.get(), "log", "0");
  std::vector<Column> columns;
  for (size_t job = 0; job < jobs.size(); ++job) {
    if (jobs[job].choices.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("job ", job, " has no choice"));
    }
    for (size_t choice = 0; choice < jobs[job].choices.size(); ++choice) {
      columns.push_back({job, choice});
      Cbc_addCol(model.get(), "", 0, 1, jobs[job].choices[choice].cost, /*isInteger=*/1, 0, nullptr,
                 nullptr);
    }
  }
  for (size_t first = 0; first < columns.size();) {
    std::vector<int> of_job;
    for (; first + of_job.size() < columns.size() &&
           columns[first + of_job.size()].job == columns[first].job;) {
      of_job.push_back(static_cast<int>(first + of_job.size()));
    }
    const std::vector<double> ones(of_job.size(), 1.0);
    Cbc_addRow(model.get(), "", static_cast<int>(of_job.size()), of_job.data(), ones.data(), 'E',
               1);
    first += of_job.size();
  }
  for (size_t pool = 0; pool < capacity.size(); ++pool) {
    for (const auto& [index, amount] : CapacityRows(jobs, columns, pool, capacity[pool])) {
      Cbc_addRow(model.get(), "", static_cast<int>(index.size()), index.data(), amount.data(), 'L',
                 static_cast<double>(capacity[pool]));
    }
  }
  Cbc_setMaximumSeconds(model.get(), absl::ToDoubleSeconds(limit));
  Cbc_solve(model.get());
  if (Cbc_isProvenInfeasible(model.get()) != 0) {
    return absl::FailedPreconditionError("there is no assignment");
  }
  constexpr double kNone = std::numeric_limits<double>::infinity();
  JointSolution result;
  // CBC's value before it has a bound is of this size.
  const double bound = Cbc_getBestPossibleObjValue(model.get());
  result.bound = bound > -1e40 ? bound : -kNone;
  const double* const solution = Cbc_bestSolution(model.get());
  if (solution == nullptr) {
    result.cost = kNone;
    return result;
  }
  result.choices.resize(jobs.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    if (solution[i] < 0.5) continue;
    result.choices[columns[i].job] = columns[i].choice;
    result.cost += jobs[columns[i].job].choices[columns[i].choice].cost;
  }
  result.is_optimal = Cbc_isProvenOptimal(model.get()) != 0;
  result.bound = std::min(result.cost, result.bound);
  return result;
}

}  // namespace carbon
