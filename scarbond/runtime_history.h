// What scarbond learns of runtimes: it asks accounting (sacct) for the jobs that ended, or, where
// there is no accounting, takes those that a look at the queue showed to have ended.
//
// Accounting is asked for the last 90 days at first, in pieces that it can answer soon, and then
// once an hour for what is new. Nothing is kept on disk: what is lost with this process is in
// accounting. sacct runs beside this process, whose user must be one that sees the jobs of all
// users (root, SlurmUser, an operator, or anybody where PrivateData does not hide them). Never
// blocks. One thread.
#ifndef SCARBOND_RUNTIME_HISTORY_H_
#define SCARBOND_RUNTIME_HISTORY_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/decision/seal.h"
#include "core/runtime/learnt_runtimes.h"
#include "core/runtime/runtime_learner.h"
#include "scarbond/background_program.h"
#include "scarbond/ended_jobs.h"

namespace carbon {

class RuntimeHistory {
 public:
  struct Options {
    std::string sacct;                              // the program; empty: the one in PATH
    absl::Duration span = RuntimeLearner::kMemory;  // of the past that is asked for
    absl::Duration period = absl::Hours(1);         // from one question to the next
    absl::Duration retry = absl::Minutes(5);        // after a question that failed
    // slurmctld tells slurmdbd a little later, and their clocks differ.
    absl::Duration lag = absl::Minutes(1);
    BackgroundProgram::Options program = {};
  };

  explicit RuntimeHistory(Options options);

  // Does what is due: collects an answer, learns from it, asks the next question. `seal` makes the
  // keys; without one (nullptr) nothing is learnt. With another seal everything is learnt anew.
  void Advance(absl::Time now, const Seal* seal);

  // Jobs that a look at the queue shows to have ended, those shown before included. They count only
  // while there is no accounting.
  void NoteEnded(const std::vector<AccountedJob>& jobs, const Seal* seal);

  // What was learnt, if that changed since it was last taken. Not while history is still read, and
  // of looks not more often than once in `retry`.
  std::optional<LearntRuntimes> TakeLearnt(absl::Time now);

  // Whether accounting has been asked and has not answered yet.
  bool is_asking() const { return program_ != nullptr; }
  // How many jobs were learnt from.
  int64_t jobs() const { return learner_.jobs(); }
  // Whether jobs come from looks at the queue because there is no accounting.
  bool is_without_accounting() const { return is_without_accounting_; }
  // Why accounting was not read, a fact; empty: it was.
  const std::string& trouble() const { return trouble_; }

 private:
  // Returns whether the keys were made with this seal.
  bool Knows(const Seal& seal) const { return ProbeOf(seal) == seal_probe_; }
  static std::string ProbeOf(const Seal& seal) { return seal.Of("runtime probe", 0); }
  void Ask(absl::Time now);
  void TakeAnswer(absl::Time now, const Seal& seal);
  void Learn(const AccountedJob& job, const Seal& seal);
  void TryLater(absl::Time now, const absl::Status& why);

  const Options options_;
  RuntimeLearner learner_;
  std::string seal_probe_;             // of the seal that made the keys
  std::optional<absl::Time> read_to_;  // accounting was read up to here
  absl::Duration slice_;               // of the past that is asked for at once
  absl::Time asked_from_, asked_to_;
  bool is_asked_to_now_ = false;
  std::unique_ptr<BackgroundProgram> program_;
  absl::Time due_ = absl::InfinitePast();
  bool is_caught_up_ = false;
  bool has_news_ = false;
  absl::Time taken_at_ = absl::InfinitePast();
  bool is_without_accounting_ = false;
  std::set<std::pair<absl::Time, uint32_t>> noted_;  // from looks: when a job ended, and its id
  std::string trouble_;
};

}  // namespace carbon

#endif  // SCARBOND_RUNTIME_HISTORY_H_
