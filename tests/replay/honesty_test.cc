// No decision looks at what comes after it: where every value measured, and every forecast fetched,
// from a time on is another one, all that was decided before that time is the same.
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forecast/archive/archive.h"
#include "gtest/gtest.h"
#include "replay/forecasts/issued_forecasts.h"
#include "replay/forecasts/known_forecasts.h"
#include "tests/replay/small_world.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

// Enough history before the first job for a regression and for its errors.
constexpr int kFirstDay = 122;
constexpr int kDays = 5;
const absl::Time kChange = GridDay(kFirstDay + 3, 10);

// Jobs at three times of day: regressions are fitted for each.
void AddJobs(SmallWorld* world) {
  std::mt19937 random(3);
  world->config.policies[0].max_delay = absl::Hours(24);
  for (int day = kFirstDay; day < kFirstDay + kDays; ++day) {
    for (const int hour : {3, 11, 19}) {
      absl::Time time = GridDay(day, hour);
      for (int i = 0; i < 6; ++i) {
        time += absl::Minutes(random() % 9);
        const char* const home = random() % 2 == 0 ? kDirty : kClean;
        TraceJob& job = world->Add(time, absl::Minutes(10 + random() % 500), 1, home);
        job.user_id = 1000 + random() % 5;
      }
    }
  }
}

struct Plan {
  int pool;
  absl::Time start;

  friend bool operator==(const Plan&, const Plan&) = default;
};

std::vector<Plan> PlansBefore(const SmallWorld& world, const ReplayResult& result,
                              absl::Time time) {
  std::vector<Plan> plans;
  for (const ReplayedJob& job : result.jobs) {
    if (world.trace.jobs[job.job].submit >= time) continue;
    plans.push_back({job.enforced.pool, job.planned});
  }
  return plans;
}

// Decides with grids that are the same up to kChange, and with or without other ones after it.
using MakeForecasts = std::function<std::unique_ptr<KnownForecasts>(
    const std::vector<ZoneActuals>& zones, bool is_changed, const std::string& folder)>;

void ExpectNothingKnownBeforehand(const MakeForecasts& make) {
  std::vector<std::vector<Plan>> before, all;
  for (const bool is_changed : {false, true}) {
    std::vector<double> dirty = MadeUpHours(1, 300, kFirstDay + 25);
    std::vector<double> clean = MadeUpHours(2, 280, kFirstDay + 25);
    const auto change = static_cast<size_t>(absl::ToInt64Hours(kChange - kGridBegin));
    for (size_t hour = change; is_changed && hour < dirty.size(); ++hour) {
      dirty[hour] = 900 - dirty[hour];
      clean[hour] = 50 + static_cast<double>(hour % 7) * 90;
    }
    SmallWorld world(dirty, clean);
    AddJobs(&world);
    const TemporaryFolder folder;
    const std::unique_ptr<KnownForecasts> forecasts =
        make(world.Actuals(), is_changed, folder.path());
    const ReplayResult result = world.RunWith(forecasts.get());
    before.push_back(PlansBefore(world, result, kChange));
    all.push_back(PlansBefore(world, result, absl::InfiniteFuture()));
  }
  EXPECT_EQ(before[0].size(), 60u);
  EXPECT_EQ(before[0], before[1]);
  EXPECT_NE(all[0], all[1]);
}

TEST(Honesty, OwnForecastsKnowNothingBeforehand) {
  ExpectNothingKnownBeforehand([](const std::vector<ZoneActuals>& zones, bool, const std::string&) {
    return std::make_unique<OwnForecasts>(zones, "");
  });
}

// Made all at once before the first decision.
TEST(Honesty, ACacheKnowsNothingBeforehand) {
  ExpectNothingKnownBeforehand(
      [](const std::vector<ZoneActuals>& zones, bool, const std::string& folder) {
        return std::make_unique<OwnForecasts>(zones, folder);
      });
}

// A cache that was filled with other data after the change: what it has of the days before may be
// used, and nothing of the others.
TEST(Honesty, ACacheThatIsSharedKnowsNothingBeforehand) {
  const TemporaryFolder shared;
  ExpectNothingKnownBeforehand(
      [&shared](const std::vector<ZoneActuals>& zones, bool, const std::string&) {
        return std::make_unique<OwnForecasts>(zones, shared.path());
      });
}

// Archived forecasts, of which later ones are fetched after the change.
TEST(Honesty, IssuedForecastsKnowNothingBeforehand) {
  std::vector<ZoneConfig> sourced(2);
  ExpectNothingKnownBeforehand([&sourced](
                                   const std::vector<ZoneActuals>& zones, bool is_changed,
                                   const std::string& folder) -> std::unique_ptr<KnownForecasts> {
    std::vector<ZoneActuals> actuals;
    std::vector<std::string> problems;
    const std::string path = folder + "/archive.db";
    {
      const std::unique_ptr<Archive> archive =
          *Archive::Open(path, GridDay(kFirstDay + 20), &problems);
      std::mt19937 random(5);
      for (size_t i = 0; i < zones.size(); ++i) {
        sourced[i] = *zones[i].zone;
        ForecastProvider provider;
        provider.provider = "energy-charts";
        provider.zone = sourced[i].name;
        sourced[i].forecasts = {provider};
        actuals.push_back({&sourced[i], zones[i].record});
        const Feed feed{sourced[i].name, absl::StrCat("energy-charts:", sourced[i].name),
                        sourced[i].kind};
        for (absl::Time issue = GridDay(kFirstDay - 50); issue < GridDay(kFirstDay + kDays);
             issue += absl::Hours(6)) {
          std::vector<IntensitySeries::Step> steps;
          for (int hour = 0; hour < 48; ++hour) {
            const double value = 100 + static_cast<double>(random() % 300);
            const bool is_other = is_changed && issue + absl::Minutes(20) >= kChange;
            steps.push_back(
                {issue + absl::Hours(hour), GramsPerKilowattHour(is_other ? 500 - value : value)});
          }
          EXPECT_TRUE(archive
                          ->AddForecast(feed, issue,
                                        *IntensitySeries::Create(steps, issue + absl::Hours(48)),
                                        issue + absl::Minutes(20))
                          .ok());
        }
      }
    }
    return std::make_unique<IssuedForecasts>(actuals, *ArchiveReader::Open(path), "");
  });
}

}  // namespace
}  // namespace carbon
