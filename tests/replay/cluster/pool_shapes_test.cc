#include "replay/cluster/pool_shapes.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(ParsePoolShape, ReadsNodesDevicesAndCpus) {
  const absl::StatusOr<PoolShape> shape = ParsePoolShape("16x8x128");
  ASSERT_TRUE(shape.ok());
  EXPECT_EQ(shape->nodes, 16);
  EXPECT_EQ(shape->devices_per_node, 8);
  EXPECT_EQ(shape->cpus_per_node, 128);
  EXPECT_EQ(ParsePoolShape("16")->devices_per_node, 0);
  for (const char* wrong : {"", "0", "-1", "1x", "1x2x3x4", "ax8", "99999999"}) {
    EXPECT_EQ(ParsePoolShape(wrong).status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

// Two jobs of 4 devices at once, then one of 8 on two nodes.
Trace SmallTrace() {
  Trace trace;
  const uint32_t oslo = trace.names.Add("oslo");
  const auto add = [&](int64_t start, int64_t seconds, int64_t nodes, int64_t devices) {
    TraceJob job;
    job.job_id = static_cast<int64_t>(trace.jobs.size());
    job.submit = job.eligible = job.start = absl::FromUnixSeconds(start);
    job.elapsed = absl::Seconds(seconds);
    job.nodes = nodes;
    job.devices = devices;
    job.cpus = 2 * devices;
    job.partition = oslo;
    trace.jobs.push_back(job);
  };
  add(0, 100, 1, 4);
  add(0, 100, 1, 4);
  add(50, 50, 1, 4);
  add(100, 100, 2, 8);
  return trace;
}

TEST(FindPoolShapes, TakesThePeakWhereNothingElseIsKnown) {
  const std::vector<PoolConfig> pools = {
      {.name = "a", .partition = "oslo", .hardware = "h100-sxm"},
      {.name = "b", .partition = "lyon", .hardware = "h100-sxm"}};
  const std::vector<PoolShape> shapes = FindPoolShapes(SmallTrace(), pools, {});
  EXPECT_EQ(shapes[0].devices_per_node, 4);
  EXPECT_EQ(shapes[0].cpus_per_node, 8);
  EXPECT_EQ(shapes[0].nodes, 3);  // 12 devices at once
  EXPECT_EQ(shapes[0].source, "peak");
  EXPECT_EQ(shapes[1].nodes, 0);
  EXPECT_EQ(shapes[1].devices_per_node, 4);  // as the other with that hardware
}

TEST(FindPoolShapes, WhatIsStatedGoesFirst) {
  const std::vector<PoolConfig> pools = {
      {.name = "a", .partition = "oslo", .hardware = "h100-sxm", .size = 20},
      {.name = "b", .partition = "lyon", .hardware = "h100-sxm", .size = 30}};
  const std::vector<PoolShape> shapes =
      FindPoolShapes(SmallTrace(), pools, {{"b", {.nodes = 5, .devices_per_node = 8}}});
  EXPECT_EQ(shapes[0].nodes, 20);
  EXPECT_EQ(shapes[0].source, "carbon.json");
  EXPECT_EQ(shapes[0].recorded_peak, 3);
  EXPECT_EQ(shapes[1].nodes, 5);
  EXPECT_EQ(shapes[1].recorded_peak, std::nullopt);  // no job ran there
  EXPECT_EQ(shapes[1].devices_per_node, 8);
  EXPECT_EQ(shapes[1].cpus_per_node, 8);  // not stated: as the other with that hardware
}

// 12 devices at once are two nodes of eight.
TEST(FindPoolShapes, ThePeakIsOfNodesAsTheyAreStatedAndOfRecordedStarts) {
  const std::vector<PoolConfig> pools = {{.name = "a", .partition = "oslo"}};
  Trace trace = SmallTrace();
  const std::map<std::string, PoolShape> given = {
      {"a", {.nodes = 1, .devices_per_node = 8, .cpus_per_node = 16}}};
  EXPECT_EQ(FindPoolShapes(trace, pools, given)[0].recorded_peak, 2);
  EXPECT_EQ(FindPoolShapes(trace, pools, given)[0].nodes, 1);
  trace.jobs[1].start = absl::InfinitePast();
  EXPECT_EQ(FindPoolShapes(trace, pools, given)[0].recorded_peak, std::nullopt);
}

TEST(FindPool, GoesByPartitionAndDeviceType) {
  Trace trace = SmallTrace();
  const std::vector<PoolConfig> pools = {{.name = "old", .partition = "oslo", .gres_type = "a100"},
                                         {.name = "new", .partition = "oslo", .gres_type = "h100"}};
  TraceJob& job = trace.jobs[0];
  EXPECT_EQ(FindPool(trace, job, pools), 0);
  job.device_type = trace.names.Add("h100");
  EXPECT_EQ(FindPool(trace, job, pools), 1);
  job.partition = trace.names.Add("debug,oslo");
  EXPECT_EQ(FindPool(trace, job, pools), 1);
  job.partition = trace.names.Add("debug");
  EXPECT_EQ(FindPool(trace, job, pools), -1);
}

}  // namespace
}  // namespace carbon
