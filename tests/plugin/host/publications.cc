#include "tests/plugin/host/publications.h"

#include <filesystem>
#include <fstream>

#include "core/cluster/capacity_codec.h"
#include "core/config/placement_config.h"
#include "core/grid/forecast_codec.h"
#include "tests/plugin/bent_libc.h"
#include "tests/plugin/fuzzed_descriptor.h"
#include "tests/plugin/host/promise.h"

namespace carbon {
namespace {

// How much larger than in the fuzz target its sites are: a storm would fill those in an instant.
constexpr int64_t kSize = 200;

}  // namespace

Publications::Publications() {
  std::filesystem::create_directory(folder_ + "/log");
  absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(snapshot());
  if (!publisher.ok()) Broken(std::string(publisher.status().message()));
  publisher_.emplace(*std::move(publisher));
}

Manifest Publications::Publish(int round, absl::Duration look_ahead) {
  World world = DescriptorWorld(TrueNow(), round % 2 == 0 ? 0 : 40, kSize);
  world.capacity.taken_at += look_ahead;
  const absl::StatusOr<Manifest> manifest = publisher_->Publish(
      {.bytes = {{SerializeConfig(world.config), SerializeForecasts(world.forecasts),
                  SerializeCapacity(world.capacity), SerializeAdmission(world.admission)}},
       .readers = {.log = log()}},
      world.now, {.keep = absl::Seconds(5)});
  if (!manifest.ok()) Broken(std::string(manifest.status().message()));
  return *manifest;
}

void Publications::PublishBroken(int round) {
  const Manifest manifest = Publish(round);
  const std::string part = snapshot() + "/" + manifest.FileOf(SnapshotPart::kCapacity);
  switch (round % 3) {
    case 0:
      std::filesystem::remove(part);
      break;
    case 1:
      std::filesystem::resize_file(part, uintmax_t{1} << 31);
      break;
    default:
      std::ofstream(snapshot() + "/" + kManifestFile) << "{\"no\": [\"manifest";
  }
}

}  // namespace carbon
