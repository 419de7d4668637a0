#include "scarbond/daemon_report.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "scarbond/report_secrets.h"
#include "spdlog/spdlog.h"
#include "store/file.h"
#include "store/private_access.h"

namespace carbon {
namespace {

constexpr absl::Duration kStatePeriod = absl::Minutes(1);
// Metrics are usually collected this often.
constexpr absl::Duration kMetricsPeriod = absl::Seconds(15);

void WriteAndLog(const char* what, const std::string& path, const std::string& bytes,
                 const FileAccess& access, std::string* last_trouble) {
  const absl::Status written = WriteFileAtomically(path, bytes, access);
  // The message is not compared: it names a temporary file, another one each time.
  const std::string trouble =
      written.ok() ? "" : absl::StrCat(path, " ", absl::StatusCodeToString(written.code()));
  if (trouble != *last_trouble) {
    if (written.ok()) {
      spdlog::info("{}: written again", what);
    } else {
      spdlog::warn("{}: {}", what, std::string(written.message()));
    }
  }
  *last_trouble = trouble;
}

}  // namespace

DaemonReport::DaemonReport(absl::Time started_at) {
  state_.pid = getpid();
  state_.started_at = started_at;
}

void DaemonReport::Write(const PathsConfig& paths, std::vector<SourceState> sources,
                         const std::vector<ZoneInUse>& zones, const absl::Status& published,
                         absl::Time now, Details details) {
  state_.sources = std::move(sources);
  state_.findings.clear();
  if (!published.ok()) {
    state_.findings.push_back({Severity::kWarning, FindingCode::kScarbondNotPublishing, "scarbond",
                               std::string(published.message())});
  }
  for (Finding& finding : details.findings) state_.findings.push_back(std::move(finding));
  if (!paths.metrics.empty() && !metrics_trouble_.empty()) {
    state_.findings.push_back({Severity::kWarning, FindingCode::kMetricsNotWritten, "scarbond",
                               absl::StrCat("metrics: ", paths.metrics, ": cannot be written")});
  }
  if (published.ok()) {
    ++state_.publishes;
    state_.published_at = now;
  }
  RemoveSecrets(&state_.findings, &state_.sources);
  state_.updated_at.reset();
  std::string told = absl::StrCat(paths.snapshot, "\n", SerializeDaemonState(state_));
  // If the clock was set back, it is due too.
  const auto is_due = [now](absl::Time due, absl::Duration period) {
    return now >= due || now < due - period;
  };
  const bool is_news = told != told_ || is_due(state_due_, kStatePeriod);
  if (is_news) {
    state_.updated_at = now;
    WriteAndLog("state", DaemonStatePath(paths.snapshot), SerializeDaemonState(state_),
                PrivateAccess(details.slurm_user), &state_trouble_);
    told_ = std::move(told);
    state_due_ = now + kStatePeriod;
  }
  if (paths.metrics.empty()) {
    metrics_trouble_.clear();
  } else if (is_news || is_due(metrics_due_, kMetricsPeriod)) {
    WriteAndLog(
        "metrics", paths.metrics,
        FormatMetrics(state_, zones, details.errors, now, details.implausible, details.jobs),
        FileAccess(), &metrics_trouble_);
    metrics_due_ = now + kMetricsPeriod;
  }
}

}  // namespace carbon
