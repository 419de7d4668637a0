#include "core/snapshot/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/core/snapshot_parts.h"

namespace carbon {
namespace {

std::shared_ptr<const DrawnForecasts> Drawn(std::vector<ZoneForecast> forecasts) {
  return std::make_shared<const DrawnForecasts>(std::move(forecasts));
}

std::shared_ptr<const AdmissionRules> NoRules() { return std::make_shared<const AdmissionRules>(); }

// A decision cannot read what only scarbond needs.
static_assert(
    std::is_same_v<decltype(std::declval<const Snapshot&>().config()), const PlacementConfig&>);

TEST(Sha256Hex, MatchesFips180) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Assemble, LooksUpWhatBelongsToAPool) {
  const auto snapshot =
      Snapshot::Assemble(AManifest(), OslosConfig(), Drawn(TwoForecasts()), Capacity(), NoRules());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  ASSERT_EQ((*snapshot)->pools().size(), 1u);
  const Snapshot::Pool& pool = (*snapshot)->pools()[0];
  EXPECT_EQ(pool.config, &(*snapshot)->config().pools[0]);
  EXPECT_EQ(pool.site, &(*snapshot)->config().sites[0]);
  EXPECT_EQ(pool.hardware->name, "h100");
  EXPECT_EQ(pool.forecast, &(*snapshot)->forecasts()[0]);
  EXPECT_EQ(pool.zone_index, 0);
  EXPECT_EQ(pool.state, &(*snapshot)->capacity().pools[0]);
  EXPECT_EQ(pool.group, &(*snapshot)->capacity().groups[0]);
  EXPECT_EQ((*snapshot)->capacity().groups[pool.group_index].name, pool.group->name);
  EXPECT_EQ((*snapshot)->PoolsOf(pool.config->partition), std::vector{&pool});
  EXPECT_TRUE((*snapshot)->PoolsOf("of nobody").empty());
  EXPECT_EQ((*snapshot)->NamesOf(pool)->hardware, "h100");
}

TEST(Assemble, LeavesOpenWhatIsNotKnown) {
  const auto snapshot = Snapshot::Assemble(AManifest(), OslosConfig(), Drawn({}), {}, NoRules());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const Snapshot::Pool& pool = (*snapshot)->pools()[0];
  EXPECT_EQ(pool.forecast, nullptr);
  EXPECT_EQ(pool.zone_index, -1);
  EXPECT_EQ(pool.state, nullptr);
  EXPECT_EQ(pool.group, nullptr);
}

TEST(Assemble, RefusesPartsThatDoNotBelongTogether) {
  const auto refused = [](auto change) {
    PlacementConfig config = OslosConfig();
    std::vector<ZoneForecast> forecasts = TwoForecasts();
    CapacityState capacity = Capacity();
    change(config, forecasts, capacity);
    const auto snapshot =
        Snapshot::Assemble(AManifest(), config, Drawn(forecasts), capacity, NoRules());
    EXPECT_EQ(snapshot.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(snapshot.status().message());
  };
  EXPECT_EQ(refused([](auto&, auto& f, auto&) { f[1].zone = f[0].zone; }),
            "snapshot: forecast of zone \"NO-1\" is there twice");
  EXPECT_EQ(refused([](auto& c, auto&, auto&) { c.pools.push_back(c.pools[0]); }),
            "snapshot: pool \"oslo\" is there twice");
  EXPECT_EQ(refused([](auto& c, auto&, auto&) { c.pools[0].site = "osol"; }),
            "snapshot: pool \"oslo\": site \"osol\" is not known");
  EXPECT_EQ(refused([](auto& c, auto&, auto&) { c.pools[0].hardware = "h200"; }),
            "snapshot: pool \"oslo\": hardware \"h200\" is not known");
  EXPECT_EQ(refused([](auto&, auto&, auto& s) { s.groups.push_back(s.groups[0]); }),
            "snapshot: node group \"oslo-nodes\" is there twice");
  EXPECT_EQ(refused([](auto&, auto&, auto& s) { s.pools[0].group = "nodes"; }),
            "snapshot: state of pool \"oslo\": node group \"nodes\" is not known");
  EXPECT_EQ(refused([](auto&, auto&, auto& s) { s.pools[0].pool = "lyon"; }),
            "snapshot: state of pool \"lyon\": pool \"lyon\" is not known");
  EXPECT_EQ(refused([](auto&, auto&, auto& s) { s.uses[0].group = "nodes"; }),
            "snapshot: use by job 17: node group \"nodes\" is not known");
}

TEST(Assemble, DrawsTheSameErrorsUntilTheForecastsChange) {
  Manifest later = AManifest();
  later.published_at += absl::Hours(9);
  const auto a =
      Snapshot::Assemble(AManifest(), OslosConfig(), Drawn(TwoForecasts()), Capacity(), NoRules());
  const auto b =
      Snapshot::Assemble(later, OslosConfig(), Drawn(TwoForecasts()), Capacity(), NoRules());
  ASSERT_TRUE(a.ok() && b.ok());
  const IntensitySeries& series = (*a)->forecasts()[0].series;
  EXPECT_EQ((*a)->scenarios().Integrate(0, series, kNow + absl::Hours(9), absl::Hours(20)),
            (*b)->scenarios().Integrate(0, series, kNow + absl::Hours(9), absl::Hours(20)));
}

// A forecast dated 1970 must not cost a bucket of errors for every six hours since.
TEST(Assemble, BoundsWhatAnAbsurdDateCosts) {
  std::vector<ZoneForecast> forecasts = {Forecast("NO-1")};
  forecasts[0].issued_at = absl::FromUnixSeconds(-200000000000);
  EXPECT_TRUE(
      Snapshot::Assemble(AManifest(), OslosConfig(), Drawn(forecasts), Capacity(), NoRules()).ok());
}

}  // namespace
}  // namespace carbon
