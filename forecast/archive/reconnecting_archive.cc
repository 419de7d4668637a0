#include "forecast/archive/reconnecting_archive.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace carbon {

Archive* ReconnectingArchive::Use(absl::Time now) {
  if (path_.empty()) return nullptr;
  if (archive_ == nullptr) {
    const bool is_set_back = now < closed_at_;
    if (now < retry_at_ && !is_set_back) return nullptr;
    std::vector<std::string> problems;
    absl::StatusOr<std::unique_ptr<Archive>> archive =
        Archive::Open(path_, now, &problems, limits_);
    for (const std::string& problem : problems) news_.push_back(absl::StrCat("archive: ", problem));
    if (!archive.ok()) {
      Observe(archive.status(), now);
      return nullptr;
    }
    archive_ = *std::move(archive);
  }
  const bool is_set_back = now < used_at_;
  used_at_ = now;
  if (is_set_back) prune_at_ = now + kPruneAfter;
  if (now >= prune_at_) {
    const absl::Status pruned = archive_->Prune(now - retention_).status();
    if (pruned.ok()) prune_at_ = now + kPruneEvery;
    Observe(pruned, now);
  }
  return archive_.get();
}

// Reports a zone at most once a day: a provider that floods the archive does so again and again.
void ReconnectingArchive::TellLosses(absl::Time now) {
  for (const ArchiveLoss& loss : archive_->TakeLosses()) {
    Lost& lost = lost_[loss.zone];
    lost.forecasts += loss.forecasts;
    lost.actuals += loss.actuals;
    lost.limit = loss.limit;
    lost.last = now;
    if (now - lost.told < kPruneEvery && now >= lost.told) continue;
    lost.told = now;
    news_.push_back(absl::StrCat("archive: ", LineOf(loss.zone, lost)));
  }
}

std::string ReconnectingArchive::LineOf(const std::string& zone, const Lost& lost) {
  return absl::StrCat("zone ", zone, ": the oldest ", lost.forecasts, " forecasts and ",
                      lost.actuals, " values gave way to the limit of ", lost.limit >> 20, " MiB");
}

std::vector<Finding> ReconnectingArchive::Findings() const {
  std::vector<Finding> findings;
  if (!trouble_.empty()) {
    findings.push_back({Severity::kWarning, FindingCode::kArchiveUnusable, "scarbond",
                        absl::StrCat("archive: ", trouble_, "; going on without it")});
  }
  for (const auto& [zone, lost] : lost_) {
    if (used_at_ - lost.last < kPruneEvery) {
      findings.push_back(
          {Severity::kNote, FindingCode::kArchiveLimited, "archive", LineOf(zone, lost)});
    }
  }
  return findings;
}

void ReconnectingArchive::Observe(const absl::Status& status, absl::Time now) {
  if (archive_ != nullptr) TellLosses(now);
  if (status.ok()) {
    if (!trouble_.empty()) news_.push_back(absl::StrCat("archive: ", path_, ": in use again"));
    trouble_.clear();
    return;
  }
  const std::string message(status.message());
  if (absl::IsInvalidArgument(status)) {
    if (message != refused_) news_.push_back(absl::StrCat("archive: ", message));
    refused_ = message;
    return;
  }
  if (message != trouble_) {
    news_.push_back(absl::StrCat("archive: ", message, "; going on without it"));
  }
  trouble_ = message;
  archive_.reset();
  closed_at_ = now;
  retry_at_ = now + kRetry;
}

std::vector<std::string> ReconnectingArchive::TakeNews() { return std::exchange(news_, {}); }

}  // namespace carbon
