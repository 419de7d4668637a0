// The limits of associations and QOS, for core/admission/admission.cc alone: which of them hold for
// a job in a partition, and whether any could stop it there that would not at home. Pure; no I/O.
#ifndef CORE_ADMISSION_ADMISSION_LIMITS_H_
#define CORE_ADMISSION_ADMISSION_LIMITS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/admission/admission.h"
#include "core/reason/reason.h"

namespace carbon {

// Index into AdmissionRules::qos, or -1.
int32_t FindQos(const AdmissionRules& rules, absl::string_view name);

// a * b of amounts that are not negative, at most what no cluster has.
int64_t SaturatingMultiply(int64_t a, int64_t b);

// Why a limit could refuse or hold the job `there` though nothing did so `here`; absent: none
// could. Every limit that holds there must be one of these:
//   - one that the job meets here as well: the same usage counts, and the job counts as much;
//   - one that the job alone decides, and it is within.
std::optional<Reason> LimitsUnproven(const JobRequest& job, absl::Duration limit,
                                     const AdmissionRules& rules, const JobStanding& here,
                                     const JobStanding& there);

}  // namespace carbon

#endif  // CORE_ADMISSION_ADMISSION_LIMITS_H_
