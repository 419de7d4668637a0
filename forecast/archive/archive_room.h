// ArchiveRoom tracks how much of the archive each zone takes, and removes data if that is too much:
// the file stays within its limits, whatever a provider answers. For the archive's sources only.
//
// It removes from the zone that takes too much, or from the largest one if all together take too
// much. It removes from the larger of the zone's two parts, an eighth at a time: of the forecasts
// those added first; of the actuals first the values that were corrected later, then those of the
// earliest hours.
//
// Blocks on the disk; for one thread.
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
#include "store/sqlite.h"

namespace carbon {

class ArchiveRoom {
 public:
  ArchiveRoom(Database* database, ArchiveLimits limits) : database_(database), limits_(limits) {}

  // Call one of these when a row was added for the zone, with this many bytes in its blob, or this
  // many actuals. Call it within the transaction that adds them. TakeLosses reports what was
  // removed once the transaction is over.
  absl::Status AddedForecast(const std::string& zone, size_t blob_bytes);
  absl::Status AddedActuals(const std::string& zone, int64_t count);

  // Call this before the rows made, or ended, before this second are removed, in the same
  // transaction.
  absl::Status WillRemove(int64_t before);

  // Call this when the transaction was rolled back. The losses did not happen, and the sizes are
  // read again, which takes as long as reading the whole file.
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
  // Adds to the sizes what was made or ended before a second, or subtracts it if `sign` is -1.
  absl::Status AddUp(int64_t before, int64_t sign, std::map<std::string, Size>* sizes);
  absl::Status MakeRoom(const std::string& zone);
  absl::Status RemoveForecasts(const std::string& zone, ArchiveLoss* loss);
  absl::Status RemoveActuals(const std::string& zone, ArchiveLoss* loss);
  // Returns the number that the statement gives for a zone; 0 if it gives none.
  absl::StatusOr<int64_t> Find(absl::string_view sql, const std::string& zone);

  Database* database_;
  ArchiveLimits limits_;
  std::optional<std::map<std::string, Size>> sizes_;
  std::vector<ArchiveLoss> losses_;
};

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_ARCHIVE_ROOM_H_
