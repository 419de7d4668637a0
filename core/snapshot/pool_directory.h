// What follows from the configuration and the admission rules alone: each pool's site, hardware and
// names, which pools admit the same jobs, and the errors of the figures of its hardware and site.
// Making a directory takes much longer than looking up the rest of a snapshot, and most publishes
// only have a new capacity. So successive snapshots share one directory. Immutable; threads may
// share it. Pure.
#ifndef CORE_SNAPSHOT_POOL_DIRECTORY_H_
#define CORE_SNAPSHOT_POOL_DIRECTORY_H_

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/admission/admission.h"
#include "core/config/placement_config.h"
#include "core/grid/scenarios.h"
#include "core/snapshot/pool_names.h"

namespace carbon {

class PoolDirectory {
 public:
  // Valid as long as the directory.
  struct Entry {
    size_t partition;    // see Snapshot::Pool
    size_t rules_class;  // see Snapshot::Pool
    const PoolConfig* config;
    const SiteConfig* site;
    const HardwareProfile* hardware;
    const PartitionRules* rules;  // nullptr: the partition's admission rules are unknown
    // As in Snapshot::Pool.
    const ErrorScenarios::Draws* watts_factor;
    std::array<const ErrorScenarios::Draws*, 2> speed_factor;
    const ErrorScenarios::Draws* pue_factor;
    const ErrorScenarios::Draws* free_factor;  // of its hardware's free watts; nullptr: not known
  };

  // InvalidArgument for a name that occurs twice, and for a pool at an unknown site or of unknown
  // hardware. `admission` is not nullptr.
  static absl::StatusOr<std::shared_ptr<const PoolDirectory>> Make(
      PlacementConfig config, std::shared_ptr<const AdmissionRules> admission);

  PoolDirectory(const PoolDirectory&) = delete;
  PoolDirectory& operator=(const PoolDirectory&) = delete;

  const PlacementConfig& config() const { return config_; }
  const std::shared_ptr<const AdmissionRules>& admission() const { return admission_; }
  // In the configuration's order.
  const std::vector<Entry>& entries() const { return entries_; }
  const PoolNameList& names() const { return names_; }
  // By name, its index; absent: there is no such pool.
  std::optional<size_t> FindPool(absl::string_view name) const;
  // Entry::partition of a partition's pools; absent: it has none.
  std::optional<size_t> FindPartition(absl::string_view name) const;
  // How many different values Entry::partition and Entry::rules_class have, from zero.
  size_t partitions() const { return partitions_.size(); }
  size_t rules_classes() const { return rules_classes_; }

 private:
  PoolDirectory() = default;

  absl::Status AddEntries();
  void Classify();
  void CollectNames();
  // Returns the draws of a key, drawn when it is asked for first.
  const ErrorScenarios::Draws* Draw(const std::string& key, double spread);

  PlacementConfig config_;
  std::shared_ptr<const AdmissionRules> admission_;
  std::vector<Entry> entries_;
  PoolNameList names_;
  std::map<absl::string_view, size_t> pools_;
  std::map<absl::string_view, size_t> partitions_;
  size_t rules_classes_ = 0;
  std::map<std::string, ErrorScenarios::Draws> factors_;  // by key
};

}  // namespace carbon

#endif  // CORE_SNAPSHOT_POOL_DIRECTORY_H_
