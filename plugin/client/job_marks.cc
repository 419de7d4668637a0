#include "plugin/client/job_marks.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/decision/seal.h"
#include "plugin/words/slurm_release.h"
#include "store/seal_file.h"

namespace carbon {
namespace {

absl::string_view Text(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

JobMarks::JobMarks(const job_info_msg_t& jobs, const slurm_conf_t& settings, absl::Time now,
                   std::optional<Seal>* seal, PromiseBook* promises) {
  absl::StatusOr<Seal> read =
      ReadSeal(std::string(Text(settings.state_save_location)),
               std::string(Text(settings.cluster_name)), {settings.slurm_user_id}, kAnyGroup);
  if (read.ok()) *seal = *std::move(read);
  const Seal* const known = seal->has_value() ? &**seal : nullptr;
  std::vector<MarkedJob> marked;
  std::vector<uint32_t> indices;
  int64_t other_seals = 0;
  for (uint32_t i = 0; i < jobs.record_count; ++i) {
    const slurm_job_info_t& job = jobs.job_array[i];
    MarksFound found = ReadMarks(Text(job.admin_comment), job.user_id, known);
    if (found.has_other_seal && found.marks.empty()) ++other_seals;
    for (CarbonMark& mark : found.marks) {
      marked.push_back(
          {JobIdOf(job), job.array_job_id, absl::FromTimeT(job.submit_time), std::move(mark)});
      indices.push_back(i);
    }
  }
  // If there is no key, there are no seals, unless the key was removed.
  const bool was_never_made = absl::IsNotFound(read.status()) && other_seals == 0;
  are_known_ = known != nullptr || was_never_made;
  if (!read.ok() && !(known == nullptr && was_never_made)) {
    trouble_ =
        absl::StrCat("seal: ", read.status().message(),
                     are_known_ ? "; the one read before does" : "; no placed job is watched");
  } else if (other_seals > 0) {
    trouble_ = absl::StrCat("seal: ", other_seals,
                            " jobs bear a false one, or of another key, and are not watched");
  }
  if (!are_known_) return;
  promises->Note(marked, known != nullptr ? known->made_at() : absl::InfiniteFuture(), now);
  for (size_t i = 0; i < marked.size(); ++i) {
    // Of several marks of a job the last one that is about it counts.
    if (!promises->IsAbout(marked[i])) continue;
    if (!marks_.empty() && marks_.back().first == indices[i]) {
      marks_.back().second = std::move(marked[i].mark);
    } else {
      marks_.emplace_back(indices[i], std::move(marked[i].mark));
    }
  }
}

const CarbonMark* JobMarks::Find(uint32_t index) const {
  const auto it = std::lower_bound(
      marks_.begin(), marks_.end(), index,
      [](const std::pair<uint32_t, CarbonMark>& mark, uint32_t i) { return mark.first < i; });
  return it != marks_.end() && it->first == index ? &it->second : nullptr;
}

}  // namespace carbon
