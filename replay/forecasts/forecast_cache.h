// Keeps what was forecast on the disk, in a file for each day that forecasts were made on: a year
// of hours would else be thousands of small files. What is kept is bytes; its key says what it
// depends on, so nothing in here is ever wrong, only missing.
//
//   FOLDER/2026-10-01-KEY.forecasts
//
//   bytes 0-7   "scfcst01"
//   then for each forecast: when it was made (Unix seconds, u64), its length (u32), and its bytes;
//   all little-endian.
//
// A file is written whole, beside its place, and then renamed. It is not synced: one that a crash
// has cut short is read as far as it goes. Two processes may use one folder: of what both write the
// last one stays. A file's time of modification is when it was last used.
//
// Blocks on the disk. Not thread-safe.
#ifndef REPLAY_FORECASTS_FORECAST_CACHE_H_
#define REPLAY_FORECASTS_FORECAST_CACHE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace carbon {

class ForecastCache {
 public:
  // Of the day that begins at `day`, UTC: hexadecimal, of all that its forecasts depend on.
  using KeyOfDay = std::function<std::string(absl::Time day)>;

  // Without a folder it keeps one day, in memory.
  ForecastCache(std::string folder, KeyOfDay key)
      : folder_(std::move(folder)), key_(std::move(key)) {}
  // Writes what is not written, if it can.
  ~ForecastCache();
  ForecastCache(const ForecastCache&) = delete;
  ForecastCache& operator=(const ForecastCache&) = delete;

  // nullptr: it is not kept. Valid until the next call.
  const std::string* Find(absl::Time made_at);
  // Unavailable, as "path: cannot be written", for a day before that could not be.
  absl::Status Add(absl::Time made_at, std::string bytes);
  // Writes what is not written. Unavailable, likewise.
  absl::Status Flush();

 private:
  // Has the day of `time` in memory.
  void Load(absl::Time time);

  const std::string folder_;
  const KeyOfDay key_;
  absl::Time day_ = absl::InfinitePast();
  std::string path_;
  std::map<int64_t, std::string> forecasts_;  // of the day, by Unix seconds
  bool is_written_ = true;
  absl::Status failed_;  // to write
};

// Removes the files of caches below `folder` that were not used for longest, until all of them
// together have `max_bytes` or less. Files of other names stay. What cannot be removed stays too.
// Returns how many bytes are left.
int64_t BoundForecastCache(const std::string& folder, int64_t max_bytes);

}  // namespace carbon

#endif  // REPLAY_FORECASTS_FORECAST_CACHE_H_
