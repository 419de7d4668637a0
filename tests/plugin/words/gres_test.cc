#include "plugin/words/gres.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(ReadDevices, ReadsAllSpellings) {
  struct Case {
    const char* text;
    int64_t count;
    const char* type;
  };
  const Case cases[] = {
      {"gres:gpu:2", 2, ""},
      {"gres:gpu", 1, ""},
      {"gres:gpu:h100", 1, "h100"},
      {"gres:gpu:h100:2", 2, "h100"},
      {"gres/gpu:2", 2, ""},
      {"gres/gpu=2", 2, ""},
      {"gres/gpu:h100=2", 2, "h100"},
      {"gres/gpu:h100:2", 2, "h100"},
      {"gpu:3", 3, ""},
      {"gres:gpu:2,gres:gpu:3", 5, ""},
      {"gres:gpu:1;gres:gpu:1", 2, ""},
      {"gres:gpu:h100:1,gres:gpu:1", 2, "h100"},
      {"cpu=4,mem=8G,gres/gpu=1", 1, ""},
      {"gres:none", 0, ""},
      {"gres:gpu:0", 0, ""},
      {"", 0, ""},
      {",;,", 0, ""},
      {"gres:gpu:h100:x", 0, ""},
      {"gres:gpu:h100:-3", 0, ""},
  };
  for (const Case& c : cases) {
    const DeviceRequest request = ReadDevices({.per_node = c.text});
    EXPECT_EQ(request.per_node, c.count) << c.text;
    EXPECT_EQ(request.type, c.type) << c.text;
    EXPECT_EQ(request.other, "") << c.text;
    EXPECT_EQ(request.uncountable, "") << c.text;
  }
}

TEST(ReadDevices, NamesOtherGres) {
  EXPECT_EQ(ReadDevices({.per_job = "gres:fpga:2,gres:gpu:1"}).other, "fpga");
  EXPECT_EQ(ReadDevices({.per_job = "license/matlab:1"}).other, "license/matlab:1");
}

TEST(ReadDevices, SaysWhyGpusCannotBeCounted) {
  EXPECT_EQ(ReadDevices({.per_node = "gres/shard:3"}).uncountable, "--gres=shard");
  EXPECT_EQ(ReadDevices({.per_node = "gres:mps:50"}).uncountable, "--gres=mps");
  EXPECT_EQ(ReadDevices({.per_job = "gres:gpu:a100:1", .per_task = "gres:gpu:h100:1"}).uncountable,
            "several types of GPU");
}

TEST(ReadDevices, ReadsABoundedPartOfAbsurdText) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "gres:gpu:9999999,";
  EXPECT_EQ(ReadDevices({.per_node = text.c_str()}).per_node, 10'000'000);
}

TEST(ReadDevices, KeepsABoundedPartOfAnAbsurdName) {
  const std::string name(10'000, 'x');
  EXPECT_LE(ReadDevices({.per_node = ("gres:gpu:" + name + ":1").c_str()}).type.size(), 256u);
  EXPECT_LE(ReadDevices({.per_node = ("gres:" + name).c_str()}).other.size(), 256u);
  EXPECT_LE(ReadDevices({.per_node = ("license/" + name).c_str()}).other.size(), 256u);
}

}  // namespace
}  // namespace carbon
