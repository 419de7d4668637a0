// Answers what scarbon on another machine asks for (core/query/query.h): from the files of this
// one, and only as far as the asker may see them. Blocks on the disk. Thread-safe.
#ifndef SCARBOND_QUERY_ANSWER_H_
#define SCARBOND_QUERY_ANSWER_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/config/daemon_config.h"
#include "core/query/query.h"

namespace carbon {

struct Asker {
  uid_t user = 0;
  // Root, SlurmUser, and Slurm's operators and administrators. Others see their own jobs.
  bool sees_all_jobs = false;
};

// No answer is longer.
inline constexpr int64_t kMaxAnswerBytes = int64_t{64} << 20;

// Takes the next bytes of the answer, or none if nothing was sent for long. If it returns an error,
// the answer ends there.
using SendBytes = std::function<absl::Status(absl::string_view)>;

// Sends the answer. `notes` gets lines for the user. An error is for the user too, and says what to
// do where there is something to do:
//   NotFound           there is no such file, and so there is nothing to show yet
//   PermissionDenied   nobody may see it on another machine
//   ResourceExhausted  the answer would be longer than kMaxAnswerBytes
//
//   kManifest, kPart  for everybody; of the parts, those that are not private
//   kRecords   the decisions of the span about the asker's own jobs, or about all jobs, and the
//              events of these decisions. Records that are lost or cannot be read are shown only to
//              those who see all jobs.
absl::Status AnswerQuery(const DaemonConfig& config, const Asker& asker, const Query& query,
                         const SendBytes& send, std::vector<std::string>* notes);

}  // namespace carbon

#endif  // SCARBOND_QUERY_ANSWER_H_
