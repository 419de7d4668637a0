// Which jobs of slurmctld's queue our plugin has decided on, by the marks in their AdminComments
// that count (core/decision/admin_comment.h, core/decision/promise_book.h). Includes Slurm's
// headers.
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
  // Reads the cluster's seal from its StateSaveLocation, on the disk; where it cannot be read, that
  // of the look before in `seal` does. Where no plugin has made one yet, marks without a seal
  // count: they are of a version before it.
  JobMarks(const job_info_msg_t& jobs, const slurm_conf_t& settings, absl::Time now,
           std::optional<Seal>* seal, PromiseBook* promises);

  // Of a job of job_array, by its index; nullptr: none that counts.
  const CarbonMark* Find(uint32_t index) const;

  // Whether marks can be judged at all. Else none counts.
  bool are_known() const { return are_known_; }
  // What keeps marks from being judged, now or all the time; empty: nothing.
  const std::string& trouble() const { return trouble_; }

 private:
  // Of few of the queue's jobs, in its order.
  std::vector<std::pair<uint32_t, CarbonMark>> marks_;
  bool are_known_ = true;
  std::string trouble_;
};

}  // namespace carbon

#endif  // PLUGIN_CLIENT_JOB_MARKS_H_
