#include "core/runtime/learnt_runtimes.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

LearntRuntimes Sample() {
  LearntRuntimes runtimes;
  runtimes.newest = absl::FromUnixSeconds(1795546800);
  runtimes.cluster = {.key = "", .share = 400'000, .spread = 300'000, .jobs = 5000};
  runtimes.accounts = {{"a1", 350'000, 250'000, 900}};
  runtimes.users = {{"u1", 200'000, 150'000, 70}, {"u2", 1'000'000, 0, 1}};
  runtimes.names = {{"n1", 100'000, 50'000, 12}};
  return runtimes;
}

std::string Refusal(absl::string_view bytes) {
  const absl::StatusOr<LearntRuntimes> parsed = ParseRuntimes(bytes);
  return std::string(parsed.status().message());
}

// With `names` instead of the sample's.
std::string WithNames(absl::string_view names) {
  return absl::StrCat(R"({"version":1,"newest":0,"cluster":null,"accounts":[],"users":[],)",
                      "\"names\":", names, "}");
}

TEST(LearntRuntimes, FindsTheMostSpecificLevelThatKnowsTheJob) {
  const LearntRuntimes runtimes = Sample();
  using Level = RuntimeLevel;
  EXPECT_EQ(runtimes.Find({"a1", "u1", "n1"}), (ExpectedRuntime{0.1, 0.05, 12, Level::kName}));
  EXPECT_EQ(runtimes.Find({"a1", "u1", "n2"}), (ExpectedRuntime{0.2, 0.15, 70, Level::kUser}));
  EXPECT_EQ(runtimes.Find({"a1", "u1", ""}), (ExpectedRuntime{0.2, 0.15, 70, Level::kUser}));
  EXPECT_EQ(runtimes.Find({"a1", "u3", "n2"}), (ExpectedRuntime{0.35, 0.25, 900, Level::kAccount}));
  EXPECT_EQ(runtimes.Find({"", "u3", "n2"}), (ExpectedRuntime{0.4, 0.3, 5000, Level::kCluster}));
  EXPECT_EQ(LearntRuntimes().Find({"a1", "u1", "n1"}), std::nullopt);
}

TEST(LearntRuntimes, AreTheSameAfterSerialisation) {
  for (const LearntRuntimes& runtimes : {Sample(), LearntRuntimes{.newest = absl::UnixEpoch()}}) {
    const absl::StatusOr<LearntRuntimes> parsed = ParseRuntimes(SerializeRuntimes(runtimes));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, runtimes);
  }
  EXPECT_EQ(SerializeRuntimes(Sample()),
            R"({"version":1,"newest":1795546800,"cluster":[400000,300000,5000],)"
            R"("accounts":[["a1",350000,250000,900]],)"
            R"("users":[["u1",200000,150000,70],["u2",1000000,0,1]],)"
            R"("names":[["n1",100000,50000,12]]})"
            "\n");
}

TEST(LearntRuntimes, RefusesWhatBreaksTheFormat) {
  EXPECT_EQ(Refusal(WithNames(R"([["a",1,0,1],["b",1000000,1000000,1]])")), "");
  for (const auto& [names, message] : std::vector<std::pair<std::string, std::string>>{
           {R"([["b",1,0,1],["a",1,0,1]])", "/names/1: is not above the key before it"},
           {R"([["a",1,0,1],["a",1,0,1]])", "/names/1: is not above the key before it"},
           {R"([["a",1,0]])", "/names/0: is not an array of 4"},
           {R"([["a",0,0,1]])", "/names/0: has a share or a number of jobs of 0"},
           {R"([["a",1,0,0]])", "/names/0: has a share or a number of jobs of 0"},
           {absl::StrCat("[[\"", std::string(65, 'k'), "\",1,0,1]]"),
            "/names/0: has a key of more than 64 bytes"}}) {
    EXPECT_EQ(Refusal(WithNames(names)), absl::StrCat("runtimes part: ", message)) << names;
  }
  for (const char* names : {R"([["",1,0,1]])", R"([["a",1000001,0,1]])", R"([["a",1,1000001,1]])",
                            R"([["a",1,-1,1]])", R"([["a",0.5,0,1]])", "5", "null"}) {
    EXPECT_EQ(ParseRuntimes(WithNames(names)).status().code(), absl::StatusCode::kDataLoss)
        << names;
  }
  EXPECT_EQ(ParseRuntimes("{\"version\":1}").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ParseRuntimes("{\"version\":2}").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal(R"({"version":1,"newest":0,"cluster":["",1,0,1],)"
                    R"("accounts":[],"users":[],"names":[]})"),
            "runtimes part: /cluster: is not an array of 3");
}

TEST(LearntRuntimes, RefusesMoreEntriesThanItsBound) {
  std::string names = "[";
  for (size_t i = 0; i <= LearntRuntimes::kMaxEntries; ++i) {
    absl::StrAppend(&names, i == 0 ? "" : ",", "[\"", 1'000'000 + i, "\",1,0,1]");
  }
  EXPECT_EQ(Refusal(WithNames(names + "]")), "runtimes part: /names: has more than 100000 entries");
}

}  // namespace
}  // namespace carbon
