#include "scarbond/fetch_report.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/snapshot/part.h"
#include "scarbond/report_secrets.h"
#include "spdlog/spdlog.h"
#include "store/fetched_forecasts.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr absl::Duration kPeriod = absl::Minutes(1);

absl::Status CheckSize(const std::string& part) {
  constexpr int64_t kMaxBytes = InfoOf(SnapshotPart::kForecast).max_bytes;
  if (static_cast<int64_t>(part.size()) <= kMaxBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the forecasts have ", part.size(), " bytes, limit ", kMaxBytes));
}

}  // namespace

absl::Status FetchReport::Write(const std::string& path, const ForecastFeed& feed,
                                std::vector<Finding> findings, absl::Time now) {
  FetchedForecasts fetched{.pid = getpid(),
                           .started_at = started_at_,
                           .updated_at = std::nullopt,
                           .findings = feed.Findings(),
                           .sources = feed.Sources(),
                           .errors = feed.errors(),
                           .implausible = feed.Implausible(),
                           .part = feed.part()};
  for (Finding& finding : findings) fetched.findings.push_back(std::move(finding));
  RemoveSecrets(&fetched.findings, &fetched.sources);
  std::string content = absl::StrCat(path, "\n", SerializeFetchedForecasts(fetched));
  // If the clock was set back, it is due too.
  const bool is_due = now >= due_ || now < due_ - kPeriod;
  if (content == written_ && !is_due) return absl::OkStatus();
  fetched.updated_at = now;
  absl::Status written = CheckSize(fetched.part);
  if (written.ok()) {
    written = WriteFileAtomically(path, SerializeFetchedForecasts(fetched), FileAccess());
  }
  // By its code: the message may name a temporary file, another one each time.
  if (written.code() != logged_) {
    if (written.ok()) {
      spdlog::info("{}: written again", path);
    } else {
      spdlog::error("{}; scarbond continues with the last that was written",
                    std::string(written.message()));
    }
  }
  logged_ = written.code();
  if (!written.ok()) return written;
  written_ = std::move(content);
  due_ = now + kPeriod;
  return written;
}

}  // namespace carbon
