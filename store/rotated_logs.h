// The files that logrotate makes of a placement log. Blocks on the disk.
#ifndef STORE_ROTATED_LOGS_H_
#define STORE_ROTATED_LOGS_H_

#include <string>
#include <vector>

namespace carbon {

// Whether the caller reads compressed files, as LogFile does (gzip, zstd, xz, bzip2).
enum class CompressedLogs { kIncluded, kSkipped };

// Returns `path` and the files that logrotate made of it (`path`.1, `path`.2.gz, `path`-20261124,
// …), oldest first. `skipped` gets a line for the user for each compressed file that the caller
// does not read, and for each whose uncompressed file is there too.
std::vector<std::string> WithRotated(const std::string& path, CompressedLogs compressed,
                                     std::vector<std::string>* skipped);

}  // namespace carbon

#endif  // STORE_ROTATED_LOGS_H_
