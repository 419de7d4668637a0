// The archive stores what was forecast and what then happened: every forecast as it was issued and
// every actual value with its revisions, in one SQLite file.
//
//   forecasts  what a provider issued, exact to 1 mg/kWh. The same forecast fetched again is not
//              stored twice; only the time when it was last seen changes.
//   actuals    the past as a provider reports it. Providers correct it for days: a value that
//              changed is stored beside the older one, so that one can ask what was known at any
//              time.
//
// The file is bounded, whatever providers answer (ArchiveLimits): the oldest pieces are removed.
//
// One process writes; a lock file excludes a second one. Meanwhile any number of processes that may
// read the file do so: those of its owner, and those of a group to which the file was given. Each
// call of the writer is one transaction that is on the disk when the call returns OK. After an
// error nothing of the call is on the disk. After kill -9 or a power failure the file is whole.
// Times are stored in whole seconds. Blocks on the disk; an object is for one thread at a time.
//
// Errors read "path: fact". RESOURCE_EXHAUSTED: the disk is full. UNAVAILABLE: a reader held the
// file for a second; try again. DATA_LOSS: the file turns out to be damaged; open it again.
// INVALID_ARGUMENT: the given data cannot be stored, or the row that was asked for is damaged;
// everything else is well.
#ifndef FORECAST_ARCHIVE_ARCHIVE_H_
#define FORECAST_ARCHIVE_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/grid/intensity.h"
#include "core/grid/intensity_history.h"

namespace carbon {

class ArchiveRoom;
class Database;
class Descriptor;

// The source of values. Values of two feeds that differ in any field are never mixed.
struct Feed {
  std::string zone;
  std::string source;  // "electricity-maps:DE": the provider and its zone, or the file
  SignalKind kind = SignalKind::kAverageLifecycle;

  friend bool operator==(const Feed&, const Feed&) = default;
};

struct ArchivedForecast {
  std::optional<absl::Time> issued_at;  // unknown for some providers
  absl::Time fetched_at;                // for the first time
  absl::Time last_fetched_at;
  IntensitySeries series;

  // The time that counts as its issue.
  absl::Time made_at() const { return issued_at.value_or(fetched_at); }
};

// What was known of a window, and when each interval of the history was fetched.
struct ArchivedHistory {
  IntensityHistory history;
  std::vector<absl::Time> fetched_at;  // by interval
};

// Limits of the archive, in bytes of its file. A zone may have more than one source.
//
// The default for a zone is what the densest known source (72 hours in steps of five minutes, every
// five minutes) adds in three months; decisions rest on the last 55 days. The default for all zones
// together is what a hundred such zones add in two months.
struct ArchiveLimits {
  int64_t zone_bytes = int64_t{128} << 20;
  int64_t bytes = int64_t{8} << 30;
};

// What was removed to stay within the limits.
struct ArchiveLoss {
  std::string zone;
  int64_t forecasts = 0;
  int64_t actuals = 0;  // values, corrected ones included
  int64_t limit = 0;    // bytes: of the zone, or of all
};

class ArchiveReader {
 public:
  // Returns NotFound if there is no such file, InvalidArgument if it is not an archive, and
  // FailedPrecondition if a newer version has written it. Does not check the whole file.
  static absl::StatusOr<std::unique_ptr<ArchiveReader>> Open(const std::string& path);
  virtual ~ArchiveReader();

  // Returns all feeds of which there is or was any data, by zone, source and kind.
  absl::StatusOr<std::vector<Feed>> Feeds() const;

  // Returns what was known at `known_at` about [from, to): for each instant the value that was
  // fetched last by then. Intervals that reach over an end are cut there. An instant without a
  // value is a gap.
  absl::StatusOr<IntensityHistory> History(const Feed& feed, absl::Time from, absl::Time to,
                                           absl::Time known_at) const;
  // The same, with the times of the revisions.
  absl::StatusOr<ArchivedHistory> HistoryWithTimes(const Feed& feed, absl::Time from, absl::Time to,
                                                   absl::Time known_at) const;

  // Returns the forecasts made in [from, to), in that order.
  absl::StatusOr<std::vector<ArchivedForecast>> Forecasts(const Feed& feed, absl::Time from,
                                                          absl::Time to) const;

  // Returns the forecast that was added last.
  absl::StatusOr<std::optional<ArchivedForecast>> LastForecast(const Feed& feed) const;
  // Returns the forecast that was made last in the day before `at`, or at `at`.
  absl::StatusOr<std::optional<ArchivedForecast>> ForecastInForce(const Feed& feed,
                                                                  absl::Time at) const;

 protected:
  explicit ArchiveReader(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

class Archive : public ArchiveReader {
 public:
  // Creates the file if there is none, readable by its owner only; its folder must exist. A file
  // that everybody may read is restricted in the same way; a file that only a group may read is
  // left so. A damaged file is moved aside to "path.damaged-20261124T020000Z" and a new one is
  // begun, and a line is added to `problems`.
  //
  // PermissionDenied if the file is read-only, or is not a regular file. FailedPrecondition if
  // another process writes it (the message names its pid), if a newer version has written it, and
  // if it is another program's database or not a database at all, including an archive without its
  // header. None of these files is touched.
  static absl::StatusOr<std::unique_ptr<Archive>> Open(const std::string& path, absl::Time now,
                                                       std::vector<std::string>* problems,
                                                       ArchiveLimits limits = {});
  ~Archive() override;

  // Returns true if the forecast is new, false if it was already stored. InvalidArgument for a
  // series that is finer than the archive's blobs can be, or that begins before 1970 or after the
  // year 3000.
  absl::StatusOr<bool> AddForecast(const Feed& feed, std::optional<absl::Time> issued_at,
                                   const IntensitySeries& series, absl::Time fetched_at);

  // Returns how many intervals were new or changed. Values in a gap of `history` stay as they were.
  // A revision is never stamped before the one that it replaces, even if the clock was set back.
  // InvalidArgument for a history that reaches before 1970 or after the year 3000.
  absl::StatusOr<int> AddActuals(const Feed& feed, const IntensityHistory& history,
                                 absl::Time fetched_at);

  // Removes the forecasts made, and the actuals that end, before `before`, and returns their space
  // to the disk. Returns how many they were.
  absl::StatusOr<int64_t> Prune(absl::Time before);

  // Returns what was removed because of the limits in the last call that added something.
  std::vector<ArchiveLoss> TakeLosses();

 private:
  Archive(std::unique_ptr<Database> database, std::unique_ptr<Descriptor> lock,
          ArchiveLimits limits);
  absl::StatusOr<int64_t> FeedId(const Feed& feed);
  absl::StatusOr<int64_t> RemoveBefore(int64_t second);

  std::unique_ptr<Descriptor> lock_;
  std::unique_ptr<ArchiveRoom> room_;
};

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_ARCHIVE_H_
