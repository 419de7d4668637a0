#include "forecast/archive/archive.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/file.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Interval = IntensityHistory::Interval;
namespace fs = std::filesystem;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 2), absl::UTCTimeZone());
const Feed kFeed{"DE", "energy-charts", SignalKind::kAverageLifecycle};

absl::Time At(int hour, int minute = 0) { return kNow + absl::Hours(hour) + absl::Minutes(minute); }

IntensitySeries Series(int hour, const std::vector<double>& values) {
  std::vector<IntensitySeries::Step> steps;
  for (double value : values) {
    steps.push_back({At(hour + static_cast<int>(steps.size())), GramsPerKilowattHour(value)});
  }
  return *IntensitySeries::Create(steps, At(hour + static_cast<int>(values.size())));
}

Interval Hour(int hour, double value, bool is_estimated = false) {
  return {At(hour), At(hour + 1), GramsPerKilowattHour(value), is_estimated};
}

IntensityHistory Actuals(std::vector<Interval> intervals) {
  return *IntensityHistory::Create(std::move(intervals));
}

class ArchiveTest : public testing::Test {
 protected:
  std::string path() const { return folder_ + "/archive.db"; }

  absl::StatusOr<std::unique_ptr<Archive>> Open(absl::Time now = kNow) {
    problems_.clear();
    return Archive::Open(path(), now, &problems_);
  }
  std::unique_ptr<Archive> MustOpen() {
    absl::StatusOr<std::unique_ptr<Archive>> archive = Open();
    EXPECT_TRUE(archive.ok()) << archive.status();
    return archive.ok() ? *std::move(archive) : nullptr;
  }

  // The names in the folder that begin with `prefix`.
  std::vector<std::string> Names(const std::string& prefix) const {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename();
      if (name.rfind(prefix, 0) == 0) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::vector<std::string> problems_;
};

std::vector<Interval> Known(const ArchiveReader& archive, int known_at, const Feed& feed = kFeed) {
  absl::StatusOr<IntensityHistory> history =
      archive.History(feed, At(-1000), At(1000), At(known_at));
  EXPECT_TRUE(history.ok()) << history.status();
  return history.ok() ? history->intervals() : std::vector<Interval>{};
}

TEST_F(ArchiveTest, KeepsForecastsAsTheyWereIssued) {
  const IntensitySeries first = Series(0, {412.345, 0, 398});
  const IntensitySeries second = Series(1, {400, 390});
  {
    const std::unique_ptr<Archive> archive = MustOpen();
    EXPECT_THAT(*archive->AddForecast(kFeed, At(0), first, At(0, 5)), true);
    EXPECT_THAT(*archive->AddForecast(kFeed, At(1), second, At(1, 5)), true);
  }
  const std::unique_ptr<Archive> archive = MustOpen();
  EXPECT_THAT(problems_, IsEmpty());
  absl::StatusOr<std::vector<ArchivedForecast>> all = archive->Forecasts(kFeed, At(-9), At(9));
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].issued_at, At(0));
  EXPECT_EQ((*all)[0].fetched_at, At(0, 5));
  EXPECT_EQ((*all)[0].series.step_milligrams(), first.step_milligrams());
  EXPECT_EQ((*all)[0].series.step_seconds(), first.step_seconds());
  EXPECT_EQ((*all)[1].series.end(), second.end());

  EXPECT_EQ(archive->Forecasts(kFeed, At(0), At(1))->size(), 1u) << "half-open";
  EXPECT_EQ(archive->Forecasts(kFeed, At(1), At(2))->size(), 1u);
  EXPECT_EQ(archive->Forecasts(kFeed, At(2), At(9))->size(), 0u);
  EXPECT_EQ(archive->Forecasts({"FR", "energy-charts"}, At(-9), At(9))->size(), 0u);
}

TEST_F(ArchiveTest, KeepsAForecastThatIsFetchedAgainOnce) {
  const std::unique_ptr<Archive> archive = MustOpen();
  const IntensitySeries series = Series(0, {1, 2, 3});
  const IntensitySeries other = Series(0, {1, 2, 4});
  EXPECT_TRUE(*archive->AddForecast(kFeed, At(0), series, At(0)));
  EXPECT_FALSE(*archive->AddForecast(kFeed, At(0), series, At(1)));
  EXPECT_FALSE(*archive->AddForecast(kFeed, At(0), series, At(0, 30))) << "the clock was set back";
  EXPECT_TRUE(*archive->AddForecast(kFeed, At(1), series, At(2))) << "issued anew";
  EXPECT_FALSE(*archive->AddForecast(kFeed, At(0), series, At(3))) << "an older issue once more";
  EXPECT_TRUE(*archive->AddForecast(kFeed, At(1), other, At(4))) << "the issue was corrected";

  const std::vector<ArchivedForecast> all = *archive->Forecasts(kFeed, At(-9), At(9));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].fetched_at, At(0));
  EXPECT_EQ(all[0].last_fetched_at, At(3));
  EXPECT_EQ(all[1].last_fetched_at, At(2));
}

TEST_F(ArchiveTest, CountsAForecastWithoutTimeOfIssueFromWhenItWasFetched) {
  const std::unique_ptr<Archive> archive = MustOpen();
  EXPECT_TRUE(*archive->AddForecast(kFeed, std::nullopt, Series(0, {1, 2}), At(0)));
  EXPECT_FALSE(*archive->AddForecast(kFeed, std::nullopt, Series(0, {1, 2}), At(1)));
  EXPECT_TRUE(*archive->AddForecast(kFeed, std::nullopt, Series(0, {1, 3}), At(2)));
  EXPECT_TRUE(*archive->AddForecast(kFeed, std::nullopt, Series(0, {1, 2}), At(3)));
  const std::vector<ArchivedForecast> all = *archive->Forecasts(kFeed, At(0), At(3));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].issued_at, std::nullopt);
  EXPECT_EQ(all[0].made_at(), At(0));
  EXPECT_EQ(all[0].last_fetched_at, At(1));
}

TEST_F(ArchiveTest, KeepsAForecastOnceAfterAClockThatWasAhead) {
  std::unique_ptr<Archive> archive = MustOpen();
  const absl::Duration ahead = absl::Hours(24 * 365);
  EXPECT_TRUE(*archive->AddForecast(kFeed, std::nullopt, Series(0, {1}), At(0) + ahead));
  EXPECT_TRUE(*archive->AddForecast(kFeed, std::nullopt, Series(0, {2}), At(0)));
  EXPECT_FALSE(*archive->AddForecast(kFeed, std::nullopt, Series(0, {2}), At(1)));
  EXPECT_FALSE(*archive->AddForecast(kFeed, std::nullopt, Series(0, {2}), At(2)));
}

TEST_F(ArchiveTest, MixesNoTwoFeeds) {
  const std::unique_ptr<Archive> archive = MustOpen();
  const std::vector<Feed> feeds = {
      {"DE", "electricity-maps", SignalKind::kAverageDirect},
      {"DE", "electricity-maps", SignalKind::kAverageLifecycle},
      {"DE", "energy-charts", SignalKind::kAverageLifecycle},
      {"FR", "energy-charts", SignalKind::kMarginal},
  };
  for (size_t i = 0; i < feeds.size(); ++i) {
    const double value = static_cast<double>(i);
    EXPECT_TRUE(*archive->AddForecast(feeds[i], At(0), Series(0, {value}), At(0)));
    EXPECT_EQ(*archive->AddActuals(feeds[i], Actuals({Hour(-1, value)}), At(0)), 1);
  }
  EXPECT_EQ(*archive->Feeds(), feeds);
  for (size_t i = 0; i < feeds.size(); ++i) {
    EXPECT_THAT(Known(*archive, 0, feeds[i]), ElementsAre(Hour(-1, static_cast<double>(i))));
    EXPECT_EQ(archive->Forecasts(feeds[i], At(0), At(1))->front().series.step_milligrams()[0],
              static_cast<int64_t>(i) * 1000);
  }
}

TEST_F(ArchiveTest, KeepsRevisionsAndTellsWhatWasKnownWhen) {
  const std::unique_ptr<Archive> archive = MustOpen();
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-3, 300), Hour(-2, 200)}), At(0)), 2);
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-3, 300), Hour(-2, 200)}), At(1)), 0);
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-2, 220), Hour(0, 0)}), At(2)), 2);

  EXPECT_THAT(Known(*archive, -1), IsEmpty());
  EXPECT_THAT(Known(*archive, 0), ElementsAre(Hour(-3, 300), Hour(-2, 200)));
  EXPECT_THAT(Known(*archive, 1), ElementsAre(Hour(-3, 300), Hour(-2, 200)));
  EXPECT_THAT(Known(*archive, 2), ElementsAre(Hour(-3, 300), Hour(-2, 220), Hour(0, 0)))
      << "the hour from -1 that nobody told is a gap";
}

TEST_F(ArchiveTest, TakesAnEstimateThatIsConfirmedForARevision) {
  const std::unique_ptr<Archive> archive = MustOpen();
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-1, 300, true)}), At(0)), 1);
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-1, 300, false)}), At(1)), 1);
  EXPECT_THAT(Known(*archive, 0), ElementsAre(Hour(-1, 300, true)));
  EXPECT_THAT(Known(*archive, 1), ElementsAre(Hour(-1, 300, false)));
}

TEST_F(ArchiveTest, KeepsTheOrderOfRevisionsWhenTheClockIsSetBack) {
  const std::unique_ptr<Archive> archive = MustOpen();
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-1, 300)}), At(1)), 1);
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-1, 310)}), At(0)), 1);
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-1, 310)}), At(0, 5)), 0);
  EXPECT_THAT(Known(*archive, 1), ElementsAre(Hour(-1, 300)));
  EXPECT_THAT(Known(*archive, 2), ElementsAre(Hour(-1, 310)));
}

TEST_F(ArchiveTest, CutsIntervalsThatReachOverTheWindow) {
  const std::unique_ptr<Archive> archive = MustOpen();
  const Interval month{At(-20 * 24), At(10 * 24), GramsPerKilowattHour(50)};
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({month}), At(0)), 1);
  EXPECT_THAT(archive->History(kFeed, At(0), At(1), At(0))->intervals(), ElementsAre(Hour(0, 50)));
  EXPECT_THAT(archive->History(kFeed, At(1), At(1), At(0))->intervals(), IsEmpty());
  EXPECT_THAT(archive->History(kFeed, At(1), At(0), At(0))->intervals(), IsEmpty());
  EXPECT_THAT(
      archive->History(kFeed, absl::InfinitePast(), absl::InfiniteFuture(), absl::InfiniteFuture())
          ->intervals(),
      ElementsAre(month));
}

// Against the definition: of each quarter of an hour, the value that came last.
TEST_F(ArchiveTest, LaysLaterIntervalsOverEarlierOnesWhateverTheirSteps) {
  std::mt19937 random(20261124);
  for (int round = 0; round < 20; ++round) {
    const std::unique_ptr<Archive> archive = MustOpen();
    const Feed feed{"Z" + std::to_string(round), "s"};
    std::vector<std::map<int, double>> known(1);  // after each fetch, by quarter
    for (int fetch = 0; fetch < 12; ++fetch) {
      std::vector<Interval> intervals;
      std::map<int, double> now = known.back();
      for (int quarter = static_cast<int>(random() % 8); quarter < 40;) {
        const int length = 1 << (random() % 3);
        if (random() % 3 != 0) {
          const double value = static_cast<double>(random() % 4);
          intervals.push_back(
              {At(0, quarter * 15), At(0, (quarter + length) * 15), GramsPerKilowattHour(value)});
          for (int i = 0; i < length; ++i) now[quarter + i] = value;
        }
        quarter += length;
      }
      ASSERT_TRUE(archive->AddActuals(feed, Actuals(intervals), At(100 + fetch)).ok());
      known.push_back(now);
    }
    for (int fetch = 0; fetch < 12; ++fetch) {
      std::map<int, double> read;
      for (const Interval& interval : Known(*archive, 100 + fetch, feed)) {
        for (absl::Time t = interval.start; t < interval.end; t += absl::Minutes(15)) {
          read[static_cast<int>((t - At(0)) / absl::Minutes(15))] = interval.value.value();
        }
      }
      ASSERT_EQ(read, known[static_cast<size_t>(fetch) + 1]) << "round " << round;
    }
  }
}

TEST_F(ArchiveTest, RemovesWhatIsOldAndGivesItsRoomBack) {
  std::unique_ptr<Archive> archive = MustOpen();
  std::mt19937 random(1);
  for (int hour = 0; hour < 100; ++hour) {
    std::vector<double> values;
    for (int i = 0; i < 960; ++i) values.push_back(static_cast<double>(random() % 1000000) / 1000);
    ASSERT_TRUE(*archive->AddForecast(kFeed, At(hour), Series(hour, values), At(hour)));
    ASSERT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(hour, values[0])}), At(hour)), 1);
  }
  // The log is written back into the file where the archive is closed.
  archive.reset();
  const uintmax_t before = fs::file_size(path());
  archive = MustOpen();
  EXPECT_EQ(*archive->Prune(At(90)), 90 + 90);
  EXPECT_EQ(*archive->Prune(At(90)), 0);
  EXPECT_EQ(archive->Forecasts(kFeed, At(0), At(999))->size(), 10u);
  EXPECT_EQ(Known(*archive, 999).size(), 10u);
  archive.reset();
  EXPECT_LT(fs::file_size(path()), before / 4);
  EXPECT_LE(fs::file_size(path() + "-wal"), 4u << 20);
}

TEST_F(ArchiveTest, RefusesASeriesTooFineToBeRead) {
  const std::unique_ptr<Archive> archive = MustOpen();
  std::vector<IntensitySeries::Step> steps;
  for (int i = 0; i <= 1 << 18; ++i) {
    steps.push_back({kNow + absl::Seconds(i), GramsPerKilowattHour(1)});
  }
  EXPECT_EQ(archive->AddForecast(kFeed, At(0), *IntensitySeries::Create(steps, At(1000)), At(0))
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ArchiveTest, RefusesTimesThatItCouldNotReadAgain) {
  std::unique_ptr<Archive> archive = MustOpen();
  for (const absl::CivilYear year : {absl::CivilYear(1969), absl::CivilYear(9999)}) {
    const absl::Time time = absl::FromCivil(year, absl::UTCTimeZone());
    const std::string begun = absl::FormatTime("%Y", time, absl::UTCTimeZone());
    const absl::Status forecast =
        archive
            ->AddForecast(
                kFeed, At(0),
                *IntensitySeries::Create({{time, GramsPerKilowattHour(1)}}, time + absl::Hours(1)),
                At(0))
            .status();
    EXPECT_EQ(forecast.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(forecast.message()),
                StartsWith("forecast of zone DE: begins at " + begun));
    const absl::Status actuals =
        archive
            ->AddActuals(kFeed, Actuals({{time, time + absl::Hours(1), GramsPerKilowattHour(1)}}),
                         At(0))
            .status();
    EXPECT_EQ(actuals.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(actuals.message()),
                StartsWith("actuals of zone DE: reach to " + begun));
  }
  EXPECT_THAT(Known(*archive, 1), IsEmpty());
  absl::StatusOr<std::vector<ArchivedForecast>> forecasts =
      archive->Forecasts(kFeed, absl::InfinitePast(), absl::InfiniteFuture());
  ASSERT_TRUE(forecasts.ok()) << forecasts.status();
  EXPECT_TRUE(forecasts->empty());
}

TEST_F(ArchiveTest, LetsOneWriteAndOthersRead) {
  const std::unique_ptr<Archive> archive = MustOpen();
  const absl::Status second = Open().status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second.message(),
            path() + ": another process writes this archive, pid " + std::to_string(getpid()));
  EXPECT_THAT(problems_, IsEmpty());

  absl::StatusOr<std::unique_ptr<ArchiveReader>> reader = ArchiveReader::Open(path());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(Known(**reader, 0), IsEmpty());
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-1, 300)}), At(0)), 1);
  EXPECT_THAT(Known(**reader, 0), ElementsAre(Hour(-1, 300)));
}

TEST_F(ArchiveTest, CanBeLockedByItsOwnerOnly) {
  const mode_t mask = umask(0);
  MustOpen();
  umask(mask);
  struct stat facts;
  ASSERT_EQ(stat((path() + ".lock").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

// Every user who can read a file can lock it, and a reader's lock blocks the writer.
TEST_F(ArchiveTest, IsReadableForNobodyElseWhateverTheUmaskOrAnOlderRelease) {
  const auto modes = [&] {
    std::vector<mode_t> modes;
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
      struct stat facts;
      EXPECT_EQ(stat((path() + suffix).c_str(), &facts), 0) << suffix;
      modes.push_back(facts.st_mode & 07777);
    }
    return modes;
  };
  const mode_t mask = umask(0);
  std::unique_ptr<Archive> archive = MustOpen();
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-1, 300)}), At(0)), 1);
  EXPECT_THAT(modes(), Each(0600u));
  archive.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    ASSERT_EQ(chmod((path() + suffix).c_str(), 0644), 0) << suffix;
  }
  archive = MustOpen();
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-2, 300)}), At(0)), 1);
  EXPECT_THAT(modes(), Each(0600u));
  umask(mask);
  EXPECT_THAT(problems_, IsEmpty());
}

// As root reads anything, a child becomes nobody; where the test is not root's, it says nothing.
TEST_F(ArchiveTest, CanBeReadByAGroupThatMayNotWriteAndByNobodyElse) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become someone else";
  constexpr gid_t kGroup = 12345;
  ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
  const auto read_as_nobody = [&](gid_t group) {
    const pid_t child = fork();
    if (child == 0) {
      if (setgroups(0, nullptr) != 0 || setgid(group) != 0 || setuid(65534) != 0) _exit(2);
      if (group != kGroup) {
        for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
          if (open((path() + suffix).c_str(), O_RDONLY) >= 0 || errno != EACCES) _exit(4);
        }
      }
      absl::StatusOr<std::unique_ptr<ArchiveReader>> reader = ArchiveReader::Open(path());
      _exit(reader.ok() && Known(**reader, 0).size() == 1 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  MustOpen();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    ASSERT_EQ(chown((path() + suffix).c_str(), 0, kGroup), 0) << suffix;
    ASSERT_EQ(chmod((path() + suffix).c_str(), 0640), 0) << suffix;
  }
  std::unique_ptr<Archive> archive = MustOpen();
  EXPECT_EQ(*archive->AddActuals(kFeed, Actuals({Hour(-1, 300)}), At(0)), 1);
  EXPECT_EQ(read_as_nobody(kGroup), 0) << "while it is written";
  EXPECT_EQ(read_as_nobody(65534), 1) << "while it is written";
  archive.reset();
  EXPECT_EQ(read_as_nobody(kGroup), 0) << "while nobody writes";
  EXPECT_EQ(read_as_nobody(65534), 1) << "while nobody writes";
}

TEST_F(ArchiveTest, OpensRegularFilesOnly) {
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  const auto denied = absl::PermissionDeniedError(path() + ": is no regular file");
  EXPECT_EQ(ArchiveReader::Open(path()).status(), denied);
  EXPECT_EQ(Open().status(), denied);
}

TEST_F(ArchiveTest, OpensNoneOfSqlitesNamesForNoFile) {
  for (const char* name : {"", ":memory:"}) {
    EXPECT_EQ(ArchiveReader::Open(name).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(ArchiveTest, DoesNotOpenToWriteWhatItMayOnlyRead) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become someone else";
  MustOpen();
  ASSERT_EQ(chmod(path().c_str(), 0644), 0);
  constexpr uid_t kNobody = 65534;
  fs::permissions(folder_, fs::perms::all);
  for (const char* suffix : {".lock", "-wal", "-shm"}) {
    ASSERT_EQ(chown((path() + suffix).c_str(), kNobody, kNobody), 0);
  }
  const pid_t child = fork();
  if (child == 0) {
    if (setuid(kNobody) != 0) _exit(1);
    _exit(absl::IsPermissionDenied(Open().status()) && problems_.empty() ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(ArchiveTest, SaysWhatIsNoArchive) {
  EXPECT_EQ(ArchiveReader::Open(path()).status().code(), absl::StatusCode::kNotFound);
  std::ofstream(path()).close();
  EXPECT_EQ(ArchiveReader::Open(path()).status().code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> problems;
  EXPECT_EQ(Archive::Open(folder_ + "/nowhere/archive.db", kNow, &problems).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ArchiveTest, FindsTheForecastAddedLastAndTheOneInForce) {
  const std::unique_ptr<Archive> archive = MustOpen();
  EXPECT_FALSE(archive->LastForecast(kFeed)->has_value());
  EXPECT_FALSE(archive->ForecastInForce(kFeed, At(0))->has_value());
  for (int hour : {0, 6, 12}) {
    ASSERT_TRUE(archive->AddForecast(kFeed, At(hour), Series(hour, {100.0 + hour}), At(hour)).ok());
  }
  const Feed other{"FR", "energy-charts", SignalKind::kAverageLifecycle};
  ASSERT_TRUE(archive->AddForecast(other, At(13), Series(13, {5}), At(13)).ok());
  EXPECT_EQ((*archive->LastForecast(kFeed))->made_at(), At(12));

  EXPECT_EQ((*archive->ForecastInForce(kFeed, At(6)))->made_at(), At(6));
  EXPECT_EQ((*archive->ForecastInForce(kFeed, At(11, 59)))->made_at(), At(6));
  EXPECT_EQ((*archive->ForecastInForce(kFeed, At(35)))->made_at(), At(12));
  EXPECT_FALSE(archive->ForecastInForce(kFeed, At(36))->has_value()) << "a day ago";
  EXPECT_FALSE(archive->ForecastInForce(kFeed, At(-1))->has_value());
}

// A series of so many steps of five minutes, each of at least two bytes, different for each seed.
IntensitySeries DenseSeries(absl::Time begin, int steps, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::vector<IntensitySeries::Step> all;
  for (int i = 0; i < steps; ++i) {
    all.push_back({begin + absl::Minutes(5 * i), GramsPerKilowattHour(random() % 1000)});
  }
  return *IntensitySeries::Create(all, begin + absl::Minutes(5 * steps));
}

constexpr int64_t kSmall = 400'000;  // bytes
constexpr int kFlood = 1000;

// Adds more than ten times as much as the limit is, and checks after each that the file is not
// larger than it, its log and what SQLite needs itself aside.
void Flood(Archive* archive, const Feed& feed, int* lost) {
  for (int i = 0; i < kFlood; ++i) {
    const absl::Time at = kNow + absl::Seconds(i);
    ASSERT_TRUE(archive->AddForecast(feed, std::nullopt, DenseSeries(kNow, 1500, i), at).ok());
    for (const ArchiveLoss& loss : archive->TakeLosses()) {
      *lost += static_cast<int>(loss.forecasts);
      EXPECT_EQ(loss.zone, feed.zone);
      EXPECT_EQ(loss.actuals, 0);
    }
  }
}

TEST_F(ArchiveTest, StaysWithinAZonesLimitWhateverAProviderAnswers) {
  problems_.clear();
  const Feed other{"FR", "energy-charts", SignalKind::kAverageLifecycle};
  auto archive = Archive::Open(path(), kNow, &problems_, {.zone_bytes = kSmall});
  ASSERT_TRUE(archive.ok()) << archive.status();
  ASSERT_TRUE(*(*archive)->AddForecast(other, At(0), Series(0, {1, 2}), At(0)));
  ASSERT_EQ(*(*archive)->AddActuals(kFeed, Actuals({Hour(-2, 5), Hour(-1, 6)}), At(0)), 2);
  int lost = 0;
  Flood(archive->get(), kFeed, &lost);
  // Each forecast is there or was reported as lost, and those that are there are the newest.
  const std::vector<ArchivedForecast> left = *(*archive)->Forecasts(kFeed, At(-1), At(1));
  EXPECT_EQ(static_cast<int>(left.size()) + lost, kFlood);
  EXPECT_GT(left.size(), 40u);
  EXPECT_EQ(left.front().fetched_at, kNow + absl::Seconds(lost));
  EXPECT_EQ(left.back().fetched_at, kNow + absl::Seconds(kFlood - 1));
  // The zone's values of the other kind, and other zones, lose nothing.
  EXPECT_EQ(Known(**archive, 1).size(), 2u);
  EXPECT_EQ((*archive)->Forecasts(other, At(-1), At(1))->size(), 1u);
  archive->reset();
  EXPECT_LT(fs::file_size(path()), 1.5 * kSmall);
}

TEST_F(ArchiveTest, StaysWithinTheLimitOfAllAtTheCostOfTheLargestZone) {
  problems_.clear();
  auto archive = Archive::Open(path(), kNow, &problems_, {.bytes = kSmall});
  ASSERT_TRUE(archive.ok()) << archive.status();
  for (int i = 0; i < 20; ++i) {
    const Feed small{"Z" + std::to_string(i), "neso:GB", SignalKind::kAverageDirect};
    ASSERT_TRUE(*(*archive)->AddForecast(small, At(0), Series(0, {1, 2}), At(0)));
  }
  int lost = 0;
  Flood(archive->get(), kFeed, &lost);
  EXPECT_GT(lost, kFlood / 2);
  EXPECT_EQ((*archive)->Feeds()->size(), 21u);
  for (int i = 0; i < 20; ++i) {
    const Feed small{"Z" + std::to_string(i), "neso:GB", SignalKind::kAverageDirect};
    EXPECT_EQ((*archive)->Forecasts(small, At(-1), At(1))->size(), 1u);
  }
}

TEST_F(ArchiveTest, LetsCorrectedValuesGiveWayBeforeTheOldest) {
  problems_.clear();
  auto archive = Archive::Open(path(), kNow, &problems_, {.zone_bytes = kSmall});
  ASSERT_TRUE(archive.ok()) << archive.status();
  int64_t lost = 0;
  for (int correction = 0; correction < 100; ++correction) {
    std::vector<Interval> values;
    for (int hour = -900; hour < 0; ++hour) values.push_back(Hour(hour, 100 + correction));
    ASSERT_TRUE((*archive)->AddActuals(kFeed, Actuals(values), At(correction)).ok());
    for (const ArchiveLoss& loss : (*archive)->TakeLosses()) lost += loss.actuals;
  }
  EXPECT_GT(lost, 50'000);
  const std::vector<Interval> known = Known(**archive, 999);
  ASSERT_EQ(known.size(), 900u);
  EXPECT_EQ(known.front().value, GramsPerKilowattHour(199));
  archive->reset();
  EXPECT_LT(fs::file_size(path()), 2 * kSmall);
}

TEST_F(ArchiveTest, LetsTheEarliestHoursGiveWayWhereNothingWasCorrected) {
  problems_.clear();
  auto archive = Archive::Open(path(), kNow, &problems_, {.zone_bytes = 20'000});
  ASSERT_TRUE(archive.ok()) << archive.status();
  for (int hour = -900; hour < 0; hour += 10) {
    std::vector<Interval> values;
    for (int i = 0; i < 10; ++i) values.push_back(Hour(hour + i, 100));
    ASSERT_TRUE((*archive)->AddActuals(kFeed, Actuals(values), At(0)).ok());
  }
  const std::vector<Interval> known = Known(**archive, 1);
  EXPECT_GT(known.size(), 400u);
  EXPECT_LE(known.size(), 500u);
  EXPECT_EQ(known.back().start, At(-1));
}

TEST_F(ArchiveTest, HasRoomAgainForWhatWasPruned) {
  problems_.clear();
  auto archive = Archive::Open(path(), kNow, &problems_, {.zone_bytes = kSmall});
  ASSERT_TRUE(archive.ok()) << archive.status();
  // Each time it adds 40 forecasts, although there is room for 48, and values: none is removed.
  for (int day = 0; day < 5; ++day) {
    ASSERT_TRUE((*archive)->Prune(At(24 * day)).ok());
    for (int i = 0; i < 40; ++i) {
      const absl::Time at = At(24 * day) + absl::Seconds(i);
      ASSERT_TRUE(*(*archive)->AddForecast(kFeed, at, DenseSeries(at, 1500, i), at));
    }
    std::vector<Interval> values;
    for (int hour = 0; hour < 24; ++hour) values.push_back(Hour(24 * day - 30 + hour, 100));
    ASSERT_TRUE((*archive)->AddActuals(kFeed, Actuals(values), At(24 * day)).ok());
    EXPECT_TRUE((*archive)->TakeLosses().empty()) << day;
  }
}

TEST_F(ArchiveTest, CountsWhatWasThereWhenItWasOpened) {
  {
    const std::unique_ptr<Archive> archive = MustOpen();
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(
          archive->AddForecast(kFeed, std::nullopt, DenseSeries(kNow, 1500, i), At(0)).ok());
    }
    EXPECT_THAT(archive->TakeLosses(), IsEmpty());
  }
  auto archive = Archive::Open(path(), kNow, &problems_, {.zone_bytes = kSmall});
  ASSERT_TRUE(archive.ok()) << archive.status();
  ASSERT_TRUE((*archive)->AddForecast(kFeed, At(1), Series(1, {1, 2}), At(1)).ok());
  EXPECT_FALSE((*archive)->TakeLosses().empty());
  EXPECT_LT((*archive)->Forecasts(kFeed, At(-1), At(2))->size(), 110u);
  EXPECT_TRUE((*archive)->LastForecast(kFeed)->has_value());
}

}  // namespace
}  // namespace carbon
