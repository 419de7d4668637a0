// A world and jobs that are drawn from a fixed seed, the same on every machine: four zones, three
// kinds of hardware, and all that a hint, a deadline or a full pool can change.
#ifndef TESTS_CORE_DRAWN_WORLD_H_
#define TESTS_CORE_DRAWN_WORLD_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/core/world.h"

namespace carbon {

// splitmix64: the standard library's distributions differ from one library to the next.
class Draws {
 public:
  uint64_t Below(uint64_t bound) {
    uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (z ^ (z >> 31)) % bound;
  }
  bool OneIn(uint64_t count) { return Below(count) == 0; }
  const char* OneOf(const std::vector<const char*>& words) { return words[Below(words.size())]; }

 private:
  uint64_t state_ = 20'261'129;
};

// Steps of 1/64 g/kWh, which a double holds as they are.
inline std::vector<double> DrawnDay(Draws* draws, double least, uint64_t range) {
  std::vector<double> day;
  for (int hour = 0; hour < 24; ++hour) {
    day.push_back(least + static_cast<double>(draws->Below(range * 64)) / 64);
  }
  return day;
}

inline World DrawnWorld(Draws* draws) {
  World world;
  world.AddZone("DE", DrawnDay(draws, 250, 400));
  world.AddZone("FR", DrawnDay(draws, 20, 60));
  world.AddZone("NO", DrawnDay(draws, 15, 30));
  world.AddZone("PL", DrawnDay(draws, 500, 350));
  // One zone for which only climatology is known beyond a day, one with our own forecast, and one
  // with large errors.
  world.forecasts[1].horizon = world.Hour(24);
  world.forecasts[2].own_from = world.Hour(6);
  world.forecasts[3].spread = {.near = 0.15, .far = 0.45, .growth = absl::Hours(12)};
  world.AddHardware("b200", 1300, 900e12);
  world.AddSite("frankfurt", "DE");
  world.AddSite("lyon", "FR", "a100");
  world.AddSite("oslo", "NO", "b200");
  world.AddSite("poznan", "PL");
  world.config.sites[0].pue = {1.31, Quality::kMeasured, "made up"};
  world.config.sites[2].pue = {1.08, Quality::kEstimated, "made up"};
  for (const char* name : {"h100", "b200"}) {
    world.config.hardware[name].idle = {Watts(310), Quality::kMeasured, "made up"};
    world.config.hardware[name].free = {Watts(120), Quality::kEstimated, "made up"};
  }
  for (PoolState& state : world.capacity.pools) state.stays_powered = 1;
  world.state("poznan").stays_powered = 0.25;
  world.state("lyon").wake_up = absl::Minutes(5);
  Policy& all = world.policy();
  all.may_change_hardware = all.may_change_time_limit = true;
  all.saving_floor = 0.02;
  Policy careful = all;
  careful.name = "careful";
  careful.match.accounts = {"careful"};
  careful.mode = Mode::kShadow;
  careful.confidence = 0.9;
  careful.minimise = Figure::kAttributional;
  careful.fallback = Fallback::kHome;
  world.config.policies.insert(world.config.policies.begin(), careful);
  return world;
}

inline JobRequest DrawnJob(const World& world, Draws* draws) {
  JobRequest job =
      world.Job(draws->OneOf({"", "", "", "", "carbon:now", "", "carbon:wait=6h",
                              "carbon:site=lyon|oslo", "carbon:runtime=90m", "carbon:flops=3e19",
                              "carbon:flops=2e19,precision=fp8", "carbon:hardware=any"}));
  job.user_id = static_cast<uint32_t>(1000 + draws->Below(5));
  if (draws->OneIn(4)) job.account = "careful";
  if (draws->OneIn(6)) job.nice = 100;
  if (draws->OneIn(3)) job.partitions = {draws->OneOf({"frankfurt", "lyon", "oslo", "poznan"})};
  if (draws->OneIn(8)) job.partitions = {"frankfurt", "poznan"};
  job.time_limit = absl::Minutes(15 * (1 + static_cast<int64_t>(draws->Below(64))));
  if (draws->OneIn(40)) job.time_limit = std::nullopt;
  if (draws->OneIn(3)) job.deadline = world.Hour(4 + static_cast<int>(draws->Below(40)));
  if (draws->OneIn(8)) job.begin = world.Hour(static_cast<int>(draws->Below(20)));
  const auto devices = static_cast<int64_t>(1 + draws->Below(8));
  const int64_t nodes = draws->OneIn(5) ? 2 : 1;
  job.demand = {.nodes = nodes, .devices = nodes * devices, .cpus = nodes * devices};
  job.per_node = {.devices = devices, .cpus = devices};
  if (draws->OneIn(10)) {
    job.array_tasks = static_cast<int64_t>(2 + draws->Below(6));
    job.array_width = static_cast<int64_t>(1 + draws->Below(2));
  }
  if (draws->OneIn(20)) job.pinned_by = "--constraint";
  if (draws->OneIn(30)) job.leave_alone = Reason::kHeld;
  if (draws->OneIn(40)) job.comment = draws->OneOf({"carbon:off", "carbon:wait=never"});
  return job;
}

}  // namespace carbon

#endif  // TESTS_CORE_DRAWN_WORLD_H_
