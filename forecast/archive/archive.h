// What was forecast and what then was: every forecast as it was issued and every actual value with
// its revisions, in one SQLite file.
//
//   forecasts  what a provider issued, exact to 1 mg/kWh. The same forecast fetched again is not
//              kept twice; only when it was last seen changes.
//   actuals    the past as a provider tells it. Providers correct it for days: a value that changed
//              is kept beside the one before, so that one can ask what was known at any time.
//
// The file is bounded, whatever providers answer (ArchiveLimits): the oldest pieces give way.
//
// One process writes (a lock file keeps a second one out), any number that may read the file do so
// meanwhile: its owner's, and those of a group that it was given to. Each call of
// the writer is one transaction that is on the disk when it returns OK; at any error nothing of it
// is, and after kill -9 or a power failure the file is whole. Times are kept in whole seconds.
// Blocks on the disk; an object is for one thread at a time.
//
// Errors read "path: fact". RESOURCE_EXHAUSTED: the disk is full. UNAVAILABLE: a reader held the
// file for a second; try again. DATA_LOSS: the file turns out to be damaged; open it again.
// INVALID_ARGUMENT: what was given cannot be kept, or what was asked for was damaged within its
// row: all else is well.
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

// Whose values they are. Two that differ in anything are never mixed.
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

  // What it counts as issued at.
  absl::Time made_at() const { return issued_at.value_or(fetched_at); }
};

// How large the archive may become, in bytes of its file. A zone may have more than one source.
//
// By default a zone may take what the densest known source, of 72 hours in steps of five minutes
// every five minutes, adds in three months: decisions rest on the last 55 days. And all together
// what a hundred such zones add in two months.
struct ArchiveLimits {
  int64_t zone_bytes = int64_t{128} << 20;
  int64_t bytes = int64_t{8} << 30;
};

// What gave way to stay within that.
struct ArchiveLoss {
  std::string zone;
  int64_t forecasts = 0;
  int64_t actuals = 0;  // values, corrected ones included
  int64_t limit = 0;    // bytes: of the zone, or of all
};

class ArchiveReader {
 public:
  // NotFound where there is no such file, InvalidArgument where it is not an archive, and
  // FailedPrecondition where a newer version has written it. Does not check it whole.
  static absl::StatusOr<std::unique_ptr<ArchiveReader>> Open(const std::string& path);
  virtual ~ArchiveReader();

  // All of which there is or was anything, by zone, source and kind.
  absl::StatusOr<std::vector<Feed>> Feeds() const;

  // What was known at `known_at` of [from, to): of each instant the value that was fetched last by
  // then. Intervals that reach over an end are cut there; what nobody told is a gap.
  absl::StatusOr<IntensityHistory> History(const Feed& feed, absl::Time from, absl::Time to,
                                           absl::Time known_at) const;

  // Those made in [from, to), in that order.
  absl::StatusOr<std::vector<ArchivedForecast>> Forecasts(const Feed& feed, absl::Time from,
                                                          absl::Time to) const;

  // The one added last.
  absl::StatusOr<std::optional<ArchivedForecast>> LastForecast(const Feed& feed) const;
  // The one made last in the day before `at`, or just then.
  absl::StatusOr<std::optional<ArchivedForecast>> ForecastInForce(const Feed& feed,
                                                                  absl::Time at) const;

 protected:
  explicit ArchiveReader(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

class Archive : public ArchiveReader {
 public:
  // Creates the file where there is none, for nobody else to read; its folder must be there. One
  // that everybody may read becomes so too; one that a group alone may read stays so. A damaged one
  // is moved aside to "path.damaged-20261124T020000Z" and a new one begun, which `problems` is told
  // in a line.
  //
  // PermissionDenied where it may be read only, or is no regular file.
  // FailedPrecondition, naming the holder's pid, where another process writes it; where a newer
  // version has written it; and where it is another program's database or no database at all, an
  // archive without its header among them: none of these is touched.
  static absl::StatusOr<std::unique_ptr<Archive>> Open(const std::string& path, absl::Time now,
                                                       std::vector<std::string>* problems,
                                                       ArchiveLimits limits = {});
  ~Archive() override;

  // True where it is a new one, false where it was there. InvalidArgument for a series that is
  // finer than the archive's blobs can be, or begins before 1970 or after the year 3000.
  absl::StatusOr<bool> AddForecast(const Feed& feed, std::optional<absl::Time> issued_at,
                                   const IntensitySeries& series, absl::Time fetched_at);

  // How many intervals were new or changed. What the history has a gap for stays as it was. A
  // revision is never stamped before the one that it replaces, even if the clock was set back.
  // InvalidArgument for what reaches before 1970 or after the year 3000.
  absl::StatusOr<int> AddActuals(const Feed& feed, const IntensityHistory& history,
                                 absl::Time fetched_at);

  // Removes the forecasts made, and the actuals that end, before `before`, and gives their room
  // back to the disk. How many they were.
  absl::StatusOr<int64_t> Prune(absl::Time before);

  // What gave way to the limits in the last call that added something.
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
