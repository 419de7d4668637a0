// What each zone takes of the archive, and what gives way where that is too much: whatever a
// provider answers, the file stays within its limits. For the archive's sources only.
//
// Of the zone that takes too much, or of the largest where all together do, the part that takes
// more gives way, an eighth at a time: of the forecasts those added first; of the actuals first the
// values that were corrected since, then those of the earliest hours.
//
// Blocks on the disk; one thread.
#ifndef FORECAST_ARCHIVE_ARCHIVE_ROOM_H_
#define FORECAST_ARCHIVE_ARCHIVE_ROOM_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forecast/archive/archive.h"
#include "forecast/archive/sqlite.h"

namespace carbon {

class ArchiveRoom {
 public:
  ArchiveRoom(Database* database, ArchiveLimits limits) : database_(database), limits_(limits) {}

  // A row was added to the zone's, of so many bytes in its blob; or so many actuals. Within the
  // transaction that adds them. What gives way is told by TakeLosses once the transaction is over.
  absl::Status AddedForecast(const std::string& zone, size_t blob_bytes);
  absl::Status AddedActuals(const std::string& zone, int64_t count);

  // What was made, or ended, before this second will be removed, in the same transaction.
  absl::Status WillRemove(int64_t before);

  // The transaction came to nothing: what was to be told did not happen, and the sizes are looked
  // up again, which takes as long as reading the whole file.
  void Forget() {
    sizes_.reset();
    losses_.clear();
  }

  std::vector<ArchiveLoss> TakeLosses() { return std::exchange(losses_, {}); }

 private:
  struct Size {
    int64_t forecasts = 0;  // bytes
    int64_t actuals = 0;
    int64_t sum() const { return forecasts + actuals; }
  };

  absl::Status LookUp();
  // Adds to the sizes, or takes from them where `sign` is -1, what was made or ended before a
  // second.
  absl::Status AddUp(int64_t before, int64_t sign, std::map<std::string, Size>* sizes);
  absl::Status MakeRoom(const std::string& zone);
  absl::Status RemoveForecasts(const std::string& zone, ArchiveLoss* loss);
  absl::Status RemoveActuals(const std::string& zone, ArchiveLoss* loss);
  // The number that the statement gives for a zone; 0 where it gives none.
  absl::StatusOr<int64_t> Find(absl::string_view sql, const std::string& zone);

  Database* database_;
  ArchiveLimits limits_;
  std::optional<std::map<std::string, Size>> sizes_;
  std::vector<ArchiveLoss> losses_;
};

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_ARCHIVE_ROOM_H_
