#include "settings/load_config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LoadConfigTest : public ::testing::Test {
 protected:
  // Independent of the tester's umask: a warning says that the group may write the file.
  void SetUp() override { umask(022); }

  std::optional<Config> Load(const std::string& forecast, const std::string& match) {
    const std::string path = folder_ + "/carbon.json";
    std::ofstream(path) << R"({"zones": {"Z": {"kind": "marginal", "forecast": [{"file": ")"
                        << forecast
                        << R"(", "format": "csv"}]}}, "sites": {"s": {"zone": "Z", "pue": 1.1}}, )"
                        << R"("pools": {"p": )"
                        << R"({"site": "s", "partition": "p", "hardware": "h100-sxm"}},)"
                        << R"("policies": [{"name": "first", "match": )" << match << "}]}";
    return LoadConfig(path, &errors_, &warnings_);
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
};

TEST_F(LoadConfigTest, TakesForecastPathsFromItsFolder) {
  std::optional<Config> config = Load("grid/../z.csv", "{}");
  ASSERT_TRUE(config.has_value()) << ::testing::PrintToString(errors_);
  const std::filesystem::path path =
      std::get<ForecastFile>(config->daemon.zones[0].forecasts[0]).path;
  EXPECT_TRUE(path.is_absolute());
  EXPECT_EQ(path.filename(), "z.csv");
  EXPECT_EQ(path, (std::filesystem::path(folder_) / "z.csv").lexically_normal());
  EXPECT_EQ(std::get<ForecastFile>(Load("/data/z.csv", "{}")->daemon.zones[0].forecasts[0]).path,
            "/data/z.csv");
}

// A user who may write it decides where jobs run.
TEST_F(LoadConfigTest, RefusesWhatAnybodyMayWriteAndTellsOfOthersWhoMay) {
  ASSERT_TRUE(Load("z.csv", "{}").has_value());
  EXPECT_THAT(warnings_, IsEmpty());
  const std::string path = folder_ + "/carbon.json";
  ASSERT_EQ(chmod(path.c_str(), 0664), 0);
  ASSERT_TRUE(Load("z.csv", "{}").has_value());
  EXPECT_THAT(warnings_,
              ElementsAre(absl::StrCat(path, ": its group ", getegid(), " may write it")));
  ASSERT_EQ(chmod(path.c_str(), 0646), 0);
  EXPECT_FALSE(Load("z.csv", "{}").has_value());
  EXPECT_THAT(errors_, ElementsAre(path + ": anybody may write it"));
  warnings_.clear();
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  ASSERT_TRUE(Load("z.csv", "{}").has_value());
  EXPECT_THAT(warnings_,
              ElementsAre(path + ": anybody may replace it, who may write in its folder"));
  warnings_.clear();
  ASSERT_EQ(chmod(folder_.c_str(), 0775), 0);
  ASSERT_TRUE(Load("z.csv", "{}").has_value());
  EXPECT_THAT(warnings_,
              ElementsAre(absl::StrCat(path, ": group ", getegid(),
                                       " may replace it, which may write in its folder")));
  warnings_.clear();
  ASSERT_EQ(chmod(folder_.c_str(), 01777), 0);
  ASSERT_TRUE(Load("z.csv", "{}").has_value());
  EXPECT_THAT(warnings_, IsEmpty());
}

// The owner of a folder or a link on the path can replace the file.
TEST_F(LoadConfigTest, TellsWhoseTheWayToItIs) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give folders away";
  namespace fs = std::filesystem;
  ASSERT_TRUE(Load("z.csv", "{}").has_value());
  const std::string theirs = folder_ + "/theirs", etc = theirs + "/etc", tmp = folder_ + "/tmp";
  fs::create_directories(etc);
  fs::create_directories(folder_ + "/real");
  fs::create_directories(tmp);
  fs::rename(folder_ + "/carbon.json", folder_ + "/real/carbon.json");
  fs::create_symlink("../../real", etc + "/link");
  fs::create_symlink(etc + "/link/carbon.json", folder_ + "/carbon.json");
  fs::create_symlink(folder_ + "/real/carbon.json", tmp + "/carbon.json");
  ASSERT_EQ(chmod(tmp.c_str(), 01777), 0);
  const auto warnings = [](const std::string& path) {
    std::vector<std::string> errors, warnings;
    EXPECT_TRUE(LoadConfig(path, &errors, &warnings).has_value());
    return warnings;
  };
  for (const std::string& path :
       {folder_ + "/carbon.json", etc + "/link/carbon.json", tmp + "/carbon.json"}) {
    EXPECT_THAT(warnings(path), IsEmpty()) << path;
  }
  ASSERT_EQ(chown(theirs.c_str(), 12345, 0), 0);
  const std::string fact = ": user 12345 may replace it, who owns ";
  for (const std::string& path : {folder_ + "/carbon.json", etc + "/link/carbon.json"}) {
    EXPECT_THAT(warnings(path), ElementsAre(absl::StrCat(path, fact, "folder ", theirs)));
  }
  EXPECT_THAT(warnings(folder_ + "/real/carbon.json"), IsEmpty());
  ASSERT_EQ(lchown((tmp + "/carbon.json").c_str(), 12345, 0), 0);
  EXPECT_THAT(warnings(tmp + "/carbon.json"),
              ElementsAre(absl::StrCat(tmp, "/carbon.json", fact, "link ", tmp, "/carbon.json")));
  ASSERT_EQ(chown((folder_ + "/real").c_str(), 12345, 0), 0);
  EXPECT_THAT(warnings(folder_ + "/carbon.json"),
              ElementsAre(absl::StrCat(folder_, "/carbon.json", fact, "its folder")));
}

// A user who may write the data does too, but another user may be meant to deliver them.
TEST_F(LoadConfigTest, TellsWhoElseMayWriteTheData) {
  const std::string path = folder_ + "/z.csv";
  std::ofstream(path) << "time,value\n";
  ASSERT_TRUE(Load("z.csv", "{}").has_value());
  EXPECT_THAT(warnings_, IsEmpty());
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  ASSERT_TRUE(Load("z.csv", "{}").has_value()) << ::testing::PrintToString(errors_);
  EXPECT_THAT(warnings_, ElementsAre(path + ": anybody may write it"));
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  warnings_.clear();
  ASSERT_EQ(chown(path.c_str(), 12345, 0), 0);
  ASSERT_TRUE(Load("z.csv", "{}").has_value());
  EXPECT_THAT(warnings_, ElementsAre(path + ": belongs to user 12345, who may write it"));
}

TEST_F(LoadConfigTest, ChecksHistorySourcesAndTakesTheirPathsFromItsFolder) {
  const auto load = [this](const std::string& history) {
    std::ofstream(folder_ + "/carbon.json")
        << R"({"zones": {"Z": {"kind": "average-direct", "history": [)" << history << "]}}}";
    return LoadConfig(folder_ + "/carbon.json", &errors_, &warnings_);
  };
  std::optional<Config> config =
      load(R"({"file": "z.csv"}, {"provider": "eia-930", "zone": "CISO", "secret_file": "key"})");
  ASSERT_TRUE(config.has_value()) << ::testing::PrintToString(errors_);
  const std::vector<HistorySource>& history = *config->daemon.zones[0].history;
  EXPECT_EQ(std::get<HistoryFile>(history[0]).path,
            (std::filesystem::path(folder_) / "z.csv").lexically_normal());
  EXPECT_EQ(std::get<ForecastProvider>(history[1]).secret_file,
            (std::filesystem::path(folder_) / "key").lexically_normal());
  EXPECT_FALSE(load(R"({"file": "z.csv"}, {"provider": "eia-93", "zone": "CISO"})").has_value());
  EXPECT_THAT(errors_,
              ElementsAre(HasSubstr("/zones/Z/history/1/provider: unknown provider \"eia-93\"; did "
                                    "you mean \"eia-930\"?")));
}

TEST_F(LoadConfigTest, ChecksTheMetersAddressAndTakesItsSecretFromItsFolder) {
  const auto load = [this](const std::string& url, const std::string& more) {
    std::ofstream(folder_ + "/carbon.json")
        << R"({"meter": {"prometheus": {"query": "$job_id", "unit": "J", "includes_pue": false, )"
        << R"("url": ")" << url << "\"" << more << "}}}";
    return LoadConfig(folder_ + "/carbon.json", &errors_, &warnings_);
  };
  const std::string secret = R"(, "secret_file": "token")";
  const std::optional<Config> config = load("https://prometheus.example.org/sub", secret);
  ASSERT_TRUE(config.has_value()) << ::testing::PrintToString(errors_);
  EXPECT_EQ(config->daemon.meter.prometheus->secret_file,
            (std::filesystem::path(folder_) / "token").lexically_normal());
  EXPECT_TRUE(load("http://prometheus.example.org:9090", "").has_value());
  EXPECT_TRUE(load("http://127.0.0.1:9090", secret).has_value());
  EXPECT_FALSE(load("http://prometheus.example.org:9090", secret).has_value());
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("/meter/prometheus/url: http://")));
  EXPECT_THAT(errors_, ElementsAre(EndsWith("use https")));
  for (const char* wrong : {"prometheus:9090", "ftp://x", "https://u:p@x", "https://x?query=1"}) {
    EXPECT_FALSE(load(wrong, "").has_value()) << wrong;
  }
}

TEST_F(LoadConfigTest, RefusesATimeZoneThatTheMachineDoesNotKnow) {
  const auto load = [this](const std::string& source) {
    std::ofstream(folder_ + "/carbon.json")
        << R"({"zones": {"Z": {"kind": "marginal", "forecast": [)" << source << R"(], "history": [)"
        << source << "]}}}";
    return LoadConfig(folder_ + "/carbon.json", &errors_, &warnings_);
  };
  EXPECT_TRUE(load(R"({"file": "z.csv", "time_zone": "Europe/Berlin"})").has_value());
  EXPECT_FALSE(load(R"({"file": "z.csv", "time_zone": "Europe/Berlim"})").has_value());
  EXPECT_THAT(
      errors_,
      ElementsAre(EndsWith("carbon.json:1: /zones/Z/forecast/0/time_zone: \"Europe/Berlim\" is not "
                           "a time zone of this machine"),
                  HasSubstr("/zones/Z/history/0/time_zone: \"Europe/Berlim\" is not a time zone")));
}

TEST_F(LoadConfigTest, ResolvesUsersByNameAndNumber) {
  std::optional<Config> config = Load("z.csv", R"({"user": ["root", "54321", "root"]})");
  ASSERT_TRUE(config.has_value()) << ::testing::PrintToString(errors_);
  EXPECT_THAT(config->placement.policies[0].match.uids, ElementsAre(0, 54321));
  EXPECT_THAT(warnings_, IsEmpty());
}

// Who makes no decision need not reach the user database.
TEST_F(LoadConfigTest, LoadsTheDaemonsHalfWithoutLookingUpUsers) {
  ASSERT_TRUE(Load("grid.csv", R"({"user": ["no-such-user"]})").has_value());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("does not exist")));
  warnings_.clear();
  const std::optional<DaemonConfig> config =
      LoadDaemonConfig(folder_ + "/carbon.json", &errors_, &warnings_);
  ASSERT_TRUE(config.has_value());
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_EQ(std::get<ForecastFile>(config->zones[0].forecasts[0]).path, folder_ + "/grid.csv");
  std::ofstream(folder_ + "/carbon.json") << "{";
  EXPECT_FALSE(LoadDaemonConfig(folder_ + "/carbon.json", &errors_, &warnings_).has_value());
  EXPECT_FALSE(errors_.empty());
}

TEST_F(LoadConfigTest, NeverLetsAPolicyOfUnknownUsersMatchEverybody) {
  std::optional<Config> config = Load("z.csv", R"({"user": ["no-such-user"]})");
  ASSERT_TRUE(config.has_value()) << ::testing::PrintToString(errors_);
  EXPECT_THAT(warnings_, ElementsAre("policy first: user \"no-such-user\" does not exist"));
  JobRequest job;
  job.user_id = 1000;
  EXPECT_EQ(MatchPolicy(config->placement.policies, job, "p"), nullptr);
}

TEST_F(LoadConfigTest, ReportsWhatIsWrongWithTheFileAndItsLine) {
  EXPECT_FALSE(Load("z.csv", R"({"usr": ["root"]})").has_value());
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("carbon.json:1: /policies/0/match/usr: ")));
}

TEST_F(LoadConfigTest, ReportsAFileThatIsNotThere) {
  EXPECT_FALSE(LoadConfig(folder_ + "/none.json", &errors_, &warnings_).has_value());
  EXPECT_THAT(errors_, ElementsAre(EndsWith("none.json: No such file or directory")));
}

}  // namespace
}  // namespace carbon
