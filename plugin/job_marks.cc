#include "plugin/job_marks.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/seal.h"
#include "plugin/slurm_release.h"

namespace carbon {
namespace {

absl::string_view Text(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

JobMarks::JobMarks(const job_info_msg_t& jobs, const slurm_conf_t& settings, absl::Time now,
                   PromiseBook* promises)
    : marks_(jobs.record_count) {
  const absl::StatusOr<Seal> seal =
      ReadSeal(std::string(Text(settings.state_save_location)),
               std::string(Text(settings.cluster_name)), {settings.slurm_user_id});
  if (!seal.ok() && !absl::IsNotFound(seal.status())) {
    trouble_ = absl::StrCat("seal: ", seal.status().message(), "; no placed job is watched");
    return;
  }
  std::vector<MarkedJob> marked;
  std::vector<uint32_t> indices;
  for (uint32_t i = 0; i < jobs.record_count; ++i) {
    const slurm_job_info_t& job = jobs.job_array[i];
    for (CarbonMark& mark :
         ReadMarks(Text(job.admin_comment), job.user_id, seal.ok() ? &*seal : nullptr)) {
      marked.push_back(
          {JobIdOf(job), job.array_job_id, absl::FromTimeT(job.submit_time), std::move(mark)});
      indices.push_back(i);
    }
  }
  promises->Note(marked, seal.ok() ? seal->made_at() : absl::InfiniteFuture(), now);
  for (size_t i = 0; i < marked.size(); ++i) {
    if (promises->IsAbout(marked[i])) marks_[indices[i]] = std::move(marked[i].mark);
  }
}

}  // namespace carbon
