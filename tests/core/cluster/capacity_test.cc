#include "core/cluster/capacity.h"

#include <algorithm>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }
TimeInterval Between(int64_t a, int64_t b) { return {At(a), At(b)}; }
absl::Duration S(int64_t seconds) { return absl::Seconds(seconds); }

TEST(CapacityCalendar, AnEmptyGroupTakesAnyStart) {
  const CapacityCalendar calendar({.nodes = 4, .devices = 32});
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 100), S(10), {.devices = 32}),
              ElementsAre(Between(0, 100)));
}

TEST(CapacityCalendar, ARunMayEndWhenABookingStartsAndStartWhenItEnds) {
  CapacityCalendar calendar({.devices = 8});
  calendar.Book(Between(50, 60), {.devices = 1});
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 100), S(10), {.devices = 8}),
              ElementsAre(Between(0, 40), Between(60, 100)));
  // A run that fits next to it is not delayed.
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 100), S(10), {.devices = 7}),
              ElementsAre(Between(0, 100)));
}

TEST(CapacityCalendar, AGapOfExactlyTheRuntimeIsASingleStart) {
  CapacityCalendar calendar({.devices = 8});
  calendar.Book(Between(0, 50), {.devices = 8});
  calendar.Book(Between(60, 200), {.devices = 8});
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 190), S(10), {.devices = 1}),
              ElementsAre(Between(50, 50)));
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 190), S(11), {.devices = 1}), IsEmpty());
}

TEST(CapacityCalendar, MoreThanTheGroupNeverFits) {
  const CapacityCalendar calendar({.nodes = 4, .devices = 32, .cpus = 64});
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 100), S(10), {.devices = 33}), IsEmpty());
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 100), S(0), {.devices = 33}), IsEmpty());
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 100), S(10), {.memory_mib = 1}), IsEmpty());
}

TEST(CapacityCalendar, AnInvertedWindowHasNoStarts) {
  const CapacityCalendar calendar({.devices = 8});
  EXPECT_THAT(calendar.FeasibleStarts(Between(10, 9), S(1), {.devices = 1}), IsEmpty());
  EXPECT_THAT(calendar.FeasibleStarts(Between(10, 10), S(1), {.devices = 1}),
              ElementsAre(Between(10, 10)));
}

TEST(CapacityCalendar, EveryDimensionCounts) {
  CapacityCalendar calendar({.nodes = 2, .devices = 16, .cpus = 128, .memory_mib = 1000});
  calendar.Book(Between(0, 10), {.cpus = 128});
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 20), S(5), {.devices = 8, .cpus = 1}),
              ElementsAre(Between(10, 20)));
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 20), S(5), {.devices = 8}),
              ElementsAre(Between(0, 20)));
}

TEST(CapacityCalendar, AnOverbookedGroupIsFullAndNotAnError) {
  CapacityCalendar calendar({.devices = 8});
  calendar.Book(Between(0, 10), {.devices = 20});
  EXPECT_EQ(calendar.UsedAt(At(5)).devices, 20);
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 20), S(1), {.devices = 1}),
              ElementsAre(Between(10, 20)));
}

Resources PartsOf(int64_t nodes, int64_t each, int64_t has) {
  Resources amount;
  AddNodeParts(nodes, each, has, &amount);
  return amount;
}

TEST(AddNodeParts, CountsALargePartOfANodeAsAllOrHalfOrAQuarterOfIt) {
  const Resources whole = NodePartsOf(8, 8);
  EXPECT_EQ(whole,
            (Resources{
                .full_nodes = 1, .half_nodes = 1, .quarter_nodes = 1, .halves = 2, .quarters = 4}));
  EXPECT_EQ(PartsOf(1, 8, 8), whole);
  EXPECT_EQ(PartsOf(3, 5, 8), Times(whole, 3));
  EXPECT_EQ(PartsOf(1, 4, 8), (Resources{.halves = 1, .quarters = 2}));
  EXPECT_EQ(PartsOf(1, 3, 8), (Resources{.halves = 1, .quarters = 2}));
  EXPECT_EQ(PartsOf(2, 4, 8), (Resources{.halves = 2, .quarters = 4, .apart = 2}));
  EXPECT_EQ(PartsOf(3, 2, 8), (Resources{.quarters = 3, .apart = 3}));
  EXPECT_EQ(PartsOf(3, 1, 8), Resources{});
  EXPECT_EQ(PartsOf(1, 1, 1), NodePartsOf(1, 1));
  EXPECT_EQ(PartsOf(1, 0, 8), Resources{});
  EXPECT_EQ(PartsOf(1, 8, 0), Resources{});
}

// Whatever the node has and the task asks for: as many fit as divide into it.
TEST(AddNodeParts, LetsAsManyTasksOnAnEmptyNodeAsFit) {
  for (int64_t has = 1; has <= 128; ++has) {
    const Resources node = TotalOf(1, {.nodes = 1, .devices = has});
    for (int64_t each = 1; each <= has; ++each) {
      Resources task = PartsOf(1, each, has);
      task.devices = each;
      EXPECT_TRUE(node.Covers(Times(task, has / each))) << each << " of " << has;
      EXPECT_FALSE(node.Covers(Times(task, has / each + 1))) << each << " of " << has;
    }
  }
}

// The rest of a node next to a task that takes half or a quarter of it.
TEST(AddNodeParts, TakesWhatIsNoLongerFreeOnTheNode) {
  for (const int64_t has : {1, 2, 4, 8, 16, 64}) {
    for (const int64_t each : {has, has / 2, has / 4}) {
      if (each == 0) continue;
      const Resources counted = NodePartsOf(has, has) - PartsOf(1, each, has);
      const Resources left = NodePartsOf(has, has - each);
      EXPECT_EQ(counted.quarters, left.quarters) << each << " of " << has;
      EXPECT_GE(counted.halves, left.halves) << each << " of " << has;
    }
  }
}

TEST(CapacityCalendar, NeedsNodesThatItDoesNotTakeFromOthers) {
  CapacityCalendar calendar(TotalOf(2, {.nodes = 1, .devices = 8}));
  Resources two_halves = PartsOf(2, 4, 8);
  two_halves.devices = 8;
  const auto fits = [&](const Resources& demand) {
    return !calendar.FeasibleStarts(Between(0, 0), S(10), demand).empty();
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(fits(two_halves));
    calendar.Book(Between(0, 100), two_halves);
  }
  EXPECT_FALSE(fits(two_halves));
  // Three nodes there are not.
  CapacityCalendar empty(TotalOf(2, {.nodes = 1, .devices = 8}));
  EXPECT_TRUE(empty.FeasibleStarts(Between(0, 0), S(10), PartsOf(3, 4, 8)).empty());
}

// The oracle keeps the use of every second in an array and tries every start.
TEST(CapacityCalendar, AgreesWithTryingEverySecondOnRandomCalendars) {
  std::mt19937 random(11);
  const auto draw = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 2000; ++round) {
    const int span = 60;
    const Resources total{.devices = 8, .cpus = 8};
    CapacityCalendar calendar(total);
    std::vector<CapacityUse> uses;
    std::vector<Resources> used(static_cast<size_t>(span) + 40);
    for (int i = draw(0, 8); i > 0; --i) {
      const int start = draw(0, span), end = draw(0, span);
      const Resources amount{.devices = draw(0, 9), .cpus = draw(0, 4)};
      calendar.Book(Between(start, end), amount);
      uses.push_back({Between(start, end), amount});
      for (int s = start; s < end; ++s) used[static_cast<size_t>(s)] += amount;
    }
    // Built at once or use by use, it is the same calendar.
    if (round % 2 == 0) calendar = CapacityCalendar(total, uses);
    const Resources demand{.devices = draw(0, 8), .cpus = draw(0, 8)};
    const int runtime = draw(0, 12), from = draw(0, 30), to = draw(20, span);
    std::vector<bool> expected(static_cast<size_t>(span) + 1, false), actual = expected;
    for (int start = from; start <= to; ++start) {
      bool fits = true;
      for (int s = start; s < start + runtime; ++s) {
        Resources need = used[static_cast<size_t>(s)];
        need += demand;
        fits = fits && total.Covers(need);
      }
      expected[static_cast<size_t>(start)] = fits;
    }
    int64_t previous_end = -2;
    for (const TimeInterval& interval :
         calendar.FeasibleStarts(Between(from, to), S(runtime), demand)) {
      const int64_t a = absl::ToUnixSeconds(interval.start), b = absl::ToUnixSeconds(interval.end);
      ASSERT_LE(a, b);
      ASSERT_GT(a, previous_end);
      previous_end = b;
      for (int64_t s = a; s <= b; ++s) actual[static_cast<size_t>(s)] = true;
    }
    ASSERT_EQ(actual, expected) << "round " << round;
    const auto first = std::find(expected.begin(), expected.end(), true);
    ASSERT_EQ(calendar.FirstStart(Between(from, to), S(runtime), demand),
              first == expected.end()
                  ? std::nullopt
                  : std::optional(At(static_cast<int>(first - expected.begin()))))
        << "round " << round;
    for (int s = 0; s < span; ++s) {
      ASSERT_EQ(calendar.UsedAt(At(s)), used[static_cast<size_t>(s)]) << "round " << round;
    }
  }
}

// Thousands of uses in one calendar, most of them short, against the use of every second. Where it
// is full or free for long stretches and where it changes often, both.
TEST(CapacityCalendar, AgreesWithTryingEverySecondWhereItIsLarge) {
  std::mt19937 random(12);
  const auto draw = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  constexpr int kSpan = 20'000;
  for (int round = 0; round < 12; ++round) {
    const Resources total{.nodes = Resources::kUnlimited, .devices = 64, .cpus = 512};
    const int count = draw(500, 4000), longest = round % 3 == 0 ? 2000 : 60;
    std::vector<Resources> used(kSpan);
    std::vector<CapacityUse> uses;
    for (int i = 0; i < count; ++i) {
      const int start = draw(0, kSpan - 1), end = std::min(kSpan, start + draw(1, longest));
      const Resources amount{.nodes = 1, .devices = draw(0, 8), .cpus = draw(0, 64)};
      uses.push_back({Between(start, end), amount});
      for (int s = start; s < end; ++s) used[static_cast<size_t>(s)] += amount;
    }
    // The first part is there from the beginning, the rest is booked.
    const auto middle = uses.begin() + draw(0, count);
    CapacityCalendar calendar(total, {uses.begin(), middle});
    for (auto use = middle; use != uses.end(); ++use) calendar.Book(use->when, use->amount);
    for (int s = 0; s < kSpan; s += 7) {
      ASSERT_EQ(calendar.UsedAt(At(s)), used[static_cast<size_t>(s)]) << "round " << round;
    }
    for (int question = 0; question < 20; ++question) {
      const Resources demand{.nodes = 1, .devices = draw(0, 64), .cpus = draw(0, 512)};
      const int runtime = draw(1, 500), from = draw(0, kSpan), to = draw(from, kSpan + 100);
      std::vector<TimeInterval> expected;
      int free_since = from;
      for (int s = from; s < to + runtime; ++s) {
        Resources need = s < kSpan ? used[static_cast<size_t>(s)] : Resources{};
        need += demand;
        if (!total.Covers(need)) free_since = s + 1;
        const int start = s + 1 - runtime;
        if (start < free_since || start > to) continue;
        if (!expected.empty() && expected.back().end == At(start - 1)) {
          expected.back().end = At(start);
        } else {
          expected.push_back(Between(start, start));
        }
      }
      ASSERT_EQ(calendar.FeasibleStarts(Between(from, to), S(runtime), demand), expected)
          << "round " << round << ", question " << question;
      ASSERT_EQ(calendar.FirstStart(Between(from, to), S(runtime), demand),
                expected.empty() ? std::nullopt : std::optional(expected.front().start))
          << "round " << round << ", question " << question;
    }
  }
}

TEST(CapacityCalendar, AnswersAsIfWhatWasTakenBackHadNeverBeenBooked) {
  std::mt19937 random(14);
  const auto draw = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 50; ++round) {
    const Resources total{.nodes = 10, .devices = 80};
    CapacityCalendar calendar(total);
    std::vector<CapacityUse> uses;
    for (int step = 0; step < 200; ++step) {
      if (!uses.empty() && draw(0, 2) == 0) {
        const auto use = uses.begin() + draw(0, static_cast<int>(uses.size()) - 1);
        calendar.Book(use->when, Resources{} - use->amount);
        uses.erase(use);
      } else {
        const int start = draw(0, 5000);
        const CapacityUse use = {Between(start, start + draw(1, 800)),
                                 {.nodes = draw(0, 3), .devices = draw(0, 30)}};
        calendar.Book(use.when, use.amount);
        uses.push_back(use);
      }
      const CapacityCalendar made_at_once(total, uses);
      const Resources demand{.nodes = draw(0, 8), .devices = draw(0, 60)};
      const TimeInterval window = Between(draw(0, 3000), draw(3000, 8000));
      const int runtime = draw(1, 900);
      ASSERT_EQ(calendar.FeasibleStarts(window, S(runtime), demand),
                made_at_once.FeasibleStarts(window, S(runtime), demand))
          << "round " << round << ", step " << step;
      ASSERT_EQ(calendar.FirstStart(window, S(runtime), demand),
                made_at_once.FirstStart(window, S(runtime), demand))
          << "round " << round << ", step " << step;
    }
  }
}

TEST(CapacityCalendar, IsEmptyAgainWhenEveryUseIsTakenBack) {
  std::mt19937 random(13);
  std::vector<CapacityUse> uses;
  CapacityCalendar calendar({.devices = 8});
  for (int i = 0; i < 1000; ++i) {
    const int start = std::uniform_int_distribution<int>(0, 3000)(random);
    uses.push_back({Between(start, start + 1 + i % 90), {.devices = 1 + i % 5}});
    calendar.Book(uses.back().when, uses.back().amount);
  }
  std::shuffle(uses.begin(), uses.end(), random);
  for (const CapacityUse& use : uses) calendar.Book(use.when, {.devices = -use.amount.devices});
  EXPECT_THAT(calendar.FeasibleStarts(Between(0, 4000), S(100), {.devices = 8}),
              ElementsAre(Between(0, 4000)));
  for (int s = 0; s < 4000; ++s) EXPECT_EQ(calendar.UsedAt(At(s)), Resources{});
}

}  // namespace
}  // namespace carbon
