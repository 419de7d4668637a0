// The file that scarbond-fetch leaves for scarbond, where the two are separate programs of two
// users (paths.forecasts in carbon.json): the snapshot's forecast part, and what scarbond reports
// about the zones' sources.
//
//   {"v":1,"pid":…,"started_at":…,"updated_at":…,"findings":[…],"sources":[…],
//    "errors":[…],"implausible":[…],"forecast_bytes":N}      one line of JSON, UTF-8
//   N bytes                                                  the forecast part
//
// Its writer talks with the internet, so its reader treats each byte as a stranger's. Serialize and
// Parse are pure; ReadFetchedForecasts blocks on the disk. Contains no secret.
#ifndef STORE_FETCHED_FORECASTS_H_
#define STORE_FETCHED_FORECASTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/finding/finding.h"
#include "core/grid/forecast_report.h"
#include "core/grid/source_state.h"

namespace carbon {

struct FetchedForecasts {
  int64_t pid = 0;  // of scarbond-fetch
  absl::Time started_at;
  std::optional<absl::Time> updated_at;  // when this was written
  std::vector<Finding> findings;         // warnings and notes
  std::vector<SourceState> sources;      // zone by zone, in order of preference
  std::vector<SourceErrorRatio> errors;
  std::vector<ImplausibleHours> implausible;
  std::string
      part;  // the forecast part (core/grid/forecast_codec.h), which Parse does not look into
};

// The longest line of JSON that is written and read.
inline constexpr int64_t kMaxFetchedReportBytes = 4 << 20;

// The file as bytes. Without `updated_at` that field is left out too: equal bytes then say the
// same. If the reports exceed kMaxFetchedReportBytes, a warning replaces them, so that the
// forecasts reach their reader in any case. Times are kept in whole seconds.
std::string SerializeFetchedForecasts(const FetchedForecasts& fetched);

// InvalidArgument for another version. DataLoss, naming the place and the fact, for bytes that
// SerializeFetchedForecasts would not write with `updated_at`. Unknown fields are ignored: a later
// scarbond-fetch may add some.
absl::StatusOr<FetchedForecasts> ParseFetchedForecasts(absl::string_view bytes);

// Reads the file at `path`. The path is trusted, and so is the owner of the file's folder, as far
// as this file goes. PermissionDenied, naming the fact, if anybody else could have written the
// file: it must be a regular file of that owner, and only that owner may write to it and to the
// folder. Symbolic links to it are not followed. NotFound if it does not exist; ResourceExhausted
// above the limits of its two halves; otherwise as ParseFetchedForecasts, the message
// "path: fact".
absl::StatusOr<FetchedForecasts> ReadFetchedForecasts(const std::string& path);

}  // namespace carbon

#endif  // STORE_FETCHED_FORECASTS_H_
