#include "plugin/words/slurm_amounts.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ReadGres, CountsGpusByType) {
  GresDevices devices = ReadGres("gpu:h100:8(S:0-1)");
  EXPECT_EQ(devices.count, 8);
  EXPECT_THAT(devices.by_type, ElementsAre(DeviceCount{"h100", 8}));
  devices = ReadGres("gpu:a100:2(S:0,2),fpga:1,gpu:a100_1g.5gb:14,gpu:a100:1");
  EXPECT_EQ(devices.count, 17);
  EXPECT_THAT(devices.by_type, ElementsAre(DeviceCount{"a100", 3}, DeviceCount{"a100_1g.5gb", 14}));
  devices = ReadGres("gres:gpu:3");
  EXPECT_EQ(devices.count, 3);
  EXPECT_THAT(devices.by_type, IsEmpty());
  EXPECT_EQ(ReadGres("gpu").count, 1);
  EXPECT_EQ(ReadGres("gpu:2(IDX:0-1)").count, 2);
}

TEST(ReadGres, CountsNothingInWhatIsNoGpu) {
  for (const char* gres : {"", "(null)", "fpga:2", "shard:4", "gpu:h100:many", "gpu:h100:-2", ",,",
                           "gpu:h100:(((", ")))"}) {
    EXPECT_EQ(ReadGres(gres).count, 0) << gres;
  }
}

// They are not GPUs of their own, but make some unavailable to others.
TEST(ReadGres, CountsSharesBesideTheGpusThatLendThem) {
  const GresDevices devices = ReadGres("gpu:a100:2(S:0-1),shard:a100:8(S:0-1)");
  EXPECT_EQ(devices.count, 2);
  EXPECT_THAT(devices.shares, ElementsAre(DeviceCount{"a100", 8}));
  EXPECT_THAT(ReadGres("gpu:2,mps:200").shares, ElementsAre(DeviceCount{"", 200}));
}

TEST(ReadTres, ReadsAmountsUnitsAndDevicesByType) {
  TresAmount tres = ReadTres("cpu=16,mem=32G,node=2,billing=16,gres/gpu=8,gres/gpu:h100=8");
  EXPECT_EQ(tres.amount, (Resources{2, 8, 16, 32768}));
  EXPECT_THAT(tres.devices, ElementsAre(DeviceCount{"h100", 8}));
  EXPECT_TRUE(tres.counts_devices);
  EXPECT_EQ(ReadTres("mem=500M").amount.memory_mib, 500);
  EXPECT_EQ(ReadTres("mem=500").amount.memory_mib, 500);
  EXPECT_EQ(ReadTres("mem=1.50T").amount.memory_mib, 1572864);
  EXPECT_EQ(ReadTres("mem=2048K").amount.memory_mib, 2);
  EXPECT_EQ(ReadTres("gres/gpu:h100=4").amount.devices, 4);
  EXPECT_EQ(ReadTres("cpu=1,gres/shard=3").device_shares, 3);
  EXPECT_EQ(ReadTres("cpu=1,gres/shard=3").amount.devices, 0);
}

TEST(ReadTres, KnowsWhenDevicesAreNotTracked) {
  EXPECT_FALSE(ReadTres("cpu=1,mem=1M,node=1").counts_devices);
  EXPECT_EQ(ReadTres("").amount, Resources{});
  EXPECT_EQ(ReadTres("cpu=x,mem=,node=-1,=,gres/gpu=").amount, Resources{});
  EXPECT_EQ(ReadTres("mem=nan").amount, Resources{});
}

TEST(CountArrayTasks, CountsRangesStepsAndLists) {
  const std::pair<const char*, int64_t> cases[] = {
      {"0-9", 10}, {"0-99%5", 100}, {"1-9:2", 5}, {"0-10:5%1", 3}, {"1,3,5-7", 5}, {"4", 1},
      {"", 1},     {"1,3,...", 2},  {"9-1", 1},   {"x", 1},        {"0-9:0", 10}};
  for (const auto& [expression, tasks] : cases) {
    EXPECT_EQ(CountArrayTasks(expression), tasks) << expression;
  }
}

}  // namespace
}  // namespace carbon
