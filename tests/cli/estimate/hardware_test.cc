#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cli/run_scarbon.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

TEST(ScarbonHardware, ListsTheMostEfficientFirst) {
  const Ran ran = RunScarbon("hardware --json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto list = nlohmann::json::parse(ran.out);
  double before = 1e300;
  std::map<std::string, size_t> rank;
  for (size_t i = 0; i < list.size(); ++i) {
    rank[list[i]["name"]] = i;
    const double efficiency =
        list[i]["flops_per_joule"].is_null() ? -1 : list[i]["flops_per_joule"].get<double>();
    EXPECT_LE(efficiency, before) << list[i];
    before = efficiency;
    EXPECT_FALSE(list[i]["busy_watts"]["source"].get<std::string>().empty()) << list[i];
  }
  // As measured, not as on paper.
  EXPECT_LT(rank.at("tpu-v3"), rank.at("v100-sxm2"));
}

TEST(ScarbonHardware, ShowsTheQualityOfEachNumber) {
  const Ran ran = RunScarbon("hardware -n");
  EXPECT_THAT(ran.out, HasSubstr("325 measured"));
  EXPECT_THAT(ran.out, Not(HasSubstr("GFLOP/J")));
}

TEST(ScarbonHardware, SaysWhichConfigurationItCannotRead) {
  const Ran ran = RunScarbon("hardware --config /nowhere/carbon.json");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("/nowhere/carbon.json"));
}

}  // namespace
}  // namespace carbon
