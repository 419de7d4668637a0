// JobFigures knows what the jobs in the queue are predicted to draw and to emit: it follows the
// placement log and keeps the figures of the decisions whose jobs the queue shows. Blocks on the
// disk. One thread.
//
//   JobFigures figures(paths.log);
//   while (…) {
//     figures.Look(look.decided, now).IgnoreError();
//     Show(figures.jobs());
//   }
//
// The figures are those of the plan that took effect, of the whole job with all tasks and all of
// its time, as the decision recorded them: attributional and location-based, PUE included. A job
// that was left alone has no plan, and is not among them. Neither is one whose decision was logged
// before the log's last rotation, or longer than kShownWithin before the queue showed its job.
#ifndef SCARBOND_JOB_FIGURES_H_
#define SCARBOND_JOB_FIGURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/decision/cluster_look.h"
#include "core/record/log_entry.h"
#include "store/log_follower.h"

namespace carbon {

struct JobFigure {
  uint32_t job_id = 0;  // of an array, that of the array
  std::string pool;
  bool runs = false;  // or a task of it does; otherwise it waits
  KilowattHours energy;
  GramsCo2e emission;

  friend bool operator==(const JobFigure&, const JobFigure&) = default;
};

class JobFigures {
 public:
  // A decision is forgotten if the queue has not shown its job after this time.
  static constexpr absl::Duration kShownWithin = absl::Minutes(10);
  // The most that is read of the log per look.
  static constexpr int64_t kMaxBytesPerLook = 8 << 20;

  explicit JobFigures(std::string log) : follower_(std::move(log)) {}

  // Reads what was added to the log, and finds the figures of the jobs that the queue shows now.
  // Returns why the log cannot be read; the figures are then those known before.
  absl::Status Look(const std::vector<DecidedInQueue>& queue, absl::Time now);

  // By their numbers.
  const std::vector<JobFigure>& jobs() const { return jobs_; }
  const std::string& log() const { return follower_.path(); }

 private:
  struct Use {
    std::string pool;  // empty: not known
    KilowattHours energy;
    GramsCo2e emission;
  };
  struct Figures {
    absl::Time decided;
    Use home, placed;     // `placed` only if the plan was carried out
    uint32_t job_id = 0;  // as the log names it; 0: not yet
    bool was_restored = false;
  };

  void Visit(const LogEntry& entry, const std::map<std::string, DecidedInQueue>& queue,
             absl::Time now);

  LogFollower follower_;
  std::map<std::string, Figures> decisions_;  // by id
  std::vector<JobFigure> jobs_;
};

}  // namespace carbon

#endif  // SCARBOND_JOB_FIGURES_H_
