#include "replay/cluster/queue_calendars.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/cluster/ledger.h"
#include "gtest/gtest.h"
#include "replay/cluster/simulated_cluster.h"

namespace carbon {
namespace {

const absl::Time kBegin = absl::FromUnixSeconds(1'000'000'000);

// Of one partition are two pools, told apart by a feature; one pool has no devices.
const std::vector<PoolConfig>& Configs() {
  static const std::vector<PoolConfig>& configs = *new std::vector<PoolConfig>{
      {.name = "oslo", .partition = "oslo", .hardware = "h100-sxm"},
      {.name = "old", .partition = "lyon", .hardware = "a100-sxm", .features = {"old"}},
      {.name = "new", .partition = "lyon", .hardware = "h100-sxm", .features = {"new"}},
      {.name = "cpus", .partition = "cpus", .hardware = "epyc"},
      {.name = "typed", .partition = "typed", .hardware = "h100-sxm", .gres_type = "h100"}};
  return configs;
}
constexpr int64_t kNodes[] = {5, 3, 4, 6, 2};
constexpr int64_t kDevices[] = {8, 4, 8, 0, 8};

SimulatedCluster Cluster() {
  std::vector<SimulatedPool> pools;
  for (size_t i = 0; i < Configs().size(); ++i) {
    pools.push_back({&Configs()[i], {kNodes[i], kDevices[i], 32, "option"}});
  }
  SimulatedCluster cluster(std::move(pools));
  cluster.AdvanceTo(kBegin);
  return cluster;
}

// Of any size and length, held back or promised a start now and then.
SimulatedJob AnyJob(absl::Time now, int number, std::mt19937* random) {
  const auto any = [random](int64_t n) { return static_cast<int64_t>((*random)() % n); };
  SimulatedJob job;
  job.pool = static_cast<int>(any(5));
  job.nodes = 1 + any(kNodes[job.pool]);
  job.whole_nodes = any(3) == 0;
  const bool is_wide = job.whole_nodes || any(3) == 0;
  job.devices_per_node = is_wide ? kDevices[job.pool] : any(kDevices[job.pool] + 1);
  job.cpus_per_node = is_wide ? 32 : 1 + any(32);
  job.begin = any(4) == 0 ? now + absl::Seconds(any(5000)) : now;
  job.is_promised = any(3) != 0;
  job.limit = absl::Seconds(60 + any(3000));
  // Some outlast their limit, and some do nothing.
  job.runtime = any(10) == 0 ? absl::Seconds(any(5000)) : job.limit * any(100) / 100;
  job.runtime = absl::Trunc(job.runtime, absl::Seconds(1));
  job.priority = any(3);
  // Tasks of an array have one decision.
  if (any(3) != 0) job.decision_id = absl::StrCat("d", any(4) == 0 ? number / 7 : number);
  return job;
}

std::set<absl::Time> TurnsOf(const CapacityState& capacity) {
  std::set<absl::Time> turns = {capacity.taken_at};
  for (const QueuedUse& use : capacity.uses) {
    for (const absl::Time time : {use.when.start, use.when.end}) {
      if (time >= capacity.taken_at) turns.insert({time, time - absl::Seconds(1)});
    }
  }
  turns.erase(turns.begin(), turns.lower_bound(capacity.taken_at));
  return turns;
}

// One cluster is looked at as a whole each time, the other by what has changed.
TEST(QueueCalendars, SayWhatANewLookSays) {
  for (const uint32_t seed : {1, 2}) {
    std::mt19937 random(seed);
    SimulatedCluster whole = Cluster(), by_change = Cluster();
    GroupCalendars calendars(by_change.Frame().groups, {});
    absl::Time now = kBegin;
    int64_t waited = 0, ended = 0;
    for (int number = 0; number < 700; ++number) {
      // Now and then nothing happens for a while.
      now += absl::Seconds(random() % (random() % 50 == 0 ? 4000 : 120));
      whole.AdvanceTo(now);
      by_change.AdvanceTo(now);
      const SimulatedJob job = AnyJob(now, number, &random);
      whole.Submit(job);
      by_change.Submit(job);
      if (random() % 3 == 0) continue;
      now += absl::Seconds(random() % 10);
      whole.AdvanceTo(now);
      by_change.AdvanceTo(now);

      const CapacityState look = whole.Look(absl::Seconds(5)).capacity;
      const LedgerBase base(look);
      by_change.UpdateCalendars(&calendars);
      for (const absl::Time time : TurnsOf(look)) {
        for (const NodeGroup& group : look.groups) {
          ASSERT_EQ(calendars.Find(group.name)->UsedAt(time),
                    base.calendars.Find(group.name)->UsedAt(time))
              << group.name << " at " << time << ", job " << number << ", seed " << seed;
        }
      }
      for (int i = std::max(0, number - 150); i <= number; ++i) {
        const std::string id = absl::StrCat("d", i);
        const auto expected = base.jobs.find(id);
        const auto found = by_change.FindDecided(id);
        ASSERT_EQ(found.has_value(), expected != base.jobs.end()) << id << ", job " << number;
        if (!found.has_value()) continue;
        ASSERT_EQ(found->uses_nothing, expected->second.uses_nothing) << id << ", job " << number;
        ended += found->uses_nothing;
      }
      for (const QueuedUse& use : look.uses) waited += use.job_id != 0 && use.when.start > now;
    }
    EXPECT_GT(waited, 500);
    EXPECT_GT(ended, 0);
  }
}

TEST(QueueCalendars, ShowsGroupsAndPoolsAsALookDoes) {
  SimulatedCluster cluster = Cluster();
  const CapacityState look = Cluster().Look(absl::Seconds(5)).capacity;
  const CapacityState& frame = cluster.Frame();
  ASSERT_EQ(frame.groups.size(), look.groups.size());
  for (size_t i = 0; i < look.groups.size(); ++i) {
    EXPECT_EQ(frame.groups[i].name, look.groups[i].name);
    EXPECT_EQ(frame.groups[i].total, look.groups[i].total);
  }
  EXPECT_EQ(frame.pools.size(), look.pools.size());
  EXPECT_EQ(frame.default_partition, look.default_partition);
  EXPECT_TRUE(frame.uses.empty());
}

// More than are laid out one by one: the rest is a block, in both.
TEST(QueueCalendars, CountsWhatOfALongQueueIsABlock) {
  SimulatedCluster whole = Cluster(), by_change = Cluster();
  GroupCalendars calendars(by_change.Frame().groups, {});
  const auto submit = [&](int pool) {
    SimulatedJob job = {.pool = pool, .nodes = 2, .devices_per_node = kDevices[pool]};
    job.begin = kBegin;
    job.limit = job.runtime = absl::Minutes(10);
    whole.Submit(job);
    by_change.Submit(job);
  };
  for (int i = 0; i < static_cast<int>(kMaxLaidOut) + 20; ++i) submit(i % 3);
  // Below the limit again, and back.
  for (const int64_t minutes : {1, 30, 61, 250}) {
    const absl::Time now = kBegin + absl::Minutes(minutes);
    whole.AdvanceTo(now);
    by_change.AdvanceTo(now);
    const CapacityState look = whole.Look(absl::Seconds(5)).capacity;
    const LedgerBase base(look);
    by_change.UpdateCalendars(&calendars);
    for (int64_t hour = 0; hour < 600; ++hour) {
      for (const NodeGroup& group : look.groups) {
        const absl::Time time = now + absl::Hours(hour);
        ASSERT_EQ(calendars.Find(group.name)->UsedAt(time),
                  base.calendars.Find(group.name)->UsedAt(time))
            << group.name << " at " << time;
      }
    }
  }
}

}  // namespace
}  // namespace carbon
