// JobMarks finds the jobs of slurmctld's queue on which our plugin has decided, by the valid marks
// in their AdminComments (core/decision/admin_comment.h, core/decision/promise_book.h). Includes
// Slurm's headers.
#ifndef PLUGIN_CLIENT_JOB_MARKS_H_
#define PLUGIN_CLIENT_JOB_MARKS_H_

#include <slurm/slurm.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/decision/admin_comment.h"
#include "core/decision/promise_book.h"
#include "core/decision/seal.h"

namespace carbon {

class JobMarks {
 public:
  // Reads the cluster's seal from its StateSaveLocation, on the disk. If it cannot be read, the
  // seal of the last look, in `seal`, is used. If no plugin has made one yet, marks without a seal
  // count: they are of a version before the seal.
  JobMarks(const job_info_msg_t& jobs, const slurm_conf_t& settings, absl::Time now,
           std::optional<Seal>* seal, PromiseBook* promises);

  // Returns the mark of a job, by its index in job_array; nullptr: the job has no valid mark.
  const CarbonMark* Find(uint32_t index) const;

  // Returns whether marks can be judged at all. If not, no mark counts.
  bool are_known() const { return are_known_; }
  // Why marks cannot be judged, now or all the time; empty: they can.
  const std::string& trouble() const { return trouble_; }

 private:
  // Only few of the queue's jobs have a mark; in the queue's order.
  std::vector<std::pair<uint32_t, CarbonMark>> marks_;
  bool are_known_ = true;
  std::string trouble_;
};

}  // namespace carbon

#endif  // PLUGIN_CLIENT_JOB_MARKS_H_
