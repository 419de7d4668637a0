// Finds out whether another tool writes into the AdminComment of our jobs, as jobstats does when a
// job ends. Nothing depends on AdminComment: the placement log names the jobs. Pure.
#ifndef CLI_DOCTOR_FOREIGN_COMMENTS_H_
#define CLI_DOCTOR_FOREIGN_COMMENTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace carbon {

// Returns the decisions of the last `most` jobs that the lines of a placement log name, by job id.
// Skips lines that are not records: the first line may be incomplete.
std::map<int64_t, std::string> DecisionsOfJobs(absl::string_view log_lines, size_t most);

// Describes what `sacct -P -o JobIDRaw,State,AdminComment` prints about those jobs; other columns
// are not supported. Returns "" if no other tool is seen. Otherwise one phrase says how many of the
// jobs that ended have lost our part or have other text next to it, with an example. A job without
// any comment is not counted: its comment may never have reached the database.
std::string DescribeForeignComments(const std::map<int64_t, std::string>& decisions,
                                    absl::string_view sacct);

}  // namespace carbon

#endif  // CLI_DOCTOR_FOREIGN_COMMENTS_H_
