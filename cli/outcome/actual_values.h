// Reads the intensities that zones really had: from a folder of files, from scarbond's archive, or
// from the history files of the configuration. Blocks on the disk.
#ifndef CLI_OUTCOME_ACTUAL_VALUES_H_
#define CLI_OUTCOME_ACTUAL_VALUES_H_

#include <functional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/outcome/actual_intensity.h"

namespace carbon {

struct ActualSources {
  std::string archive;  // scarbond's archive; empty: none
  std::string grid;     // a folder of ZONE.csv files; empty: none
};

// Returns what is known of [from, to) in the zones. The sources of a zone are, in this order: its
// file of the folder; each of its feeds in the archive, with the newest revision of each value,
// those that the configuration names as the zone's history first; and without an archive the
// history files that the configuration names. A zone may have none.
//
// Returns an error that says what to do if the archive cannot be read, if the folder is not there,
// or if a file of it is wrong. `complain` gets a line if a history file of the configuration cannot
// be used, and one that says what to do if there are no actual values at all.
absl::StatusOr<ActualsByZone> ReadActualValues(
    const std::set<std::string>& zones, const DaemonConfig& config, const ActualSources& sources,
    absl::Time from, absl::Time to, const std::function<void(const std::string&)>& complain);

}  // namespace carbon

#endif  // CLI_OUTCOME_ACTUAL_VALUES_H_
