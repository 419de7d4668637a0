// Where and when many jobs run if all are decided on together: the least emission within the pools'
// capacity, by a mixed-integer program that COIN-OR's CBC solves. It is a bound for whoever decides
// one by one, and says what a joint decision would be worth.
//
//   minimise    sum of the cost of each job's choice
//   such that   each job has one choice, and at no instant the choices that run in a pool take more
//               than it has
//
// CBC is a dependency of benchmarks and tests only. Pure but for the processor's time, which a
// solution within a limit depends on. One thread.
#ifndef BENCH_POLICIES_JOINT_ASSIGNMENT_H_
#define BENCH_POLICIES_JOINT_ASSIGNMENT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/resources.h"

namespace carbon {

// One way to run a job.
struct JointChoice {
  size_t pool = 0;
  TimeInterval run;
  double cost = 0;  // in any unit; finite
};

struct JointJob {
  int64_t amount = 1;  // of what a pool has, throughout the run
  std::vector<JointChoice> choices;
};

struct JointSolution {
  double cost = 0;              // of the best assignment found; infinite: none was found in time
  double bound = 0;             // no assignment costs less; -infinite: none was proven in time
  bool is_optimal = false;      // it is proven that there is no better one
  std::vector<size_t> choices;  // by job; empty: no assignment was found in time
};

// Solves within `limit` of processor time. InvalidArgument for a job without a choice;
// FailedPrecondition if it is proven that there is no assignment.
absl::StatusOr<JointSolution> SolveJointly(const std::vector<JointJob>& jobs,
                                           const std::vector<int64_t>& capacity,
                                           absl::Duration limit);

}  // namespace carbon

#endif  // BENCH_POLICIES_JOINT_ASSIGNMENT_H_
