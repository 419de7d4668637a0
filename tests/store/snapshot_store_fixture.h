// A folder for snapshots and small parts to publish in it, for the tests of both sides of
// store/snapshot_store.h.
#ifndef TESTS_STORE_SNAPSHOT_STORE_FIXTURE_H_
#define TESTS_STORE_SNAPSHOT_STORE_FIXTURE_H_

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>

#include "core/cluster/capacity_codec.h"
#include "core/grid/forecast_codec.h"
#include "gtest/gtest.h"
#include "store/snapshot_store.h"
#include "tests/temporary_folder.h"

namespace carbon {

inline const absl::Time kNow = absl::FromUnixSeconds(1795500000);

inline std::string ConfigBytes(const std::string& site = "oslo") {
  PlacementConfig config;
  config.zones.push_back({.name = "NO-1"});
  config.zones.back().climatology = GramsPerKilowattHour(30);
  config.sites.push_back(
      {.name = site, .zone = "NO-1", .pue = {.value = 1.1, .source = "the operator"}});
  config.hardware = ShippedProfiles();
  config.pools.push_back({.name = "oslo",
                          .site = site,
                          .partition = "oslo",
                          .hardware = config.hardware.begin()->first});
  config.policies.push_back({.name = "all"});
  return SerializeConfig(config);
}

inline std::string ForecastBytes(double intensity) {
  const IntensitySeries series =
      IntensitySeries::Create({{kNow, GramsPerKilowattHour(intensity)}}, kNow + absl::Hours(24))
          .value();
  return SerializeForecasts({ZoneForecast{.zone = "NO-1",
                                          .source = "test",
                                          .fetched_at = kNow,
                                          .valid_until = kNow + absl::Hours(24),
                                          .series = series,
                                          .horizon = series.end(),
                                          .long_run_mean = GramsPerKilowattHour(intensity)}});
}

inline std::string CapacityBytes(int nodes) {
  CapacityState capacity;
  capacity.taken_at = kNow;
  capacity.groups = {{"g", {nodes, 0, 0, 0}, {1, 0, 0, 0}}};
  capacity.pools = {{.pool = "oslo", .group = "g", .up = true}};
  return SerializeCapacity(capacity);
}

inline std::string AdmissionBytes(int64_t tier = 1) {
  AdmissionRules rules;
  rules.partitions.push_back({.name = "oslo", .priority_tier = tier});
  return SerializeAdmission(rules);
}

inline SnapshotParts Parts(int nodes) {
  return {.bytes = {{ConfigBytes(), ForecastBytes(25), CapacityBytes(nodes), AdmissionBytes()}},
          .readers = {.log = "/var/log/slurm-carbon/placements.jsonl"}};
}

class SnapshotStore : public ::testing::Test {
 protected:
  SnapshotPublisher Open() {
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(folder_);
    EXPECT_TRUE(publisher.ok()) << publisher.status();
    return *std::move(publisher);
  }
  Manifest Publish(int nodes, absl::Time now = kNow) {
    SnapshotPublisher publisher = Open();
    absl::StatusOr<Manifest> manifest = publisher.Publish(Parts(nodes), now);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    return *manifest;
  }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }
  absl::Status Refusal() { return SnapshotReader(folder_).ReadIfChanged().status(); }

  const TemporaryFolder temporary_;
  const std::string root_ = temporary_.path();
  const std::string folder_ = root_ + "/var/snapshot";
};

}  // namespace carbon

#endif  // TESTS_STORE_SNAPSHOT_STORE_FIXTURE_H_
