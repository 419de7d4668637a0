// The parts of a snapshot as one table: what each is called, how large it may be, and who may read
// it. Manifest, files, records and reports go through this table instead of naming the parts.
// Plain data. Pure; no I/O.
//
// A new kind of part is a row of kParts, a value of SnapshotPart, and its Serialize and Parse; the
// manifest's version rises with it.
//
// There is one cluster today. A second one adds one capacity and one admission part (the rows where
// `is_of_cluster` is set), not rows: the key of a part becomes its SnapshotPart and, for those, the
// cluster's name; PerPart becomes a map by that key; in a manifest of the next version and in
// records, the hash under "capacity" becomes an object of hashes by cluster; and the files keep
// their names, which the hash tells apart.
#ifndef CORE_SNAPSHOT_PART_H_
#define CORE_SNAPSHOT_PART_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {

// In the order of kParts.
enum class SnapshotPart { kConfig, kForecast, kCapacity, kAdmission };

struct PartInfo {
  SnapshotPart part;
  // The key in the manifest, in records and in reports, and the beginning of the file's name.
  const char* name;
  const char* suffix;  // of the file's name
  int64_t max_bytes;   // a larger part is neither published nor read
  // It tells of users and their jobs, which Slurm's PrivateData may hide: for root, the publisher's
  // user and SlurmUser alone.
  bool is_private;
  bool is_of_cluster;  // of one cluster; the others are common to all
};

inline constexpr std::array kParts = {
    PartInfo{SnapshotPart::kConfig, "config", ".json", 4 << 20, false, false},
    PartInfo{SnapshotPart::kForecast, "forecast", ".bin", 16 << 20, false, false},
    PartInfo{SnapshotPart::kCapacity, "capacity", ".json", 64 << 20, true, true},
    PartInfo{SnapshotPart::kAdmission, "admission", ".json", 64 << 20, true, true},
};
inline constexpr size_t kPartCount = kParts.size();

constexpr const PartInfo& InfoOf(SnapshotPart part) { return kParts[static_cast<size_t>(part)]; }

// One value for each part: PerPart<std::string>{config, forecast, capacity, admission}.
template <class T>
struct PerPart {
  std::array<T, kPartCount> values;

  T& operator[](SnapshotPart part) { return values[static_cast<size_t>(part)]; }
  const T& operator[](SnapshotPart part) const { return values[static_cast<size_t>(part)]; }

  friend bool operator==(const PerPart&, const PerPart&) = default;
};

// "capacity-<hash>.json".
inline std::string PartFileName(SnapshotPart part, absl::string_view hash) {
  return absl::StrCat(InfoOf(part).name, "-", hash, InfoOf(part).suffix);
}

}  // namespace carbon

#endif  // CORE_SNAPSHOT_PART_H_
