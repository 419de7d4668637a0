// The kinds of findings, each with a stable name. One list for all programs: no name is given
// twice, and a program that counts findings by their codes finds all of them here. scarbon(1)
// describes those of `scarbon status`. Pure.
#ifndef CORE_FINDING_FINDING_CODE_H_
#define CORE_FINDING_FINDING_CODE_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace carbon {

// A code may be added at any place. One that a release has shown keeps its name.
enum class FindingCode {
  kOther,  // of a file of another release: it has no code, or one that is not known here

  // The configuration.
  kConfigOk,
  kConfigInvalid,
  kConfigDoubtful,
  kConfigNotLoaded,

  // The snapshot and its folder.
  kSnapshotFresh,
  kSnapshotUnreadable,
  kSnapshotAccessDenied,
  kSnapshotKeptFromSlurmctld,
  kSnapshotOld,
  kSnapshotFromFuture,
  kSnapshotNotPublished,
  kSnapshotReadable,
  kSnapshotFolderAgreed,
  kSnapshotFolderUnknown,
  kSnapshotFolderDiffers,
  kPartsNotArchived,
  kAccountingNotRead,
  kNotShown,

  // Forecasts, and what they rest on.
  kForecastsUsable,
  kZoneWithoutForecast,
  kZoneForecastUnusable,
  kSourceFailing,
  kSourceDataLeftOut,
  kHistoryFailing,
  kHistoryImplausible,
  kHistoryDataLeftOut,
  kHistoryWritable,
  kHistoryShort,
  kArchiveUnusable,
  kArchiveLimited,
  kFetchedForecastsUnusable,
  kFetchedForecastsOld,

  // Pools and their nodes.
  kPoolsOpen,
  kPoolClosed,
  kPoolNotShown,
  kPoolDown,
  kPoolNodesHidden,
  kPoolNodesFuture,
  kPoolSizeUnusable,

  // scarbond.
  kScarbondRunning,
  kScarbondNotRunning,
  kScarbondNotSeen,
  kScarbondNotTrusted,
  kScarbondTrusted,
  kScarbondTrustUnknown,
  kScarbondMayRestore,
  kScarbondMayNotRestore,
  kScarbondRightUnknown,
  kScarbondInstalled,
  kScarbondNotInstalled,
  kScarbondLibrariesUnknown,
  kScarbondLibraryMissing,
  kScarbondLibraryByVariable,
  kScarbondNotPublishing,
  kScarbondNotListening,
  kScarbondStatusMissing,
  kScarbondStatusUnreadable,
  kScarbondStatusOld,
  kMetricsNotWritten,
  kSealUnusable,
  kMarksIgnored,

  // The placement log and AdminComment.
  kLogWritable,
  kLogNotWritable,
  kLogElsewhere,
  kLogFolderUnusable,
  kLogSpace,
  kLogSpaceShort,
  kLogSpaceNone,
  kLogRotated,
  kLogNotRotated,
  kAdminCommentShared,

  // The plugin.
  kPluginInstalled,
  kPluginNotInstalled,
  kPluginUnreadable,
  kPluginIncomplete,
  kPluginLibraryMissing,
  kPluginReleaseUnchecked,
  kPluginReleaseWrong,
  kPluginPassedOver,
  kPluginNeverLoaded,
  kPluginLoaded,
  kPluginNotLoaded,
  kPluginLoadNotSeen,
  kPluginAwaitsRestart,
  kPluginElsewhere,
  kPluginReplaced,
  kPluginStatusFresh,
  kPluginStatusMissing,
  kPluginStatusAccessDenied,
  kPluginStatusUnreadable,
  kPluginSilent,
  kPluginFailing,
  kPluginLogFailing,
  kPluginBehind,

  // Slurm.
  kSlurmctldInstalled,
  kSlurmctldNotInstalled,
  kSlurmctldOtherInPath,
  kSlurmctldToCome,
  kSlurmctldReleaseUnknown,
  kSlurmctldReleaseOld,
  kSlurmctldRunning,
  kSlurmctldNotRunning,
  kSlurmctldNotSeen,
  kSlurmctldNotAsked,
  kSlurmctldSilent,
  kSlurmConfRead,
  kSlurmConfUnreadable,
  kSlurmConfOther,
  kSlurmConfChanged,
  kJobSubmitPluginsRight,
  kJobSubmitPluginsWithoutCarbon,
  kJobSubmitPluginsRepeated,
  kJobSubmitPluginsAfterCarbon,
  kPrivateData,
  kAccountingEnforced,
  kFederation,
  kFoldersNotTried,
};

// In kebab case: "zone-without-forecast".
absl::string_view FindingCodeName(FindingCode code);

// Absent for a name that no code has.
std::optional<FindingCode> FindFindingCode(absl::string_view name);

// In the order of the enumeration.
absl::Span<const FindingCode> AllFindingCodes();

}  // namespace carbon

#endif  // CORE_FINDING_FINDING_CODE_H_
