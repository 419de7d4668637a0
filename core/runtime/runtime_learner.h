// RuntimeLearner learns from jobs that ended how long jobs run, as a share of their time limit.
//
// There are four levels: the cluster, the account, the user, and the user's job name. Each has a
// mean of the shares in which a job weighs the less the more jobs ended after it, and is drawn
// towards the level above it by a weight of a few jobs. The cluster is drawn towards the limit
// itself. So a name that was seen once counts for something, and one that was never seen is
// expected to run as its user's last jobs did.
//
//   RuntimeLearner learner;
//   learner.Learn({.keys = {"physics", "1000", "1000 train"},
//                  .end = end, .ran = absl::Hours(1), .limit = absl::Hours(10)});
//   learner.Expect({"physics", "1000", "1000 train"});   // {.share = 0.3, …, .jobs = 1}
//
// The spread is how far off the means were at the ends of earlier jobs: it is measured out of
// sample. docs/runtimes.md says how well both do on real logs. Only jobs that completed, or
// were stopped at their time limit, are to be learnt from: how long a job runs before it fails or
// is cancelled says nothing of the others.
//
// Memory is bounded. Deterministic, with the same bits everywhere. Not thread-safe; no I/O.
#ifndef CORE_RUNTIME_RUNTIME_LEARNER_H_
#define CORE_RUNTIME_RUNTIME_LEARNER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "core/runtime/expected_runtime.h"
#include "core/runtime/learnt_runtimes.h"

namespace carbon {

// A job, or one task of an array, that completed or was stopped at its time limit.
struct EndedJob {
  RuntimeKeys keys;
  absl::Time end;
  absl::Duration ran;
  absl::Duration limit;
};

class RuntimeLearner {
 public:
  // How long a user, an account or a name is remembered after its last job.
  static constexpr absl::Duration kMemory = absl::Hours(24 * 90);

  // `max_entries` of each level are kept; tests take fewer.
  explicit RuntimeLearner(size_t max_entries = LearntRuntimes::kMaxEntries)
      : max_entries_(max_entries) {}

  // Jobs are learnt from in the order in which they ended. One without a limit, or that ran for a
  // negative time, is ignored; one that ran beyond its limit counts as stopped there.
  void Learn(const EndedJob& job);

  // What is expected of a job. Without any job learnt from: the limit.
  ExpectedRuntime Expect(const RuntimeKeys& keys) const;

  // Everything, for a snapshot. Where a level has too many entries, those of the fewest jobs are
  // left out, and of these the oldest.
  LearntRuntimes Learnt() const;

  int64_t jobs() const { return cluster_.jobs; }

 private:
  struct Level {
    double weight = 0, shares = 0;        // of the mean
    double error_weight = 0, errors = 0;  // of the squared errors
    int64_t jobs = 0;
    absl::Time last = absl::InfinitePast();  // when the last of them ended
    // The level above it: a user's account by the last job, a name's user.
    std::string above;
  };
  using Levels = std::unordered_map<std::string, Level>;

  // The mean and the variance of a job's share, as far as a level knows them.
  struct Belief {
    double share, variance;
  };

  // What a level believes, given the belief of the level above it. nullptr: it knows nothing.
  static Belief Refine(const Belief& above, RuntimeLevel which, const Level* level);
  // Notes one job, of which the level had believed this.
  static void Add(double share, const Belief& believed, RuntimeLevel which, absl::Time end,
                  Level* level);

  Belief OfCluster() const;
  Belief OfAccount(const std::string& account) const;
  Belief OfUser(const std::string& user, const std::string& account) const;

  bool IsForgotten(const Level& level) const { return level.last < newest_ - kMemory; }
  // The entries to keep, in no order.
  std::vector<const Levels::value_type*> Kept(const Levels& levels) const;
  void Bound(Levels* levels) const;

  size_t max_entries_;
  absl::Time newest_ = absl::InfinitePast();
  Level cluster_;
  Levels accounts_, users_, names_;
};

}  // namespace carbon

#endif  // CORE_RUNTIME_RUNTIME_LEARNER_H_
