#include "forecast/archive/reconnecting_archive.h"

#include <unistd.h>

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/file.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 2), absl::UTCTimeZone());
const Feed kFeed{"DE", "energy-charts:de", SignalKind::kAverageLifecycle};

class ReconnectingArchiveTest : public testing::Test {
 protected:
  std::string path() const { return folder_ + "/archive.sqlite"; }
  ReconnectingArchive Kept() const { return ReconnectingArchive(path(), absl::Hours(24 * 10)); }

  static absl::Status Add(Archive* archive, absl::Time at) {
    return archive
        ->AddForecast(
            kFeed, at,
            *IntensitySeries::Create({{at, GramsPerKilowattHour(100)}}, at + absl::Hours(1)), at)
        .status();
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

TEST_F(ReconnectingArchiveTest, IsNoTroubleWhereNoneIsWanted) {
  ReconnectingArchive kept("", absl::Hours(1));
  EXPECT_EQ(kept.Use(kNow), nullptr);
  EXPECT_THAT(kept.TakeNews(), IsEmpty());
}

TEST_F(ReconnectingArchiveTest, TellsOnceWhoHoldsItAndGoesOnOnceItIsFree) {
  auto first = std::make_unique<ReconnectingArchive>(Kept());
  ASSERT_NE(first->Use(kNow), nullptr);
  EXPECT_THAT(first->TakeNews(), IsEmpty());

  ReconnectingArchive second = Kept();
  EXPECT_EQ(second.Use(kNow), nullptr);
  EXPECT_THAT(second.TakeNews(),
              ElementsAre(AllOf(HasSubstr("archive: " + path() + ": another process writes"),
                                HasSubstr("pid " + std::to_string(getpid())),
                                HasSubstr("; going on without it"))));
  EXPECT_EQ(second.Use(kNow + ReconnectingArchive::kRetry), nullptr);
  EXPECT_THAT(second.TakeNews(), IsEmpty()) << "told already";

  first.reset();
  EXPECT_EQ(second.Use(kNow + ReconnectingArchive::kRetry + absl::Seconds(1)), nullptr)
      << "not yet again";
  Archive* archive = second.Use(kNow + 2 * ReconnectingArchive::kRetry);
  ASSERT_NE(archive, nullptr);
  second.Observe(Add(archive, kNow), kNow + 2 * ReconnectingArchive::kRetry);
  EXPECT_THAT(second.TakeNews(), ElementsAre("archive: " + path() + ": in use again"));
}

TEST_F(ReconnectingArchiveTest, GoesOnWithoutAFileThatIsSomethingElse) {
  ASSERT_TRUE(WriteFileAtomically(path(), "{}").ok());
  ReconnectingArchive kept = Kept();
  EXPECT_EQ(kept.Use(kNow), nullptr);
  EXPECT_THAT(kept.TakeNews(), ElementsAre(HasSubstr("is no archive of forecasts")));
  EXPECT_EQ(*ReadFile(path(), 100), "{}");
}

TEST_F(ReconnectingArchiveTest, ClosesItAfterAnErrorButNotForWhatIsTheDatasFault) {
  ReconnectingArchive kept = Kept();
  ASSERT_NE(kept.Use(kNow), nullptr);
  kept.Observe(absl::InvalidArgumentError("forecast of zone X: begins too early"), kNow);
  EXPECT_NE(kept.Use(kNow), nullptr);
  kept.Observe(absl::InvalidArgumentError("forecast of zone X: begins too early"), kNow);
  EXPECT_THAT(kept.TakeNews(), ElementsAre("archive: forecast of zone X: begins too early"));

  kept.Observe(absl::ResourceExhaustedError("/a: disk is full"), kNow);
  EXPECT_EQ(kept.Use(kNow + absl::Seconds(59)), nullptr);
  EXPECT_THAT(kept.TakeNews(), ElementsAre("archive: /a: disk is full; going on without it"));
  EXPECT_NE(kept.Use(kNow + ReconnectingArchive::kRetry), nullptr);
}

TEST_F(ReconnectingArchiveTest, TriesAgainWhenTheClockWasSetBack) {
  ReconnectingArchive kept = Kept();
  kept.Observe(absl::ResourceExhaustedError("/a: disk is full"), kNow);
  EXPECT_EQ(kept.Use(kNow), nullptr);
  EXPECT_NE(kept.Use(kNow - absl::Hours(1)), nullptr);
}

TEST_F(ReconnectingArchiveTest, PrunesOnceADay) {
  ReconnectingArchive kept = Kept();
  const auto count = [&](absl::Time now) {
    return kept.Use(now)->Forecasts(kFeed, absl::UnixEpoch(), absl::InfiniteFuture())->size();
  };
  ASSERT_TRUE(Add(kept.Use(kNow), kNow - absl::Hours(24 * 9 + 12)).ok());
  ASSERT_TRUE(Add(kept.Use(kNow), kNow).ok());
  EXPECT_EQ(count(kNow + absl::Hours(1)), 2u);
  EXPECT_EQ(count(kNow + absl::Hours(24)), 2u);
  EXPECT_EQ(count(kNow + absl::Hours(25)), 1u);
  EXPECT_EQ(count(kNow + absl::Hours(24 * 12)), 0u);
}

TEST_F(ReconnectingArchiveTest, LosesNothingToAClockThatIsAheadAtFirst) {
  {
    ReconnectingArchive before = Kept();
    ASSERT_TRUE(Add(before.Use(kNow), kNow).ok());
  }
  ReconnectingArchive kept = Kept();
  const absl::Time ahead = kNow + absl::Hours(24 * 365);
  for (const absl::Time now : {ahead, ahead + absl::Minutes(59), kNow, kNow + absl::Minutes(59)}) {
    ASSERT_NE(kept.Use(now), nullptr);
  }
  EXPECT_EQ(kept.Use(kNow + absl::Hours(1))
                ->Forecasts(kFeed, absl::UnixEpoch(), absl::InfiniteFuture())
                ->size(),
            1u);
}

TEST_F(ReconnectingArchiveTest, SaysThatADamagedFileWasMovedAside) {
  {
    ReconnectingArchive kept = Kept();
    ASSERT_NE(kept.Use(kNow), nullptr);
    ASSERT_TRUE(Add(kept.Use(kNow), kNow).ok());
  }
  ASSERT_TRUE(WriteFileAtomically(path(), ReadFile(path(), 1 << 30)->substr(0, 5000)).ok());
  ReconnectingArchive kept = Kept();
  EXPECT_NE(kept.Use(kNow), nullptr);
  EXPECT_THAT(kept.TakeNews(), ElementsAre(HasSubstr("it is kept as " + path() + ".damaged-")));
}

TEST_F(ReconnectingArchiveTest, TellsOnceADayWhatGaveWayToItsLimits) {
  ReconnectingArchive kept(path(), absl::Hours(24 * 100), {.zone_bytes = 2000});
  const auto add = [&](int first, int count) {
    for (int i = first; i < first + count; ++i) {
      const absl::Time at = kNow + absl::Minutes(i);
      kept.Observe(Add(kept.Use(at), at), at);
    }
  };
  add(0, 20);
  EXPECT_THAT(kept.TakeNews(), IsEmpty());
  EXPECT_THAT(FormatFindings(kept.Findings(), Severity::kNote), IsEmpty());
  add(20, 200);
  const std::vector<std::string> news = kept.TakeNews();
  ASSERT_EQ(news.size(), 1u);
  EXPECT_THAT(news[0], AllOf(HasSubstr("archive: zone DE: the oldest "),
                             HasSubstr(" forecasts and 0 values gave way to the limit of ")));
  EXPECT_THAT(FormatFindings(kept.Findings(), Severity::kNote),
              ElementsAre(HasSubstr("archive: zone DE: the oldest ")));
  add(24 * 60, 1);
  EXPECT_THAT(kept.TakeNews(), IsEmpty());
  add(24 * 60 + 10, 50);
  EXPECT_EQ(kept.TakeNews().size(), 1u) << "the next day";
  const absl::Time later = kNow + absl::Hours(72);
  ASSERT_NE(kept.Use(later), nullptr);
  EXPECT_THAT(FormatFindings(kept.Findings(), Severity::kNote), IsEmpty());
}

}  // namespace
}  // namespace carbon
