#include "cli/outcome/actual_values.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forecast/archive/archive.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kDay = absl::FromUnixSeconds(1795478400);  // 2026-11-24T00:00:00Z
absl::Time At(int hour) { return kDay + absl::Hours(hour); }

constexpr char kCsv[] = "time,value\n2026-11-24T00:00:00Z,10\n2026-11-24T01:00:00Z,20\n";

class ActualValues : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }
  void Archived(const std::string& source, double value, absl::Time fetched_at) {
    std::vector<std::string> problems;
    auto archive = Archive::Open(folder_ + "/archive", fetched_at, &problems);
    ASSERT_TRUE(archive.ok()) << archive.status();
    const auto history = IntensityHistory::Create({{At(0), At(2), GramsPerKilowattHour(value)}});
    const Feed feed = {"NO", source, SignalKind::kAverageLifecycle};
    ASSERT_TRUE((*archive)->AddActuals(feed, *history, fetched_at).ok());
  }
  absl::StatusOr<ActualsByZone> Read(const ActualSources& sources) {
    complaints_.clear();
    return ReadActualValues({"NO"}, config_, sources, At(0), At(4),
                            [this](const std::string& line) { complaints_.push_back(line); });
  }
  std::vector<std::string> SourcesOf(const absl::StatusOr<ActualsByZone>& actuals) {
    EXPECT_TRUE(actuals.ok()) << actuals.status();
    std::vector<std::string> sources;
    if (!actuals.ok() || !actuals->contains("NO")) return sources;
    for (const ActualIntensity& actual : actuals->at("NO")) sources.push_back(actual.source());
    return sources;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  DaemonConfig config_{.zones = {{.name = "NO"}}};
  std::vector<std::string> complaints_;
};

TEST_F(ActualValues, ComeFromAFolderOfFiles) {
  Write("NO.csv", kCsv);
  Write("DE.csv", "this zone is not asked for");
  const auto actuals = Read({.grid = folder_});
  ASSERT_THAT(SourcesOf(actuals), ElementsAre(folder_ + "/NO.csv"));
  const ActualIntensity::Window window = actuals->at("NO")[0].Over(At(0), At(2));
  EXPECT_EQ(window.known, absl::Hours(2));
  EXPECT_EQ(window.integral.milligram_seconds_per_kwh, 30'000 * 3600);
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST_F(ActualValues, AreTheNewestRevisionsOfTheArchive) {
  Archived("energy-charts:NO", 30, At(3));
  Archived("energy-charts:NO", 40, At(9));
  const auto actuals = Read({.archive = folder_ + "/archive"});
  ASSERT_THAT(SourcesOf(actuals), ElementsAre("energy-charts:NO"));
  const ActualIntensity::Window window = actuals->at("NO")[0].Over(At(0), At(1));
  EXPECT_EQ(window.integral.milligram_seconds_per_kwh, 40'000 * 3600);
  EXPECT_EQ(window.fetched_at, At(9));
}

TEST_F(ActualValues, PreferTheFolderAndThenWhatTheConfigurationNames) {
  Archived("a-source", 30, At(3));
  Archived("electricity-maps:NO", 40, At(3));
  Write("NO.csv", kCsv);
  config_.zones[0].history = {ForecastProvider{.provider = "electricity-maps", .zone = "NO"}};
  EXPECT_THAT(SourcesOf(Read({.archive = folder_ + "/archive", .grid = folder_})),
              ElementsAre(folder_ + "/NO.csv", "electricity-maps:NO", "a-source"));
}

TEST_F(ActualValues, ComeFromHistoryFilesWithoutAnArchive) {
  Write("measured.csv", kCsv);
  config_.zones[0].history = {HistoryFile{.path = folder_ + "/measured.csv"},
                              HistoryFile{.path = folder_ + "/none.csv"}};
  EXPECT_THAT(SourcesOf(Read({})), ElementsAre(folder_ + "/measured.csv"));
  EXPECT_THAT(complaints_, ElementsAre(HasSubstr(folder_ + "/none.csv")));
}

TEST_F(ActualValues, AreMissedWithALineThatSaysWhatToDo) {
  EXPECT_THAT(SourcesOf(Read({})), IsEmpty());
  EXPECT_THAT(complaints_, ElementsAre(HasSubstr("--archive FILE or --grid DIR")));
  EXPECT_THAT(SourcesOf(Read({.grid = folder_})), IsEmpty());
  EXPECT_THAT(complaints_, ElementsAre(folder_ + ": has no file ZONE.csv of the zones NO"));
  Archived("a-source", 30, At(3));
  EXPECT_THAT(ReadActualValues({"DE"}, config_, {.archive = folder_ + "/archive"}, At(0), At(4),
                               [this](const std::string& line) { complaints_.push_back(line); })
                  ->size(),
              0);
  EXPECT_THAT(complaints_.back(), HasSubstr("has no actual values of DE"));

  const auto no_folder = Read({.grid = folder_ + "/none"});
  EXPECT_THAT(std::string(no_folder.status().message()),
              HasSubstr(folder_ + "/none: is not a folder; it must have a file ZONE.csv"));
  const auto no_archive = Read({.archive = folder_ + "/none"});
  EXPECT_THAT(std::string(no_archive.status().message()), HasSubstr(folder_ + "/none"));
  Write("NO.csv", "time,value\n2026-11-24T00:00:00Z,-10\n");
  EXPECT_THAT(std::string(Read({.grid = folder_}).status().message()),
              HasSubstr(folder_ + "/NO.csv: line 2"));
}

}  // namespace
}  // namespace carbon
