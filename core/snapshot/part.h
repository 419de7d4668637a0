// The table of a snapshot's parts: the name of each, its maximum size, and who may read it.
// Manifest, files, records and reports use this table instead of naming the parts. Plain data.
// Pure; no I/O.
//
// A new kind of part needs a row of kParts, a value of SnapshotPart, and its Serialize and Parse.
// The version of the manifest rises with it.
//
// There is one cluster today. A second cluster adds one part for each of the rows with
// `is_of_cluster`, but no rows. Then the key of a part becomes its SnapshotPart and, for those, the
// cluster's name. PerPart becomes a map by that key. In records and in a manifest of
// the next version, the hash under "capacity" becomes an object of hashes by cluster. Files keep
// their names, because the hash distinguishes them.
#ifndef CORE_SNAPSHOT_PART_H_
#define CORE_SNAPSHOT_PART_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {

// The parts, in the order of kParts.
enum class SnapshotPart { kConfig, kForecast, kCapacity, kAdmission, kRuntimes };

struct PartInfo {
  SnapshotPart part;
  // The key in the manifest, in records and in reports, and the beginning of the file's name.
  const char* name;
  const char* suffix;  // of the file's name
  int64_t max_bytes;   // a larger part is neither published nor read
  // It describes users and their jobs, which Slurm's PrivateData may hide. Only root, the
  // publisher's user and SlurmUser may read it.
  bool is_private;
  bool is_of_cluster;  // there is one for each cluster; the other parts are common to all
  // A snapshot may be without it. Then it has no file, and its hash is empty. A record has what it
  // says of the job, so that a decision is repeated without it.
  bool is_optional = false;
};

inline constexpr std::array kParts = {
    PartInfo{SnapshotPart::kConfig, "config", ".json", 4 << 20, false, false},
    PartInfo{SnapshotPart::kForecast, "forecast", ".bin", 16 << 20, false, false},
    PartInfo{SnapshotPart::kCapacity, "capacity", ".json", 64 << 20, true, true},
    PartInfo{SnapshotPart::kAdmission, "admission", ".json", 64 << 20, true, true},
    PartInfo{SnapshotPart::kRuntimes, "runtimes", ".json", 16 << 20, true, true, true},
};
inline constexpr size_t kPartCount = kParts.size();

constexpr const PartInfo& InfoOf(SnapshotPart part) { return kParts[static_cast<size_t>(part)]; }

// One value for each part: PerPart<std::string>{config, forecast, capacity, admission, runtimes}.
template <class T>
struct PerPart {
  std::array<T, kPartCount> values;

  T& operator[](SnapshotPart part) { return values[static_cast<size_t>(part)]; }
  const T& operator[](SnapshotPart part) const { return values[static_cast<size_t>(part)]; }

  friend bool operator==(const PerPart&, const PerPart&) = default;
};

// Example: "capacity-<hash>.json".
inline std::string PartFileName(SnapshotPart part, absl::string_view hash) {
  return absl::StrCat(InfoOf(part).name, "-", hash, InfoOf(part).suffix);
}

}  // namespace carbon

#endif  // CORE_SNAPSHOT_PART_H_
