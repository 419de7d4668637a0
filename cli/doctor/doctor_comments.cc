// Checks whether another tool writes into the AdminComment of our jobs.
#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/doctor/foreign_comments.h"
#include "cli/process/child_process.h"

namespace carbon {
namespace {

constexpr std::streamoff kMaxTail = 1 << 20;
constexpr size_t kMaxJobs = 50;

// Returns the last bytes of a file; empty if it cannot be read.
std::string TailOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.tellg();
  if (!file || size <= 0) return "";
  std::string tail(static_cast<size_t>(std::min(size, kMaxTail)), '\0');
  file.seekg(size - static_cast<std::streamoff>(tail.size()));
  file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  tail.resize(static_cast<size_t>(file.gcount()));
  return tail;
}

}  // namespace

void CheckAdminComments(const DoctorOptions& options, const Installation& found, Checks* checks) {
  // Only the database has text that was written after a job's end.
  if (!found.config.has_value() ||
      !absl::StrContains(found.Setting("AccountingStorageType"), "slurmdbd")) {
    return;
  }
  const std::map<int64_t, std::string> decisions =
      DecisionsOfJobs(TailOf(found.config->daemon.paths.log), kMaxJobs);
  if (decisions.empty()) return;
  const std::string jobs = absl::StrJoin(
      decisions, ",", [](std::string* out, const auto& job) { absl::StrAppend(out, job.first); });
  const std::string slurm_conf =
      !options.slurm_conf.empty() ? options.slurm_conf : found.Setting("SLURM_CONF");
  const absl::StatusOr<std::string> shown =
      RunProgram({"env", "SLURM_CONF=" + slurm_conf, "sacct", "--noheader", "--parsable2",
                  "--allocations", "--format=JobIDRaw,State,AdminComment", "--jobs=" + jobs});
  if (!shown.ok()) return;  // the checks of slurmctld report what is wrong
  const std::string fact = DescribeForeignComments(decisions, *shown);
  if (fact.empty()) return;
  checks->Ok(FindingCode::kAdminCommentShared, "AdminComment",
             absl::StrCat("another tool writes there: ", fact,
                          "; carbon does not depend on it: the placement log names the jobs"));
}

}  // namespace carbon
