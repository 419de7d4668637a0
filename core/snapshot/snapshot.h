// A snapshot is everything that a decision depends on besides the job, the ledger, the
// circumstances and the time: configuration, forecasts, and the cluster's capacity and admission
// rules. It is immutable once assembled, and threads may share it. docs/snapshot.md describes the
// byte formats. Pure; store/snapshot_store.h reads and writes the files.
#ifndef CORE_SNAPSHOT_SNAPSHOT_H_
#define CORE_SNAPSHOT_SNAPSHOT_H_

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/admission/admission.h"
#include "core/cluster/capacity.h"
#include "core/cluster/cluster_state.h"
#include "core/config/placement_config.h"
#include "core/grid/scenarios.h"
#include "core/grid/zone_forecast.h"
#include "core/runtime/learnt_runtimes.h"
#include "core/snapshot/manifest.h"
#include "core/snapshot/name_index.h"
#include "core/snapshot/pool_directory.h"
#include "core/snapshot/pool_names.h"

namespace carbon {

// Lower-case hexadecimal SHA-256.
std::string Sha256Hex(absl::string_view bytes);

// All zones' forecasts, with error scenarios drawn for them. Drawing takes milliseconds, and
// forecasts change much less often than the queue.
struct DrawnForecasts {
  explicit DrawnForecasts(std::vector<ZoneForecast> forecasts)
      : zones(std::move(forecasts)), scenarios(zones) {}

  std::vector<ZoneForecast> zones;
  ErrorScenarios scenarios;  // by index into `zones`
};

class Snapshot {
 public:
  // A pool with everything that belongs to it, looked up. Valid as long as the snapshot.
  struct Pool {
    size_t index;      // in pools()
    size_t partition;  // pools of one partition have the same number
    // Pools of one kind are equal in everything on which a job's size, runtime, time limit and
    // watts before PUE depend: hardware, nodes, and the partition's defaults and limits.
    size_t kind;
    // The partitions of pools with one number have rules that admit and refuse the same jobs, if
    // neither partition is the job's home.
    size_t rules_class;
    const PoolConfig* config;
    const SiteConfig* site;
    const HardwareProfile* hardware;
    const ZoneForecast* forecast;  // nullptr: the zone has none
    const PoolState* state;        // nullptr: the cluster does not show its partition
    const NodeGroup* group;        // nullptr together with `state`
    size_t group_index;            // of `group`, in the capacity
    const PartitionRules* rules;   // nullptr: the partition's admission rules are unknown
    int zone_index;                // for ErrorScenarios; -1 without a forecast
    // Without jobs, as the configuration says, or otherwise the pool's state.
    std::optional<double> stays_powered;
    // The watts that a unit draws at work in addition to what it would draw without the job, before
    // PUE: its busy watts, minus the watts of a free node for the share of nodes that stay powered.
    // Absent: unknown.
    std::optional<Watts> added;
    // The errors of its hardware's watts and speed and of its site's PUE, drawn once.
    const ErrorScenarios::Draws* watts_factor;
    const ErrorScenarios::Draws* added_factor;  // nullptr: `added` is absent
    // Indexed by Precision; nullptr: the throughput is unknown.
    std::array<const ErrorScenarios::Draws*, 2> speed_factor;
    const ErrorScenarios::Draws* pue_factor;
  };

  // Returns InvalidArgument if the parts do not belong together (a pool of an unknown group, two
  // forecasts of one zone).
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Assemble(
      Manifest manifest, std::shared_ptr<const PoolDirectory> directory,
      std::shared_ptr<const DrawnForecasts> forecasts, CapacityState capacity,
      std::shared_ptr<const LearntRuntimes> runtimes = nullptr);
  // Does the same without runtimes, and makes the directory for this snapshot alone.
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Assemble(
      Manifest manifest, PlacementConfig config, std::shared_ptr<const DrawnForecasts> forecasts,
      CapacityState capacity, std::shared_ptr<const AdmissionRules> admission);

  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const Manifest& manifest() const { return *manifest_; }
  // For objects that outlive the snapshot.
  const std::shared_ptr<const Manifest>& shared_manifest() const { return manifest_; }
  const PlacementConfig& config() const { return directory_->config(); }
  const std::vector<ZoneForecast>& forecasts() const { return forecasts_->zones; }
  const CapacityState& capacity() const { return capacity_; }
  const AdmissionRules& admission() const { return *directory_->admission(); }
  // For a later snapshot: they are large, or take long to make, and rarely change.
  const std::shared_ptr<const DrawnForecasts>& shared_forecasts() const { return forecasts_; }
  const std::shared_ptr<const AdmissionRules>& shared_admission() const {
    return directory_->admission();
  }
  const std::shared_ptr<const PoolDirectory>& shared_directory() const { return directory_; }
  // What was learnt of runtimes; nullptr: nothing was published. No decision reads it: what it says
  // of a job is part of the job's request (JobRequest::learnt_runtime).
  const std::shared_ptr<const LearntRuntimes>& runtimes() const { return runtimes_; }
  const std::vector<Pool>& pools() const { return pools_; }
  const PoolNameList& pool_names() const { return directory_->names(); }
  const std::shared_ptr<const PoolNames>& NamesOf(const Pool& pool) const {
    return (*pool_names())[pool.index];
  }
  // Returns the pools of a partition, in the configuration's order. Empty: it has none.
  const std::vector<const Pool*>& PoolsOf(absl::string_view partition) const;
  // The numbers of different values of Pool::kind and Pool::rules_class, which count from zero.
  size_t kinds() const { return kinds_; }
  size_t rules_classes() const { return directory_->rules_classes(); }
  const ErrorScenarios& scenarios() const { return forecasts_->scenarios; }

 private:
  Snapshot() = default;

  absl::Status CheckCapacity(const NameIndex& groups) const;
  void AddPools(const NameIndex& zones, const NameIndex& groups, const NameIndex& states);
  // Sets what of a pool's watts is added by work, and how it errs.
  void AddWatts(const ErrorScenarios::Draws* free_factor, Pool* pool);
  // Numbers the pools by kind and lists them by partition.
  void Classify();

  std::shared_ptr<const Manifest> manifest_;
  std::shared_ptr<const PoolDirectory> directory_;
  std::shared_ptr<const DrawnForecasts> forecasts_;
  CapacityState capacity_;
  std::shared_ptr<const LearntRuntimes> runtimes_;
  std::vector<Pool> pools_;
  std::vector<std::vector<const Pool*>> pools_of_;  // by Pool::partition
  size_t kinds_ = 0;
  std::map<std::string, ErrorScenarios::Draws> added_factors_;  // by key
};

}  // namespace carbon

#endif  // CORE_SNAPSHOT_SNAPSHOT_H_
