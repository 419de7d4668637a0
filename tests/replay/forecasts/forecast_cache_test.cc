#include "replay/forecasts/forecast_cache.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "store/file.h"
#include "tests/replay/forecasts/synthetic_grid.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

std::string OneKey(absl::Time) { return "abc"; }

std::string Found(ForecastCache* cache, absl::Time time) {
  const std::string* bytes = cache->Find(time);
  return bytes == nullptr ? "none" : *bytes;
}

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(ForecastCache, KeepsADayInAFile) {
  const TemporaryFolder folder;
  {
    ForecastCache cache(folder.path() + "/zone", OneKey);
    EXPECT_EQ(cache.Find(GridDay(0, 5)), nullptr);
    EXPECT_TRUE(cache.Add(GridDay(0, 5), "five").ok());
    EXPECT_TRUE(cache.Add(GridDay(0, 6), std::string("s\0x", 3)).ok());
    EXPECT_TRUE(cache.Add(GridDay(1, 5), "next").ok());
    EXPECT_EQ(Found(&cache, GridDay(0, 5)), "five");
  }
  EXPECT_EQ(FilesIn(folder.path() + "/zone"),
            (std::vector<std::string>{"2020-01-01-abc.forecasts", "2020-01-02-abc.forecasts"}));
  ForecastCache again(folder.path() + "/zone", OneKey);
  EXPECT_EQ(Found(&again, GridDay(0, 5)), "five");
  EXPECT_EQ(Found(&again, GridDay(0, 6)), std::string("s\0x", 3));
  EXPECT_EQ(Found(&again, GridDay(0, 7)), "none");
  EXPECT_EQ(Found(&again, GridDay(1, 5)), "next");
}

TEST(ForecastCache, GivesNothingOfAnotherKey) {
  const TemporaryFolder folder;
  std::string key = "one";
  const auto key_of = [&key](absl::Time) { return key; };
  {
    ForecastCache cache(folder.path(), key_of);
    EXPECT_TRUE(cache.Add(GridDay(0, 5), "five").ok());
  }
  key = "two";
  ForecastCache cache(folder.path(), key_of);
  EXPECT_EQ(cache.Find(GridDay(0, 5)), nullptr);
}

// A crash, or somebody else's file.
TEST(ForecastCache, ReadsACutFileAsFarAsItGoes) {
  const TemporaryFolder folder;
  {
    ForecastCache cache(folder.path(), OneKey);
    EXPECT_TRUE(cache.Add(GridDay(0, 5), "five").ok());
    EXPECT_TRUE(cache.Add(GridDay(0, 6), "six").ok());
  }
  const std::string path = folder.path() + "/2020-01-01-abc.forecasts";
  const std::string whole = *ReadFile(path, 1000);
  for (size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    ForecastCache cache(folder.path(), OneKey);
    EXPECT_EQ(cache.Find(GridDay(0, 6)), nullptr) << size;
    EXPECT_EQ(Found(&cache, GridDay(0, 5)), size < 8 + 12 + 4 ? "none" : "five") << size;
  }
  std::ofstream(path, std::ios::binary) << "something else entirely, and longer";
  ForecastCache cache(folder.path(), OneKey);
  EXPECT_EQ(cache.Find(GridDay(0, 5)), nullptr);
}

TEST(ForecastCache, TellsThatAFolderCannotBeWritten) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() + "/file") << "in the way";
  ForecastCache cache(folder.path() + "/file", OneKey);
  EXPECT_TRUE(cache.Add(GridDay(0, 5), "five").ok());
  EXPECT_EQ(
      cache.Flush(),
      absl::UnavailableError(folder.path() +
                             "/file/2020-01-01-abc.forecasts: cannot be written: Not a directory"));
  // Also where another day was looked for in between.
  EXPECT_EQ(cache.Find(GridDay(3, 5)), nullptr);
  EXPECT_FALSE(cache.Add(GridDay(3, 5), "five").ok());
}

TEST(ForecastCache, WithoutAFolderKeepsADayInMemory) {
  ForecastCache cache("", OneKey);
  EXPECT_TRUE(cache.Add(GridDay(0, 5), "five").ok());
  EXPECT_EQ(Found(&cache, GridDay(0, 5)), "five");
  EXPECT_EQ(cache.Find(GridDay(1, 5)), nullptr);
  EXPECT_EQ(cache.Find(GridDay(0, 5)), nullptr);
  EXPECT_TRUE(cache.Flush().ok());
}

TEST(ForecastCache, IsBoundedByWhatWasNotUsedForLongest) {
  const TemporaryFolder folder;
  {
    ForecastCache cache(folder.path() + "/zone", OneKey);
    for (int day = 0; day < 4; ++day) {
      EXPECT_TRUE(cache.Add(GridDay(day), std::string(1000, 'x')).ok());
    }
  }
  std::ofstream(folder.path() + "/zone/notes.txt") << std::string(5000, 'n');
  const auto path = [&](int day) {
    return folder.path() + "/zone/2020-01-0" + std::to_string(day + 1) + "-abc.forecasts";
  };
  const auto now = std::filesystem::file_time_type::clock::now();
  for (int day = 0; day < 4; ++day) {
    std::filesystem::last_write_time(path(day), now - std::chrono::hours(10 - day));
  }
  {
    ForecastCache cache(folder.path() + "/zone", OneKey);
    EXPECT_NE(cache.Find(GridDay(0)), nullptr);  // which uses it
  }
  EXPECT_EQ(BoundForecastCache(folder.path(), 2500), 2 * 1020);
  EXPECT_EQ(FilesIn(folder.path() + "/zone"),
            (std::vector<std::string>{"2020-01-01-abc.forecasts", "2020-01-04-abc.forecasts",
                                      "notes.txt"}));
  EXPECT_EQ(BoundForecastCache(folder.path() + "/not-there", 0), 0);
}

}  // namespace
}  // namespace carbon
