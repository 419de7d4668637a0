#include "core/finding/finding_code.h"

#include <array>
#include <cstddef>
#include <iterator>

namespace carbon {
namespace {

struct Named {
  FindingCode code;
  absl::string_view name;
};

constexpr Named kNames[] = {
    {FindingCode::kOther, "other"},
    {FindingCode::kConfigOk, "config-ok"},
    {FindingCode::kConfigInvalid, "config-invalid"},
    {FindingCode::kConfigDoubtful, "config-doubtful"},
    {FindingCode::kConfigNotLoaded, "config-not-loaded"},
    {FindingCode::kSnapshotFresh, "snapshot-fresh"},
    {FindingCode::kSnapshotUnreadable, "snapshot-unreadable"},
    {FindingCode::kSnapshotAccessDenied, "snapshot-access-denied"},
    {FindingCode::kSnapshotKeptFromSlurmctld, "snapshot-kept-from-slurmctld"},
    {FindingCode::kSnapshotOld, "snapshot-old"},
    {FindingCode::kSnapshotFromFuture, "snapshot-from-future"},
    {FindingCode::kSnapshotNotPublished, "snapshot-not-published"},
    {FindingCode::kSnapshotReadable, "snapshot-readable"},
    {FindingCode::kSnapshotFolderAgreed, "snapshot-folder-agreed"},
    {FindingCode::kSnapshotFolderUnknown, "snapshot-folder-unknown"},
    {FindingCode::kSnapshotFolderDiffers, "snapshot-folder-differs"},
    {FindingCode::kPartsNotArchived, "parts-not-archived"},
    {FindingCode::kAccountingNotRead, "accounting-not-read"},
    {FindingCode::kNotShown, "not-shown"},
    {FindingCode::kForecastsUsable, "forecasts-usable"},
    {FindingCode::kZoneWithoutForecast, "zone-without-forecast"},
    {FindingCode::kZoneForecastUnusable, "zone-forecast-unusable"},
    {FindingCode::kSourceFailing, "source-failing"},
    {FindingCode::kSourceDataLeftOut, "source-data-left-out"},
    {FindingCode::kHistoryFailing, "history-failing"},
    {FindingCode::kHistoryImplausible, "history-implausible"},
    {FindingCode::kHistoryDataLeftOut, "history-data-left-out"},
    {FindingCode::kHistoryWritable, "history-writable"},
    {FindingCode::kHistoryShort, "history-short"},
    {FindingCode::kArchiveUnusable, "archive-unusable"},
    {FindingCode::kArchiveLimited, "archive-limited"},
    {FindingCode::kFetchedForecastsUnusable, "fetched-forecasts-unusable"},
    {FindingCode::kFetchedForecastsOld, "fetched-forecasts-old"},
    {FindingCode::kPoolsOpen, "pools-open"},
    {FindingCode::kPoolClosed, "pool-closed"},
    {FindingCode::kPoolNotShown, "pool-not-shown"},
    {FindingCode::kPoolDown, "pool-down"},
    {FindingCode::kPoolNodesHidden, "pool-nodes-hidden"},
    {FindingCode::kPoolNodesFuture, "pool-nodes-future"},
    {FindingCode::kPoolSizeUnusable, "pool-size-unusable"},
    {FindingCode::kScarbondRunning, "scarbond-running"},
    {FindingCode::kScarbondNotRunning, "scarbond-not-running"},
    {FindingCode::kScarbondNotSeen, "scarbond-not-seen"},
    {FindingCode::kScarbondNotTrusted, "scarbond-not-trusted"},
    {FindingCode::kScarbondTrusted, "scarbond-trusted"},
    {FindingCode::kScarbondTrustUnknown, "scarbond-trust-unknown"},
    {FindingCode::kScarbondMayRestore, "scarbond-may-restore"},
    {FindingCode::kScarbondMayNotRestore, "scarbond-may-not-restore"},
    {FindingCode::kScarbondRightUnknown, "scarbond-right-unknown"},
    {FindingCode::kScarbondInstalled, "scarbond-installed"},
    {FindingCode::kScarbondNotInstalled, "scarbond-not-installed"},
    {FindingCode::kScarbondLibrariesUnknown, "scarbond-libraries-unknown"},
    {FindingCode::kScarbondLibraryMissing, "scarbond-library-missing"},
    {FindingCode::kScarbondLibraryByVariable, "scarbond-library-by-variable"},
    {FindingCode::kScarbondNotPublishing, "scarbond-not-publishing"},
    {FindingCode::kScarbondNotListening, "scarbond-not-listening"},
    {FindingCode::kScarbondStatusMissing, "scarbond-status-missing"},
    {FindingCode::kScarbondStatusUnreadable, "scarbond-status-unreadable"},
    {FindingCode::kScarbondStatusOld, "scarbond-status-old"},
    {FindingCode::kMetricsNotWritten, "metrics-not-written"},
    {FindingCode::kSealUnusable, "seal-unusable"},
    {FindingCode::kMarksIgnored, "marks-ignored"},
    {FindingCode::kLogWritable, "log-writable"},
    {FindingCode::kLogNotWritable, "log-not-writable"},
    {FindingCode::kLogElsewhere, "log-elsewhere"},
    {FindingCode::kLogFolderUnusable, "log-folder-unusable"},
    {FindingCode::kLogSpace, "log-space"},
    {FindingCode::kLogSpaceShort, "log-space-short"},
    {FindingCode::kLogSpaceNone, "log-space-none"},
    {FindingCode::kLogRotated, "log-rotated"},
    {FindingCode::kLogNotRotated, "log-not-rotated"},
    {FindingCode::kAdminCommentShared, "admin-comment-shared"},
    {FindingCode::kPluginInstalled, "plugin-installed"},
    {FindingCode::kPluginNotInstalled, "plugin-not-installed"},
    {FindingCode::kPluginUnreadable, "plugin-unreadable"},
    {FindingCode::kPluginIncomplete, "plugin-incomplete"},
    {FindingCode::kPluginLibraryMissing, "plugin-library-missing"},
    {FindingCode::kPluginReleaseUnchecked, "plugin-release-unchecked"},
    {FindingCode::kPluginReleaseWrong, "plugin-release-wrong"},
    {FindingCode::kPluginPassedOver, "plugin-passed-over"},
    {FindingCode::kPluginNeverLoaded, "plugin-never-loaded"},
    {FindingCode::kPluginLoaded, "plugin-loaded"},
    {FindingCode::kPluginNotLoaded, "plugin-not-loaded"},
    {FindingCode::kPluginLoadNotSeen, "plugin-load-not-seen"},
    {FindingCode::kPluginAwaitsRestart, "plugin-awaits-restart"},
    {FindingCode::kPluginElsewhere, "plugin-elsewhere"},
    {FindingCode::kPluginReplaced, "plugin-replaced"},
    {FindingCode::kPluginStatusFresh, "plugin-status-fresh"},
    {FindingCode::kPluginStatusMissing, "plugin-status-missing"},
    {FindingCode::kPluginStatusAccessDenied, "plugin-status-access-denied"},
    {FindingCode::kPluginStatusUnreadable, "plugin-status-unreadable"},
    {FindingCode::kPluginSilent, "plugin-silent"},
    {FindingCode::kPluginFailing, "plugin-failing"},
    {FindingCode::kPluginLogFailing, "plugin-log-failing"},
    {FindingCode::kPluginBehind, "plugin-behind"},
    {FindingCode::kSlurmctldInstalled, "slurmctld-installed"},
    {FindingCode::kSlurmctldNotInstalled, "slurmctld-not-installed"},
    {FindingCode::kSlurmctldOtherInPath, "slurmctld-other-in-path"},
    {FindingCode::kSlurmctldToCome, "slurmctld-to-come"},
    {FindingCode::kSlurmctldReleaseUnknown, "slurmctld-release-unknown"},
    {FindingCode::kSlurmctldReleaseOld, "slurmctld-release-old"},
    {FindingCode::kSlurmctldRunning, "slurmctld-running"},
    {FindingCode::kSlurmctldNotRunning, "slurmctld-not-running"},
    {FindingCode::kSlurmctldNotSeen, "slurmctld-not-seen"},
    {FindingCode::kSlurmctldNotAsked, "slurmctld-not-asked"},
    {FindingCode::kSlurmctldSilent, "slurmctld-silent"},
    {FindingCode::kSlurmConfRead, "slurm-conf-read"},
    {FindingCode::kSlurmConfUnreadable, "slurm-conf-unreadable"},
    {FindingCode::kSlurmConfOther, "slurm-conf-other"},
    {FindingCode::kSlurmConfChanged, "slurm-conf-changed"},
    {FindingCode::kJobSubmitPluginsRight, "job-submit-plugins-right"},
    {FindingCode::kJobSubmitPluginsWithoutCarbon, "job-submit-plugins-without-carbon"},
    {FindingCode::kJobSubmitPluginsRepeated, "job-submit-plugins-repeated"},
    {FindingCode::kJobSubmitPluginsAfterCarbon, "job-submit-plugins-after-carbon"},
    {FindingCode::kPrivateData, "private-data"},
    {FindingCode::kAccountingEnforced, "accounting-enforced"},
    {FindingCode::kFederation, "federation"},
    {FindingCode::kFoldersNotTried, "folders-not-tried"},
};

constexpr bool AreInOrder() {
  size_t index = 0;
  for (const Named& named : kNames) {
    if (static_cast<size_t>(named.code) != index++) return false;
  }
  return true;
}
static_assert(AreInOrder(), "the names stand in the order of the codes");
static_assert(std::size(kNames) == static_cast<size_t>(FindingCode::kFoldersNotTried) + 1);

constexpr auto kCodes = [] {
  std::array<FindingCode, std::size(kNames)> codes = {};
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = kNames[i].code;
  return codes;
}();

}  // namespace

absl::string_view FindingCodeName(FindingCode code) {
  return kNames[static_cast<size_t>(code)].name;
}

std::optional<FindingCode> FindFindingCode(absl::string_view name) {
  for (const Named& named : kNames) {
    if (named.name == name) return named.code;
  }
  return std::nullopt;
}

absl::Span<const FindingCode> AllFindingCodes() { return kCodes; }

}  // namespace carbon
