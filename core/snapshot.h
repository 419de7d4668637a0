// Everything that a decision depends on besides the job, the ledger and the time: configuration,
// forecasts, and the cluster's capacity and admission rules. Immutable once assembled; safe to
// share between threads. The byte formats are documented in docs/snapshot.md. Pure; files are the
// business of core/snapshot_store.h.
#ifndef CORE_SNAPSHOT_H_
#define CORE_SNAPSHOT_H_

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/admission.h"
#include "core/capacity.h"
#include "core/config.h"
#include "core/scenarios.h"
#include "core/zone_forecast.h"

namespace carbon {

// A set of nodes that jobs are confined to, with all their devices or those of one type; capacity
// is counted here. Groups overlap only where one holds the other, or where a third holds both: see
// core/group_calendars.h.
struct NodeGroup {
  std::string name;
  Resources total;     // of the nodes that are up
  Resources per_node;  // the least of any of them; without parts of nodes
  // The groups that hold all of this one, and more.
  std::vector<std::string> within;
  // The group of the other devices on its nodes, which go to nobody else where a job has the nodes
  // to itself; empty: there are none.
  std::string beside;
};

// What Slurm gives a job in a partition without being asked. Zero: nothing is set. A job that asks
// for no memory gets that of its devices if it has any, else that of its CPUs, else that per node;
// where nothing is set, all memory of its nodes.
struct JobDefaults {
  int64_t memory_per_node_mib = 0;
  int64_t memory_per_cpu_mib = 0;
  int64_t memory_per_device_mib = 0;
  int64_t cpus_per_device = 0;
  int64_t cpus_per_core = 1;  // whole cores are given, with all their threads
  // CPUs of one core, whether it is given whole or not: Slurm's CPUs are threads.
  int64_t threads_per_core = 1;
  bool whole_nodes = false;  // every job is exclusive

  friend bool operator==(const JobDefaults&, const JobDefaults&) = default;
};

// What is known of a pool's partition and changes with its state. Whom it admits is in
// core/admission.h.
struct PoolState {
  std::string pool;
  std::string group;
  bool up = false;
  bool is_default = false;                 // the cluster's default partition
  std::optional<absl::Duration> max_time;  // absent: unlimited
  std::optional<absl::Duration> default_time;
  std::optional<int64_t> max_nodes;  // absent: unlimited
  // For a pool with features or a nodelist: its partition has nodes in none of its pools, on which
  // the pool's jobs might run.
  bool has_others = false;
  JobDefaults defaults;
  // The share of its nodes that stay powered when they have no jobs; absent: not known.
  std::optional<double> stays_powered;
  // How long a job that finds the pool's nodes asleep waits for them at most, while it holds them.
  // Zero: they are awake, and stay so.
  absl::Duration wake_up;
  double asleep = 0;  // the share of its nodes without jobs that are asleep now
};

// Something in the queue that uses, or will use, a group's capacity; or a job that our plugin has
// decided on and that uses nothing of any group: it is held, runs elsewhere or has ended. Then `when`
// is when it ran so far, and has no length where it never began.
struct QueuedUse {
  uint32_t job_id = 0;
  std::string decision_id;  // of the job's admin_comment; empty where it carries none
  std::string group;
  TimeInterval when;
  Resources amount;
  // It waits with a nice value, behind most that have none: those are planned as if it were not
  // there.
  bool yields = false;
};

// What is in the way of a job without a nice value; absent: all of it.
std::optional<std::vector<QueuedUse>> WithoutYielding(const std::vector<QueuedUse>& uses);

struct CapacityState {
  absl::Time taken_at;
  // When the watch over delayed jobs last looked at every one of them and could act; absent: there
  // is none.
  std::optional<absl::Time> watched_at;
  std::string cluster;
  std::string default_partition;
  std::vector<NodeGroup> groups;
  std::vector<PoolState> pools;
  std::vector<QueuedUse> uses;
};

// Names the parts by their SHA-256, in hexadecimal.
struct Manifest {
  static constexpr int kVersion = 2;
  absl::Time published_at;
  std::string config_hash;
  std::string forecast_hash;
  std::string capacity_hash;
  std::string admission_hash;
};

// Each part as bytes and back. Times are kept in whole seconds, intensities as float32. Parsing
// trusts nothing: DataLoss, naming the part, the place and the fact, for bytes that break the
// format; InvalidArgument for a version that is not ours.
std::string SerializeManifest(const Manifest& manifest);
absl::StatusOr<Manifest> ParseManifest(absl::string_view bytes);
std::string SerializeForecasts(const std::vector<ZoneForecast>& forecasts);
absl::StatusOr<std::vector<ZoneForecast>> ParseForecasts(absl::string_view bytes);
std::string SerializeCapacity(const CapacityState& capacity);
absl::StatusOr<CapacityState> ParseCapacity(absl::string_view bytes);

// Lower-case hexadecimal SHA-256.
std::string Sha256Hex(absl::string_view bytes);

// All zones' forecasts, with the errors drawn of them: what takes milliseconds to make, and changes
// much less often than the queue.
struct DrawnForecasts {
  explicit DrawnForecasts(std::vector<ZoneForecast> forecasts)
      : zones(std::move(forecasts)), scenarios(zones) {}

  std::vector<ZoneForecast> zones;
  ErrorScenarios scenarios;  // by index into `zones`
};

class Snapshot {
 public:
  // A pool with all that belongs to it looked up, valid as long as the snapshot.
  struct Pool {
    const PoolConfig* config;
    const SiteConfig* site;
    const HardwareProfile* hardware;
    const ZoneForecast* forecast;         // nullptr: the zone has none
    const PoolState* state;               // nullptr: the cluster does not show its partition
    const NodeGroup* group;               // nullptr together with `state`
    const PartitionRules* rules;          // nullptr: nothing is known of whom its partition admits
    int zone_index;                       // for ErrorScenarios; -1 without a forecast
    std::optional<double> stays_powered;  // without jobs, as the config or else its state has it
    // What a unit draws at work more than without the job, before PUE: its busy watts, less those
    // of a free node as far as its nodes stay powered. Absent: not known.
    std::optional<Watts> added;
    // What errs of its hardware's watts and speed and of its site's PUE, drawn once.
    const ErrorScenarios::Draws* watts_factor;
    const ErrorScenarios::Draws* added_factor;  // nullptr: `added` is absent
    // By Precision; nullptr: the throughput is unknown.
    std::array<const ErrorScenarios::Draws*, 2> speed_factor;
    const ErrorScenarios::Draws* pue_factor;
  };

  // InvalidArgument when the parts do not belong together (a pool of an unknown group, two
  // forecasts of one zone).
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Assemble(
      Manifest manifest, Config config, std::shared_ptr<const DrawnForecasts> forecasts,
      CapacityState capacity, std::shared_ptr<const AdmissionRules> admission);

  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const Manifest& manifest() const { return manifest_; }
  const Config& config() const { return config_; }
  const std::vector<ZoneForecast>& forecasts() const { return forecasts_->zones; }
  const CapacityState& capacity() const { return capacity_; }
  const AdmissionRules& admission() const { return *admission_; }
  // To be kept on with a later snapshot: they are large and rarely change.
  const std::shared_ptr<const DrawnForecasts>& shared_forecasts() const { return forecasts_; }
  const std::shared_ptr<const AdmissionRules>& shared_admission() const { return admission_; }
  const std::vector<Pool>& pools() const { return pools_; }
  const ErrorScenarios& scenarios() const { return forecasts_->scenarios; }

 private:
  Snapshot() = default;

  Manifest manifest_;
  Config config_;
  std::shared_ptr<const DrawnForecasts> forecasts_;
  CapacityState capacity_;
  std::shared_ptr<const AdmissionRules> admission_;
  std::vector<Pool> pools_;
  std::map<std::string, ErrorScenarios::Draws> factors_;  // by key
};

}  // namespace carbon

#endif  // CORE_SNAPSHOT_H_
