// Why a pool is excluded, why a job is left alone, and why a job was settled as it was: one
// enumeration for all of core. Each reason has a code for programs and a text for people. A code
// never changes and is never reused for another meaning; a text may be reworded. Pure; no
// allocation.
//
//   ReasonCode(Reason::kForecastStale)   // "forecast-stale"
//   ReasonText(Reason::kForecastStale)   // "the forecast for its zone is stale"
//
// If a reason's text must also name a pool, an age or the words of a hint, the decision has the
// text: see core/decision/decision_reason.h.
#ifndef CORE_REASON_REASON_H_
#define CORE_REASON_REASON_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace carbon {

enum class Reason {
  kUnknown,  // there is none, or a record has one that is unknown here

  // The submission itself, or the job's history, keeps carbon from changing the job
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

  // The job is left alone because of policy, hints or home.
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

  // No decision may rest on the snapshot, or be recorded.
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
  kExempt,

  // The job cannot run in a pool, or may not be sent there, because of the request, the hints or
  // the policy.
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

  // The same, because of the pool's nodes, forecast, hardware or room.
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

  // It is not proven that a partition admits the job: whom the partition is for.
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

  // The same: nodes and memory.
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

// The number of reasons, kUnknown included.
inline constexpr int kReasons = static_cast<int>(Reason::kRefusedInsteadOfWaiting) + 1;

// Returns lower-case words with hyphens, such as "no-room-in-time"; for kUnknown "unknown".
absl::string_view ReasonCode(Reason reason);
// Returns one phrase, such as "no room in time within capacity and forecast"; for kUnknown an empty
// text.
absl::string_view ReasonText(Reason reason);

// Both return nullopt if no reason has that code or text. They never return kUnknown.
std::optional<Reason> ReasonOfCode(absl::string_view code);
std::optional<Reason> ReasonOfText(absl::string_view text);

}  // namespace carbon

#endif  // CORE_REASON_REASON_H_
