// The archive's file: its schema, and how it is opened, checked and, where damaged, replaced. For
// the archive's sources only.
#ifndef FORECAST_ARCHIVE_ARCHIVE_FILE_H_
#define FORECAST_ARCHIVE_ARCHIVE_FILE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/archive/sqlite.h"
#include "store/file.h"

namespace carbon {

// Held for as long as the descriptor is open. FailedPrecondition, naming its pid, where another
// process holds it.
absl::StatusOr<std::unique_ptr<Descriptor>> LockArchive(const std::string& path);

// For whoever holds the lock. As Archive::Open says.
absl::StatusOr<std::unique_ptr<Database>> OpenArchiveToWrite(const std::string& path,
                                                             absl::Time now,
                                                             std::vector<std::string>* problems);

// As ArchiveReader::Open says.
absl::StatusOr<std::unique_ptr<Database>> OpenArchiveToRead(const std::string& path);

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_ARCHIVE_FILE_H_
