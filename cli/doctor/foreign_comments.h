// Whether another tool writes into the AdminComment of our jobs, as jobstats does at a job's end.
// Nothing depends on that: the placement log names the jobs. Pure.
#ifndef CLI_DOCTOR_FOREIGN_COMMENTS_H_
#define CLI_DOCTOR_FOREIGN_COMMENTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace carbon {

// The decisions of the last `most` jobs that the lines of a placement log name, by job id. Lines
// that are no records are passed over: the first may be the rest of one.
std::map<int64_t, std::string> DecisionsOfJobs(absl::string_view log_lines, size_t most);

// What each line of `sacct -P -o JobIDRaw,State,AdminComment` says against that; other columns
// would be refused. "" where no tool is seen to write there, or else in one phrase how many of the
// jobs that ended have lost our part, or have something beside it, with an example. A job without
// any comment says nothing: it may never have reached the database.
std::string DescribeForeignComments(const std::map<int64_t, std::string>& decisions,
                                    absl::string_view sacct);

}  // namespace carbon

#endif  // CLI_DOCTOR_FOREIGN_COMMENTS_H_
