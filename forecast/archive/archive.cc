#include "forecast/archive/archive.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/archive/archive_file.h"
#include "forecast/archive/archive_room.h"
#include "forecast/archive/archive_rows.h"
#include "forecast/archive/series_blob.h"
#include "store/file.h"
#include "store/sqlite.h"

namespace carbon {
namespace {

bool TellsTheSame(const Actual& a, const Actual& b) {
  return a.end == b.end && a.milligrams == b.milligrams && a.is_estimated == b.is_estimated;
}

// Returns whether a time can be stored. A row outside the range could be written, but not found or
// read again.
bool IsArchivable(absl::Time time) {
  return time >= absl::UnixEpoch() && time <= absl::FromUnixSeconds(kMaxSeriesBlobStart);
}

std::optional<int64_t> ToSeconds(std::optional<absl::Time> time) {
  if (!time.has_value()) return std::nullopt;
  return absl::ToUnixSeconds(*time);
}

}  // namespace

Archive::Archive(std::unique_ptr<Database> database, std::unique_ptr<Descriptor> lock,
                 ArchiveLimits limits)
    : ArchiveReader(std::move(database)),
      lock_(std::move(lock)),
      room_(std::make_unique<ArchiveRoom>(database_.get(), limits)) {}

// The database is closed before the lock is released.
Archive::~Archive() { database_.reset(); }

absl::StatusOr<std::unique_ptr<Archive>> Archive::Open(const std::string& path, absl::Time now,
                                                       std::vector<std::string>* problems,
                                                       ArchiveLimits limits) {
  absl::StatusOr<std::unique_ptr<Descriptor>> lock = LockArchive(path);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<std::unique_ptr<Database>> database = OpenArchiveToWrite(path, now, problems);
  if (!database.ok()) return database.status();
  return std::unique_ptr<Archive>(new Archive(*std::move(database), *std::move(lock), limits));
}

absl::StatusOr<int64_t> Archive::FeedId(const Feed& feed) {
  const absl::StatusOr<std::optional<int64_t>> id = FindFeed(database_.get(), feed);
  if (!id.ok()) return id.status();
  if (id->has_value()) return **id;
  const absl::Status status = database_->Run(
      "INSERT INTO feed(zone, source, kind) VALUES(?, ?, ?)", absl::string_view(feed.zone),
      absl::string_view(feed.source), SignalKindName(feed.kind));
  if (!status.ok()) return status;
  return database_->last_row();
}

absl::StatusOr<bool> Archive::AddForecast(const Feed& feed, std::optional<absl::Time> issued_at,
                                          const IntensitySeries& series, absl::Time fetched_at) {
  if (series.step_seconds().size() > kMaxSeriesBlobSteps) {
    return absl::InvalidArgumentError(absl::StrCat("forecast of zone ", feed.zone, ": has ",
                                                   series.step_seconds().size(),
                                                   " steps, more than ", kMaxSeriesBlobSteps));
  }
  if (!IsArchivable(series.begin())) {
    return absl::InvalidArgumentError(absl::StrCat("forecast of zone ", feed.zone, ": begins at ",
                                                   FormatTimestamp(series.begin()),
                                                   ", not from 1970 to 3000"));
  }
  const std::string blob = EncodeSeries(series);
  const std::optional<int64_t> issued = ToSeconds(issued_at);
  const int64_t fetched = absl::ToUnixSeconds(fetched_at);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_.get());
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<int64_t> id = FeedId(feed);
  if (!id.ok()) return id.status();

  // If the provider states no time of issue, only the forecast added last can be the same one. The
  // forecast with the latest time would be wrong, because a clock that was ahead may have stamped
  // it.
  const absl::StatusOr<std::optional<int64_t>> same = database_->Find(
      "SELECT CASE WHEN issued_at IS ?2 AND series = ?3 THEN id END FROM forecast"
      " WHERE id = (SELECT max(id) FROM forecast"
      " WHERE feed = ?1 AND (?2 IS NULL OR made_at = ?2))",
      *id, issued, Blob{blob});
  if (!same.ok()) return same.status();
  const bool is_new = !same->has_value();
  absl::Status status =
      is_new ? database_->Run(
                   "INSERT INTO forecast(feed, made_at, issued_at, fetched_at, last_fetched_at,"
                   " series) VALUES(?1, ?2, ?3, ?4, ?4, ?5)",
                   *id, issued.value_or(fetched), issued, fetched, Blob{blob})
             : database_->Run(
                   "UPDATE forecast SET last_fetched_at = max(last_fetched_at, ?) WHERE id = ?",
                   fetched, **same);
  if (status.ok() && is_new) status = room_->AddedForecast(feed.zone, blob.size());
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) {
    room_->Forget();
    return status;
  }
  return is_new;
}

absl::StatusOr<int> Archive::AddActuals(const Feed& feed, const IntensityHistory& history,
                                        absl::Time fetched_at) {
  if (history.intervals().empty()) return 0;
  for (const absl::Time time :
       {history.intervals().front().start, history.intervals().back().end}) {
    if (IsArchivable(time)) continue;
    return absl::InvalidArgumentError(absl::StrCat("actuals of zone ", feed.zone, ": reach to ",
                                                   FormatTimestamp(time),
                                                   ", not from 1970 to 3000"));
  }
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_.get());
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<int64_t> id = FeedId(feed);
  if (!id.ok()) return id.status();

  const absl::StatusOr<ActualsByStart> before = ReadActuals(
      database_.get(), *id, absl::ToUnixSeconds(history.intervals().front().start),
      absl::ToUnixSeconds(history.intervals().back().end), std::numeric_limits<int64_t>::max());
  if (!before.ok()) return before.status();
  int changed = 0;
  for (const IntensityHistory::Interval& interval : history.intervals()) {
    const int64_t start = absl::ToUnixSeconds(interval.start);
    Actual actual{.end = absl::ToUnixSeconds(interval.end),
                  .milligrams = std::llround(interval.value.value() * 1000),
                  .is_estimated = interval.is_estimated,
                  .fetched_at = absl::ToUnixSeconds(fetched_at)};
    auto covered = before->upper_bound(start);
    if (covered != before->begin()) --covered;
    if (covered != before->end() && covered->first == start &&
        TellsTheSame(covered->second, actual)) {
      continue;
    }
    for (; covered != before->end() && covered->first < actual.end; ++covered) {
      if (covered->second.end <= start) continue;
      actual.fetched_at = std::max(actual.fetched_at, covered->second.fetched_at + 1);
    }
    const absl::Status status = database_->Run(
        "INSERT INTO actual(feed, start, fetched_at, seconds, value, estimated)"
        " VALUES(?, ?, ?, ?, ?, ?)",
        *id, start, actual.fetched_at, actual.end - start, actual.milligrams,
        int64_t{actual.is_estimated ? 1 : 0});
    if (!status.ok()) return status;
    ++changed;
  }
  absl::Status status = room_->AddedActuals(feed.zone, changed);
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) {
    room_->Forget();
    return status;
  }
  return changed;
}

absl::StatusOr<int64_t> Archive::Prune(absl::Time before) {
  const absl::StatusOr<int64_t> removed = RemoveBefore(absl::ToUnixSeconds(before));
  if (!removed.ok()) {
    room_->Forget();
    return removed;
  }
  const absl::Status status = database_->Run("PRAGMA incremental_vacuum");
  if (!status.ok()) return status;
  return removed;
}

absl::StatusOr<int64_t> Archive::RemoveBefore(int64_t second) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_.get());
  if (!transaction.ok()) return transaction.status();
  absl::Status status = room_->WillRemove(second);
  if (!status.ok()) return status;
  int64_t removed = 0;
  // Rows are selected by feed, so that the keys are used.
  for (const char* statement :
       {"DELETE FROM forecast WHERE feed IN (SELECT id FROM feed) AND made_at < ?",
        "DELETE FROM actual WHERE feed IN (SELECT id FROM feed) AND start < ?1"
        " AND start + seconds <= ?1"}) {
    status = database_->Run(statement, second);
    if (!status.ok()) return status;
    removed += database_->changes();
  }
  status = transaction->Commit();
  if (!status.ok()) return status;
  return removed;
}

std::vector<ArchiveLoss> Archive::TakeLosses() { return room_->TakeLosses(); }

}  // namespace carbon
