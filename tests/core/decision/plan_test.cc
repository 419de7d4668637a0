#include "core/decision/plan.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795546800);

// Draws 200 W per hour and unit of intensity of the hour that it is in, so that a sum can be made
// hour by hour.
double IntensityAt(int64_t hour) { return 50 + 13 * static_cast<double>(hour % 7); }

PlannedRun RunOf(int64_t from, int64_t hours) {
  PlannedRun run;
  run.start = kNow + absl::Hours(from);
  run.runtime = absl::Hours(hours);
  run.energy = KilowattHours(0.2 * static_cast<double>(hours));
  for (int64_t hour = from; hour < from + hours; ++hour) {
    run.gross = run.gross + KilowattHours(0.2) * GramsPerKilowattHour(IntensityAt(hour));
  }
  run.intensity = GramsPerKilowattHour(run.gross.value() / run.energy.value());
  run.consequential = run.gross * 0.6;
  run.net = run.energy * GramsPerKilowattHour(7);
  return run;
}

TEST(Plan, HasOneRunByItself) {
  EXPECT_EQ(Plan().runs().size(), 1u);
  EXPECT_EQ(Plan().first().pool(), "");
  EXPECT_TRUE(Plan().Booked().empty());
}

// A sum that began with zero would lose the sign of zero.
TEST(Plan, OfOneRunHasThatRunsBits) {
  PlannedRun run = RunOf(3, 5);
  run.gross = GramsCo2e(-0.0);
  const Plan plan(run);
  EXPECT_TRUE(std::signbit(plan.gross().value()));
  EXPECT_EQ(plan.energy(), run.energy);
  EXPECT_EQ(plan.intensity(), run.intensity);
  EXPECT_EQ(plan.consequential(), run.consequential);
  EXPECT_EQ(plan.embodied(), std::nullopt);
  EXPECT_EQ(plan.start(), run.start);
  EXPECT_EQ(plan.end(), run.start + run.runtime);
}

// The oracle goes through the hours in which either run runs.
TEST(Plan, SumsItsRuns) {
  Plan plan(RunOf(3, 5));
  plan.Add(RunOf(20, 3));
  double grams = 0, kilowatt_hours = 0;
  int hours = 0;
  for (int64_t hour = 0; hour < 30; ++hour) {
    if (!((hour >= 3 && hour < 8) || (hour >= 20 && hour < 23))) continue;
    ++hours;
    kilowatt_hours += 0.2;
    grams += 0.2 * IntensityAt(hour);
  }
  EXPECT_EQ(plan.start(), kNow + absl::Hours(3));
  EXPECT_EQ(plan.end(), kNow + absl::Hours(23));
  EXPECT_EQ(plan.runtime(), absl::Hours(hours));
  EXPECT_NEAR(plan.energy().value(), kilowatt_hours, 1e-12);
  EXPECT_NEAR(plan.gross().value(), grams, 1e-9);
  EXPECT_NEAR(plan.consequential()->value(), 0.6 * grams, 1e-9);
  EXPECT_NEAR(plan.net()->value(), 7 * kilowatt_hours, 1e-9);
  EXPECT_NEAR(plan.intensity().value(), grams / kilowatt_hours, 1e-9);
}

TEST(Plan, DoesNotKnowASumOfWhichOneRunIsNotKnown) {
  Plan plan(RunOf(3, 5));
  PlannedRun second = RunOf(20, 3);
  second.consequential.reset();
  second.embodied = GramsCo2e(1);
  plan.Add(second);
  EXPECT_TRUE(plan.net().has_value());
  EXPECT_EQ(plan.consequential(), std::nullopt);
  EXPECT_EQ(plan.embodied(), std::nullopt);
}

TEST(Plan, CountsTheRuntimeOfOneTaskOfAnArray) {
  PlannedRun rounds = RunOf(0, 12);
  rounds.rounds = 3;
  Plan plan(rounds);
  EXPECT_EQ(plan.task_runtime(), absl::Hours(4));
  plan.Add(RunOf(20, 2));
  EXPECT_EQ(plan.task_runtime(), absl::Hours(6));
}

TEST(Plan, BooksEachRunFromItsStart) {
  Plan plan(RunOf(3, 5));
  plan.first().hold = Hold{"oslo", absl::Hours(10), {.devices = 16}};
  PlannedRun second = RunOf(20, 3);
  second.hold = Hold{"lyon", absl::Hours(4), {.devices = 8}};
  plan.Add(second);
  const BookedRuns booked = plan.Booked();
  ASSERT_EQ(booked.size(), 2u);
  EXPECT_EQ(booked[0].group, "oslo");
  EXPECT_EQ(booked[0].when, (TimeInterval{kNow + absl::Hours(3), kNow + absl::Hours(13)}));
  EXPECT_EQ(booked[1].group, "lyon");
  EXPECT_EQ(booked[1].when, (TimeInterval{kNow + absl::Hours(20), kNow + absl::Hours(24)}));
  EXPECT_EQ(booked[1].amount, (Resources{.devices = 8}));
}

TEST(HaveSameRuns, ComparesEachPoolAndStart) {
  Plan one(RunOf(3, 5)), other(RunOf(3, 6));
  EXPECT_TRUE(HaveSameRuns(one, other));
  one.Add(RunOf(20, 3));
  EXPECT_FALSE(HaveSameRuns(one, other));
  other.Add(RunOf(21, 3));
  EXPECT_FALSE(HaveSameRuns(one, other));
}

}  // namespace
}  // namespace carbon
