// The keys by which the snapshot's runtimes part recognises a job
// (core/runtime/learnt_runtimes.h).
//
// Keys are hashes with the cluster's seal as their key (core/decision/seal.h). Only SlurmUser, root
// and a configured publisher can read that key, and no part contains it. So somebody who finds a
// copy of the part, in a backup or an archive, cannot read names of users, accounts and jobs there,
// and cannot guess them from a list of likely ones. The part does not hide them from those three,
// who see them in the queue. It does not hide how many names there are, and how long their jobs
// run.
//
// Pure; no I/O.
#ifndef CORE_DECISION_RUNTIME_KEYS_H_
#define CORE_DECISION_RUNTIME_KEYS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/admission/admission.h"
#include "core/decision/seal.h"
#include "core/job/job.h"
#include "core/runtime/expected_runtime.h"

namespace carbon {

// An empty account or name has an empty key. Only the first line of a name counts, up to 128 bytes:
// accounting may not return more of it.
RuntimeKeys RuntimeKeysOf(uint32_t user_id, absl::string_view account, absl::string_view name,
                          const Seal& seal);

// The same of a job. If it names no account, its user's default account counts, if `rules` know it.
RuntimeKeys RuntimeKeysOf(const JobRequest& job, const AdmissionRules& rules, const Seal& seal);

}  // namespace carbon

#endif  // CORE_DECISION_RUNTIME_KEYS_H_
