#include <cstdio>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace {

using ::testing::HasSubstr;

struct Ran {
  int exit_code;
  std::string output;  // standard error too
};

Ran Scarbon(const std::string& arguments) {
  FILE* pipe = popen(("'" SCARBON_BINARY "' " + arguments + " 2>&1").c_str(), "r");
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  const int status = pclose(pipe);
  return {WEXITSTATUS(status), output};
}

TEST(ScarbonHardware, ListsTheMostEfficientFirst) {
  const Ran ran = Scarbon("hardware --json");
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const auto list = nlohmann::json::parse(ran.output);
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
  const Ran ran = Scarbon("hardware -n");
  EXPECT_THAT(ran.output, HasSubstr("325 measured"));
  EXPECT_THAT(ran.output, Not(HasSubstr("GFLOP/J")));
}

TEST(ScarbonHardware, SaysWhichConfigurationItCannotRead) {
  const Ran ran = Scarbon("hardware --config /nowhere/carbon.json");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.output, HasSubstr("/nowhere/carbon.json"));
}

}  // namespace
