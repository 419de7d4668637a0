// Looks up rules, and names the limits.
#include <algorithm>

#include "absl/strings/match.h"
#include "core/admission/admission.h"
#include "core/admission/admission_limits.h"

namespace carbon {

const PartitionRules* AdmissionRules::FindPartition(absl::string_view name) const {
  for (const PartitionRules& partition : partitions) {
    if (partition.name == name) return &partition;
  }
  return nullptr;
}

const UserRules* AdmissionRules::FindUser(uint32_t user_id) const {
  const auto found =
      std::lower_bound(users.begin(), users.end(), user_id,
                       [](const UserRules& user, uint32_t id) { return user.user_id < id; });
  return found == users.end() || found->user_id != user_id ? nullptr : &*found;
}

int32_t FindQos(const AdmissionRules& rules, absl::string_view name) {
  for (size_t i = 0; i < rules.qos.size(); ++i) {
    if (absl::EqualsIgnoreCase(rules.qos[i].name, name)) return static_cast<int32_t>(i);
  }
  return -1;
}

absl::string_view LimitName(LimitKind kind) {
  switch (kind) {
    case LimitKind::kGrpJobs:
      return "GrpJobs";
    case LimitKind::kGrpSubmitJobs:
      return "GrpSubmitJobs";
    case LimitKind::kGrpTres:
      return "GrpTRES";
    case LimitKind::kGrpTresMins:
      return "GrpTRESMins";
    case LimitKind::kGrpTresRunMins:
      return "GrpTRESRunMins";
    case LimitKind::kGrpWall:
      return "GrpWall";
    case LimitKind::kMaxJobs:
      return "MaxJobs";
    case LimitKind::kMaxJobsPerAccount:
      return "MaxJobsPerAccount";
    case LimitKind::kMaxSubmitJobs:
      return "MaxSubmitJobs";
    case LimitKind::kMaxSubmitJobsPerAccount:
      return "MaxSubmitJobsPerAccount";
    case LimitKind::kMaxTresPerAccount:
      return "MaxTRESPerAccount";
    case LimitKind::kMaxTresPerJob:
      return "MaxTRESPerJob";
    case LimitKind::kMaxTresPerNode:
      return "MaxTRESPerNode";
    case LimitKind::kMaxTresPerUser:
      return "MaxTRESPerUser";
    case LimitKind::kMaxTresMinsPerJob:
      return "MaxTRESMinsPerJob";
    case LimitKind::kMaxTresRunMinsPerAccount:  // not enforced before 24.05
      return "MaxTRESRunMinsPerAccount";
    case LimitKind::kMaxTresRunMinsPerUser:
      return "MaxTRESRunMinsPerUser";
    case LimitKind::kMaxWall:
      return "MaxWall";
    case LimitKind::kMinPrioThreshold:
      return "MinPrioThreshold";
    case LimitKind::kMinTresPerJob:
      return "MinTRESPerJob";
  }
  return "unknown";
}

bool CountsTres(LimitKind kind) {
  const absl::string_view name = LimitName(kind);
  return absl::StrContains(name, "TRES");
}

}  // namespace carbon
