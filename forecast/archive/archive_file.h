// Opens the archive's file, checks it, and replaces it if it is damaged. Also has the archive's
// schema. For the archive's sources only.
#ifndef FORECAST_ARCHIVE_ARCHIVE_FILE_H_
#define FORECAST_ARCHIVE_ARCHIVE_FILE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/file.h"
#include "store/sqlite.h"

namespace carbon {

// Locks the archive for as long as the descriptor is open. Returns FailedPrecondition, naming the
// pid, if another process holds the lock.
absl::StatusOr<std::unique_ptr<Descriptor>> LockArchive(const std::string& path);

// The caller must hold the lock. Errors as in Archive::Open.
absl::StatusOr<std::unique_ptr<Database>> OpenArchiveToWrite(const std::string& path,
                                                             absl::Time now,
                                                             std::vector<std::string>* problems);

// Errors as in ArchiveReader::Open.
absl::StatusOr<std::unique_ptr<Database>> OpenArchiveToRead(const std::string& path);

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_ARCHIVE_FILE_H_
