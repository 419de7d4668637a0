#include "bench/policies/joint_assignment.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

absl::Time Hour(int hour) { return absl::UnixEpoch() + absl::Hours(hour); }

// Whether the choices fit at every hour.
bool Fits(const std::vector<JointJob>& jobs, const std::vector<size_t>& chosen,
          const std::vector<int64_t>& capacity) {
  std::map<std::pair<size_t, absl::Time>, int64_t> used;
  for (size_t i = 0; i < jobs.size(); ++i) {
    const JointChoice& choice = jobs[i].choices[chosen[i]];
    for (absl::Time at = choice.run.start; at < choice.run.end; at += absl::Hours(1)) {
      if ((used[{choice.pool, at}] += jobs[i].amount) > capacity[choice.pool]) return false;
    }
  }
  return true;
}

// The least cost of all assignments; infinite where none fits.
double BruteForce(const std::vector<JointJob>& jobs, const std::vector<int64_t>& capacity) {
  std::vector<size_t> chosen(jobs.size(), 0);
  double least = std::numeric_limits<double>::infinity();
  while (true) {
    if (Fits(jobs, chosen, capacity)) {
      double cost = 0;
      for (size_t i = 0; i < jobs.size(); ++i) cost += jobs[i].choices[chosen[i]].cost;
      least = std::min(least, cost);
    }
    size_t i = 0;
    while (i < jobs.size() && ++chosen[i] == jobs[i].choices.size()) chosen[i++] = 0;
    if (i == jobs.size()) return least;
  }
}

TEST(SolveJointly, IsTheLeastOfAllAssignments) {
  std::mt19937 random(1);
  int infeasible = 0;
  for (int round = 0; round < 40; ++round) {
    const std::vector<int64_t> capacity = {2, 3};
    std::vector<JointJob> jobs(5);
    for (JointJob& job : jobs) {
      job.amount = 1 + random() % 3;
      for (int choice = 0; choice < 4; ++choice) {
        const int start = static_cast<int>(random() % 4);
        const int length = 1 + static_cast<int>(random() % 3);
        job.choices.push_back({random() % 2,
                               {Hour(start), Hour(start + length)},
                               static_cast<double>(1 + random() % 20)});
      }
    }
    const double least = BruteForce(jobs, capacity);
    const auto solution = SolveJointly(jobs, capacity, absl::Seconds(60));
    if (std::isinf(least)) {
      ++infeasible;
      EXPECT_TRUE(absl::IsFailedPrecondition(solution.status())) << solution.status();
      continue;
    }
    ASSERT_TRUE(solution.ok()) << solution.status();
    EXPECT_TRUE(solution->is_optimal);
    EXPECT_NEAR(solution->cost, least, 1e-6);
    EXPECT_NEAR(solution->bound, least, 1e-3);
    EXPECT_TRUE(Fits(jobs, solution->choices, capacity));
  }
  EXPECT_LT(infeasible, 20);
}

TEST(SolveJointly, AJobNeedsAChoice) {
  const auto solution = SolveJointly({JointJob()}, {1}, absl::Seconds(1));
  EXPECT_EQ(solution.status(), absl::InvalidArgumentError("job 0 has no choice"));
}

}  // namespace
}  // namespace carbon
