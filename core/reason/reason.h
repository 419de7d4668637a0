// Why a pool is excluded, why a job is left alone, and why it was settled as it was: one
// enumeration for all of core. Each reason has a code for programs and a text for people. A code
// never changes and is never used again for something else; a text may be reworded. Pure; no
// allocation.
//
//   ReasonCode(Reason::kForecastStale)   // "forecast-stale"
//   ReasonText(Reason::kForecastStale)   // "the forecast for its zone is stale"
//
// A reason whose text names more than that (a pool, an age, the words of a hint) is a decision's:
// see core/decision/decision_reason.h.
#ifndef CORE_REASON_REASON_H_
#define CORE_REASON_REASON_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace carbon {

enum class Reason {
  kUnknown,  // there is none, or a record has one that is not known here

  // Why carbon has no say in a job: what its submission or its history says
  // (JobRequest::leave_alone).
  kScrontab,
  kHeterogeneous,
  kInteractive,
  kHeld,
  kReservation,
  kDependency,
  kFederation,
  kSeveralClusters,
  kUnlimitedTime,
  kDevicesUncountable,
  kEligibleLater,

  // Why a job is left alone: policy, hints and home.
  kNoPolicy,
  kPolicyOff,
  kBadHint,
  kOptedOut,
  kPinnedToOneOfSeveral,
  kTooManyPartitions,
  kPartitionIsNoPool,
  kPartitionWithoutDevices,
  kPartitionWithoutDeviceType,
  kSeveralKindsOfNodes,
  kNodesInNoPool,
  kNoTimeLimit,
  kTimeLimitOutOfRange,
  kNoRoomAtHome,
  kRunBeyondForecast,

  // Why no decision may rest on the snapshot, or be recorded.
  kSnapshotOld,
  kSnapshotFuture,
  kNoLookYet,
  kLogUnwritable,
  kLogShareUsed,

  // Why a job was settled as it was.
  kGreenest,
  kHomeIsGreenest,
  kGreenestLikely,
  kCleanestSite,
  kNoLikelySaving,
  kNoPoolInTime,
  kDeadline,

  // Why a job cannot run in a pool, or may not be sent there: the request, the hints, the policy.
  kOtherSites,
  kOtherHardware,
  kOtherPartition,
  kOtherPartitions,
  kPinned,
  kOtherDeviceType,
  kOtherNodes,
  kPolicyKeepsSite,
  kPolicyKeepsHardware,
  kHardwareNotAllowed,

  // The same: its nodes, its forecast, its hardware and its room.
  kPartitionNotShown,
  kPartitionNotUp,
  kOtherDefaultTime,
  kTimeLimitTooLong,
  kNodesTooSmall,
  kPoolTooSmall,
  kNoForecast,
  kForecastStale,
  kOtherSignal,
  kNoDevicesAsked,
  kDevicesAsked,
  kNodesShared,
  kNotDescribed,
  kSpeedUnknown,
  kOtherUnit,
  kRunTooLong,
  kLongerLimitNotAllowed,
  kLongerLimitNotProven,
  kOutlastsLimit,
  kNeedsMoreNodes,
  kNoRoomInTime,

  // Why it is not proven that a partition admits the job: whom it is for.
  kRulesUnknown,
  kUnknownRule,
  kRootOnly,
  kNotForRoot,
  kNeedsReservation,
  kHidden,
  kSubmitNodes,
  kGroups,
  kAccounts,
  kQos,
  kSharing,
  kLowerTier,
  kPreemption,

  // The same: its nodes and memory.
  kAsksForMoreNodes,
  kMinNodes,
  kCpusPerNode,
  kCpusPerSocket,
  kMayNotFitNodes,
  kMayNeedMoreNodes,
  kTopology,
  kDeviceDefaults,
  kMayNotFitWithDeviceDefaults,
  kDefaultMemory,
  kMayNotFitWithDefaultMemory,
  kMemory,
  kCpusNearDevices,

  // The same: accounts, QOS and their limits.
  kEnforcementUnknown,
  kAccountingUnknown,
  kNoAssociation,
  kJobQosUnknown,
  kOtherQos,
  kPartitionQosUnknown,
  kQosUnknownRule,
  kQosNotTheirs,
  kUsageThreshold,
  kLimitPerJob,
  kLimitInUse,
  kBilling,
  kCountedOtherwise,
  kRefusedInsteadOfWaiting,
};

// How many there are, kUnknown included.
inline constexpr int kReasons = static_cast<int>(Reason::kRefusedInsteadOfWaiting) + 1;

// Lower-case words with hyphens, "no-room-in-time". kUnknown: "unknown".
absl::string_view ReasonCode(Reason reason);
// One phrase, "no room in time within capacity and forecast". kUnknown: empty.
absl::string_view ReasonText(Reason reason);

// Absent where no reason has that code or text; kUnknown has neither here.
std::optional<Reason> ReasonOfCode(absl::string_view code);
std::optional<Reason> ReasonOfText(absl::string_view text);

}  // namespace carbon

#endif  // CORE_REASON_REASON_H_
