// scarbond's own file of the jobs that it has restored (core/decision/restored_jobs.h). It is
// scarbond-restored.json, next to the snapshot. No other program needs to read it.
//
//   {"v": 1, "jobs": [
//     {"decision": "3f9c21aa04d7be15-42", "job_id": 17, "newest_task": 0, "is_done": true,
//      "asked_at": 1795600000},
//     {…, "is_done": false, "user_id": 1000, "pool": "oslo", "placed_in": "oslo",
//      "planned": 1795610000, "reason": "its pool is down", "latest_safe_start": null,
//      "expected_start": null, "partitions": ["frankfurt", "oslo"], "pool_is_behind": true,
//      "begin": 1795600000, "time_limit_s": null, "time_min_s": null}]}
//
// Times are whole seconds since 1970.
#ifndef STORE_RESTORED_JOBS_FILE_H_
#define STORE_RESTORED_JOBS_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/decision/restored_jobs.h"
#include "store/file.h"

namespace carbon {

std::string RestoredJobsPath(absl::string_view snapshot_folder);

std::string SerializeRestoredJobs(const std::vector<RestoredJob>& jobs);
// Returns InvalidArgument for another version, and DataLoss, with the message "/jobs/0/job_id:
// fact", for anything else that SerializeRestoredJobs would not write. Unknown fields are ignored.
absl::StatusOr<std::vector<RestoredJob>> ParseRestoredJobs(absl::string_view text);

// Both block on the disk. Reading returns an empty list if the file does not exist;
// PermissionDenied for a file that belongs to neither root nor this process's user, or that others
// may write; ResourceExhausted above kMaxRestoredBytes; InvalidArgument and DataLoss as above. The
// message names the file.
inline constexpr int64_t kMaxRestoredBytes = 64 << 20;
absl::StatusOr<std::vector<RestoredJob>> ReadRestoredJobs(const std::string& path);
absl::Status WriteRestoredJobs(const std::string& path, const std::vector<RestoredJob>& jobs,
                               const FileAccess& access);

}  // namespace carbon

#endif  // STORE_RESTORED_JOBS_FILE_H_
