#include "core/reason/reason.h"

#include <array>
#include <cstddef>

namespace carbon {
namespace {

struct Words {
  Reason reason;
  absl::string_view code;
  absl::string_view text;
};

// The entries are in the enumeration's order.
constexpr std::array<Words, kReasons> kWords = {{
    {Reason::kUnknown, "unknown", ""},
    {Reason::kScrontab, "scrontab", "scrontab"},
    {Reason::kHeterogeneous, "heterogeneous-job", "heterogeneous job"},
    {Reason::kInteractive, "interactive", "interactive"},
    {Reason::kHeld, "held", "held"},
    {Reason::kReservation, "reservation", "reservation"},
    {Reason::kDependency, "dependency", "dependency"},
    {Reason::kFederation, "federation", "federation"},
    {Reason::kSeveralClusters, "several-clusters", "several clusters"},
    {Reason::kUnlimitedTime, "unlimited-time", "no time limit"},
    {Reason::kDevicesUncountable, "devices-uncountable", "its devices cannot be counted"},
    {Reason::kEligibleLater, "eligible-later", "eligible later than submitted"},
    {Reason::kNoPolicy, "no-policy", "no policy matches"},
    {Reason::kPolicyOff, "policy-off", "the policy is off"},
    {Reason::kBadHint, "bad-hint", "its hint cannot be read"},
    {Reason::kOptedOut, "opted-out", "the user opted out"},
    {Reason::kPinnedToOneOfSeveral, "pinned-to-one-of-several",
     "it names several partitions and is pinned to one"},
    {Reason::kTooManyPartitions, "too-many-partitions", "it names too many partitions"},
    {Reason::kPartitionIsNoPool, "partition-is-no-pool", "its partition is no pool"},
    {Reason::kPartitionWithoutDevices, "partition-without-devices",
     "no pool of its partition has devices"},
    {Reason::kPartitionWithoutDeviceType, "partition-without-device-type",
     "no pool of its partition has the device type asked for"},
    {Reason::kSeveralKindsOfNodes, "several-kinds-of-nodes",
     "its partition has several kinds of nodes"},
    {Reason::kNodesInNoPool, "nodes-in-no-pool", "its partition has nodes in no pool"},
    {Reason::kNoTimeLimit, "no-time-limit", "it has no time limit"},
    {Reason::kTimeLimitOutOfRange, "time-limit-out-of-range",
     "its time limit is not between 0 and 400 days"},
    {Reason::kNoRoomAtHome, "no-room-at-home", "no room within the forecast"},
    {Reason::kRunBeyondForecast, "run-beyond-forecast", "no forecast covers the run"},
    {Reason::kSnapshotOld, "snapshot-old", "the snapshot is too old"},
    {Reason::kSnapshotFuture, "snapshot-in-the-future", "the snapshot is from the future"},
    {Reason::kNoLookYet, "no-look-yet",
     "the queue has not been looked at since this slurmctld took charge"},
    {Reason::kLogUnwritable, "log-unwritable", "the placement log cannot be written"},
    {Reason::kLogShareUsed, "log-share-used", "a user's share of the placement log is used up"},
    {Reason::kGreenest, "greenest", "the greenest"},
    {Reason::kHomeIsGreenest, "home-is-greenest", "home is the greenest"},
    {Reason::kGreenestLikely, "greenest-likely-enough",
     "the greenest that is likely enough to save"},
    {Reason::kCleanestSite, "cleanest-site",
     "the cleanest site; no other plan is likely enough to save more"},
    {Reason::kNoLikelySaving, "no-likely-saving", "no saving above the floor is likely enough"},
    {Reason::kNoPoolInTime, "no-pool-in-time", "no pool has room in time"},
    {Reason::kDeadline, "deadline", "the deadline leaves no room"},
    {Reason::kExempt, "exempt", "left at home by lot, to measure what the policy saves"},
    {Reason::kOtherSites, "other-sites-named", "the user named other sites"},
    {Reason::kOtherHardware, "other-hardware-named", "the user named other hardware"},
    {Reason::kOtherPartition, "other-partition-named", "the user named another partition"},
    {Reason::kOtherPartitions, "other-partitions-named", "the user named other partitions"},
    {Reason::kPinned, "pinned-to-partition", "the job is pinned to its partition"},
    {Reason::kOtherDeviceType, "other-device-type", "the job asks for another device type"},
    {Reason::kOtherNodes, "other-nodes-of-partition",
     "the job asks for other nodes of its partition"},
    {Reason::kPolicyKeepsSite, "policy-keeps-site", "the policy keeps the site"},
    {Reason::kPolicyKeepsHardware, "policy-keeps-hardware", "the policy keeps the hardware"},
    {Reason::kHardwareNotAllowed, "hardware-not-allowed", "the user did not allow other hardware"},
    {Reason::kPartitionNotShown, "partition-not-shown", "the cluster does not show its partition"},
    {Reason::kPartitionNotUp, "partition-not-up", "its partition is not up"},
    {Reason::kOtherDefaultTime, "other-default-time",
     "its partition's default time limit is another"},
    {Reason::kTimeLimitTooLong, "time-limit-too-long", "the time limit exceeds its partition's"},
    {Reason::kNodesTooSmall, "nodes-too-small", "the job does not fit its nodes"},
    {Reason::kPoolTooSmall, "pool-too-small", "the job is larger than the pool"},
    {Reason::kNoForecast, "no-forecast", "no forecast for its zone"},
    {Reason::kForecastStale, "forecast-stale", "the forecast for its zone is stale"},
    {Reason::kOtherSignal, "other-signal", "its zone's signal is of another kind"},
    {Reason::kNoDevicesAsked, "watts-per-device",
     "it asks for no device, and the hardware's watts are per device"},
    {Reason::kDevicesAsked, "watts-per-core",
     "it asks for devices, and the hardware's watts are per core"},
    {Reason::kNodesShared, "watts-per-node",
     "it shares its nodes, and the hardware's watts are per node"},
    {Reason::kNotDescribed, "hardware-not-described",
     "its hardware profile does not describe the job"},
    {Reason::kSpeedUnknown, "speed-unknown", "speed of its hardware is unknown"},
    {Reason::kOtherUnit, "other-hardware-unit", "counts its hardware in another unit"},
    {Reason::kRunTooLong, "run-too-long", "the run is longer than 400 days"},
    {Reason::kLongerLimitNotAllowed, "longer-limit-not-allowed",
     "its partition does not allow the time limit that slower hardware needs"},
    {Reason::kLongerLimitNotProven, "longer-limit-not-proven",
     "it is not proven that a longer time limit is admitted"},
    {Reason::kOutlastsLimit, "outlasts-limit", "the job would outlast its time limit there"},
    {Reason::kNeedsMoreNodes, "needs-more-nodes",
     "the job needs more nodes than its partition allows"},
    {Reason::kNoRoomInTime, "no-room-in-time", "no room in time within capacity and forecast"},
    {Reason::kRulesUnknown, "rules-unknown", "its partition's rules are not known"},
    {Reason::kUnknownRule, "unknown-rule", "its partition has a rule that is not known"},
    {Reason::kRootOnly, "root-only", "its partition is for root only"},
    {Reason::kNotForRoot, "not-for-root", "its partition is not for root"},
    {Reason::kNeedsReservation, "needs-reservation", "its partition needs a reservation"},
    {Reason::kHidden, "hidden", "its partition is hidden"},
    {Reason::kSubmitNodes, "submit-nodes-limited", "its partition limits the nodes to submit from"},
    {Reason::kGroups, "groups-limited", "its partition limits groups"},
    {Reason::kAccounts, "accounts-limited", "its partition limits accounts"},
    {Reason::kQos, "qos-limited", "its partition limits QOS"},
    {Reason::kSharing, "sharing-differs", "its partition shares nodes in another way"},
    {Reason::kLowerTier, "lower-priority-tier", "its partition has a lower priority tier"},
    {Reason::kPreemption, "preemption", "jobs in its partition may be preempted"},
    {Reason::kAsksForMoreNodes, "asks-for-more-nodes",
     "the job asks for more nodes than its partition allows"},
    {Reason::kMinNodes, "minimum-of-nodes",
     "its partition or the job's own has a minimum of nodes"},
    {Reason::kCpusPerNode, "cpus-per-node-limited", "its partition limits CPUs per node"},
    {Reason::kCpusPerSocket, "cpus-per-socket-limited", "its partition limits CPUs per socket"},
    {Reason::kMayNotFitNodes, "may-not-fit-nodes", "the job may not fit its nodes"},
    {Reason::kMayNeedMoreNodes, "may-need-more-nodes",
     "the job may need more nodes than it may have there"},
    {Reason::kTopology, "topology", "its partition's topology may keep the job's nodes apart"},
    {Reason::kDeviceDefaults, "device-defaults-differ",
     "its partition's defaults per GPU are others"},
    {Reason::kMayNotFitWithDeviceDefaults, "may-not-fit-with-device-defaults",
     "the job may not fit its nodes with the defaults per GPU"},
    {Reason::kDefaultMemory, "default-memory-differs", "its partition's default memory is another"},
    {Reason::kMayNotFitWithDefaultMemory, "may-not-fit-with-default-memory",
     "the job may not fit its nodes with the default memory"},
    {Reason::kMemory, "memory-limited", "its partition limits memory"},
    {Reason::kCpusNearDevices, "cpus-near-devices-unknown",
     "which CPUs are near its GPUs is not known"},
    {Reason::kEnforcementUnknown, "enforcement-unknown",
     "what is enforced of accounts is not known"},
    {Reason::kAccountingUnknown, "accounting-unknown", "accounts and QOS are not known"},
    {Reason::kNoAssociation, "no-association", "the user has no association there"},
    {Reason::kJobQosUnknown, "job-qos-unknown", "the job's QOS is not known"},
    {Reason::kOtherQos, "other-qos", "the job would have another QOS there"},
    {Reason::kPartitionQosUnknown, "partition-qos-unknown", "its partition's QOS is not known"},
    {Reason::kQosUnknownRule, "qos-unknown-rule", "a QOS there has a rule that is not known"},
    {Reason::kQosNotTheirs, "qos-not-allowed", "the user may not have the job's QOS there"},
    {Reason::kUsageThreshold, "usage-threshold", "the job's QOS has a threshold of usage"},
    {Reason::kLimitPerJob, "limit-per-job", "a limit for each job there may be too low"},
    {Reason::kLimitInUse, "limit-on-usage", "a limit there depends on what is in use"},
    {Reason::kBilling, "billing-limited", "billing there is another and is limited"},
    {Reason::kCountedOtherwise, "counted-otherwise", "a limit counts the job otherwise there"},
    {Reason::kRefusedInsteadOfWaiting, "refused-instead-of-waiting",
     "what waits for a limit at home is refused there"},
}};

constexpr bool IsInOrder() {
  for (size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i].reason != static_cast<Reason>(i)) return false;
  }
  return true;
}
static_assert(IsInOrder());

std::optional<Reason> Find(absl::string_view Words::* word, absl::string_view value) {
  for (size_t i = 1; i < kWords.size(); ++i) {
    if (kWords[i].*word == value) return kWords[i].reason;
  }
  return std::nullopt;
}

}  // namespace

absl::string_view ReasonCode(Reason reason) { return kWords[static_cast<size_t>(reason)].code; }

absl::string_view ReasonText(Reason reason) { return kWords[static_cast<size_t>(reason)].text; }

std::optional<Reason> ReasonOfCode(absl::string_view code) { return Find(&Words::code, code); }

std::optional<Reason> ReasonOfText(absl::string_view text) { return Find(&Words::text, text); }

}  // namespace carbon
