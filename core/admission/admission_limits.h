// The limits of associations and QOS: which of them apply to a job in a partition, and whether any
// could stop it there that would not stop it at home. Only core/admission/admission.cc uses this
// header. Pure; no I/O.
#ifndef CORE_ADMISSION_ADMISSION_LIMITS_H_
#define CORE_ADMISSION_ADMISSION_LIMITS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/admission/admission.h"
#include "core/reason/reason.h"

namespace carbon {

// Returns an index into AdmissionRules::qos, or -1.
int32_t FindQos(const AdmissionRules& rules, absl::string_view name);

// Returns a * b for amounts that are not negative. The result is at most a number that no cluster
// reaches.
int64_t SaturatingMultiply(int64_t a, int64_t b);

// Returns why a limit could refuse or delay the job `there` although none did `here`. Absent: no
// limit could. Every limit that applies there must be one of these:
//   - a limit that also applies here: the same usage counts, and the job counts as much;
//   - a limit that depends on the job alone, and the job is within it.
std::optional<Reason> LimitsUnproven(const JobRequest& job, absl::Duration limit,
                                     const AdmissionRules& rules, const JobStanding& here,
                                     const JobStanding& there);

}  // namespace carbon

#endif  // CORE_ADMISSION_ADMISSION_LIMITS_H_
