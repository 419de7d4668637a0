#include "core/cluster/ledger.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }

LedgerBase Queue(int64_t taken_at, std::vector<QueuedUse> uses = {}) {
  CapacityState capacity;
  capacity.taken_at = At(taken_at);
  capacity.groups = {{"g", {.devices = 8}, {.devices = 8}}};
  capacity.uses = std::move(uses);
  return LedgerBase(capacity);
}

Booking Tentative(const std::string& id, int64_t made_at, int64_t start, int64_t end) {
  return {id, {{"g", {At(start), At(end)}, {.devices = 2}}}, At(made_at)};
}

std::vector<std::pair<std::string, BookingFate>> Fates(const std::vector<BookingEvent>& events) {
  std::vector<std::pair<std::string, BookingFate>> fates;
  for (const BookingEvent& event : events) fates.emplace_back(event.decision_id, event.fate);
  return fates;
}

TEST(BookingLedger, ShowsTheQueueAndWhatWasDecidedSince) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0, {{7, "", "g", {At(0), At(50)}, {.devices = 3}}}), At(0));
  ledger.Book(Tentative("a", 1, 20, 60));
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(10)).devices, 3);
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(30)).devices, 5);
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(55)).devices, 2);
  EXPECT_EQ(ledger.calendars().Find("elsewhere"), nullptr);
}

TEST(BookingLedger, KeepsBookingsApartWhoseHashesCollide) {
  // Equal in 64-bit FNV-1a, and so is whatever follows them.
  const Booking one = Tentative("8yn0iYCKYHlIj4-BwPqk", 1, 20, 60);
  const Booking other = Tentative("GReLUrM4wMqfg9yzV3KQ", 1, 20, 60);
  BookingLedger only_one, only_other, both;
  for (BookingLedger* ledger : {&only_one, &only_other, &both}) ledger->Rebase(Queue(0), At(0));
  only_one.Book(one);
  only_other.Book(other);
  EXPECT_EQ(only_one.digest(), only_other.digest());
  both.Book(one);
  both.Book(other);
  EXPECT_EQ(both.tentative(), 2u);
  EXPECT_EQ(both.calendars().Find("g")->UsedAt(At(30)).devices, 4);
  EXPECT_NE(both.digest(), only_one.digest());
  // The queue shows one of them: the other goes on waiting to be shown.
  both.Rebase(Queue(5, {{7, one.decision_id, "g", one.runs[0].when, one.runs[0].amount}}), At(5));
  EXPECT_EQ(both.tentative(), 1u);
  EXPECT_EQ(both.digest(), only_other.digest());
}

// Two ledgers with the same bookings see the same looks: one as new bases, the other as changes.
TEST(BookingLedger, AnUpdateIsAsGoodAsANewBase) {
  std::mt19937 random(5);
  BookingLedger by_base, by_update;
  std::vector<QueuedUse> shown;  // by the last look
  by_base.Rebase(Queue(0), At(0));
  by_update.Rebase(Queue(0), At(0));
  int64_t now = 0;
  std::map<BookingFate, int> fates;
  for (int turn = 0; turn < 2000; ++turn) {
    now += random() % 5;
    const uint32_t user_id = random() % 4;
    for (BookingLedger* ledger : {&by_base, &by_update}) ledger->ViewAs(user_id);
    const int64_t count = random() % 50 == 0 ? 100 : 1;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t start = now + random() % 100;
      Booking booking =
          Tentative(absl::StrCat("d", turn, "-", i), now, start, start + random() % 200);
      booking.user_id = user_id;
      booking.shadow = random() % 5 == 0;
      for (BookingLedger* ledger : {&by_base, &by_update}) ledger->Book(booking);
    }
    if (random() % 3 == 0) {
      std::vector<QueuedUse> uses;
      for (int back = 0; back < 20; ++back) {
        if (random() % 2 == 0) continue;
        const bool uses_nothing = random() % 8 == 0;
        const int64_t start = now + random() % 50;
        uses.push_back({.job_id = static_cast<uint32_t>(turn + 1),
                        .decision_id = absl::StrCat("d", turn - back, "-0"),
                        .group = "g",
                        .when = {At(start), At(uses_nothing ? start : start + 70)},
                        .amount = {.devices = uses_nothing ? 0 : 1}});
      }
      LedgerBase base = Queue(now, uses);
      const std::map<std::string, LedgerBase::Job, std::less<>> jobs = base.jobs;
      const auto change = [&](GroupCalendars* calendars) {
        for (const QueuedUse& use : shown) calendars->Release("g", use.when, use.amount);
        for (const QueuedUse& use : uses) calendars->Book("g", use.when, use.amount);
      };
      const auto find = [&](absl::string_view id) {
        const auto job = jobs.find(id);
        return job == jobs.end() ? std::nullopt : std::optional(job->second);
      };
      const auto events = by_base.Rebase(std::move(base), At(now));
      EXPECT_EQ(Fates(by_update.Rebase(LedgerUpdate{At(now), change, find}, At(now))),
                Fates(events));
      for (const BookingEvent& event : events) ++fates[event.fate];
      shown = std::move(uses);
    }
    ASSERT_EQ(by_update.digest(), by_base.digest()) << turn;
    ASSERT_EQ(by_update.tentative(), by_base.tentative()) << turn;
    for (int64_t at = now - 100; at < now + 300; at += 7) {
      ASSERT_EQ(by_update.calendars().Find("g")->UsedAt(At(at)),
                by_base.calendars().Find("g")->UsedAt(At(at)))
          << turn;
    }
  }
  EXPECT_EQ(fates.size(), 4u);
}

TEST(BookingLedger, CountsABookingOnceWhenTheQueueShowsIt) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  ledger.Book(Tentative("a", 1, 20, 60));
  const auto events =
      ledger.Rebase(Queue(5, {{7, "a", "g", {At(20), At(60)}, {.devices = 2}}}), At(5));
  EXPECT_THAT(Fates(events), ElementsAre(std::pair("a", BookingFate::kConfirmed)));
  EXPECT_EQ(events.front().job_id, 7u);
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(30)).devices, 2);
  EXPECT_EQ(ledger.tentative(), 0u);
}

TEST(BookingLedger, LetsABookingExpireThatTheQueueNeverShows) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  ledger.Book(Tentative("will-run", 100, 200, 600));
  // A look taken within the grace proves nothing: the job may still be on its way.
  EXPECT_THAT(ledger.Rebase(Queue(130), At(131)), IsEmpty());
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(300)).devices, 2);
  EXPECT_THAT(Fates(ledger.Rebase(Queue(131), At(131))),
              ElementsAre(std::pair("will-run", BookingFate::kExpired)));
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(300)).devices, 0);
}

Booking Of(uint32_t user_id, const std::string& id, int64_t made_at = 1) {
  Booking booking = Tentative(id, made_at, 200, 600);
  booking.user_id = user_id;
  booking.runs[0].amount.devices = 1;
  return booking;
}

int64_t UsedFor(BookingLedger* ledger, uint32_t user_id, bool is_nice = false) {
  ledger->ViewAs(user_id, is_nice);
  return ledger->calendars().Find("g")->UsedAt(At(300)).devices;
}

// Two users who submit between two looks are not planned onto each other.
TEST(BookingLedger, CountsWhatWasJustSubmittedForAll) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  for (int i = 0; i < 100; ++i) {
    ledger.Book(Of(1001, absl::StrCat("a", i)));
    ledger.Book(Of(1002, absl::StrCat("b", i)));
  }
  for (const uint32_t user_id : {1001, 1002, 1003}) EXPECT_EQ(UsedFor(&ledger, user_id), 200);
}

// A dozen will-runs.
TEST(BookingLedger, KeepsWhatTheQueueDoesNotShowFromItsOwnUserOnly) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  for (int i = 0; i < 12; ++i) ledger.Book(Of(1001, absl::StrCat("w", i)));
  EXPECT_EQ(UsedFor(&ledger, 1002), 12);
  // This look may have come too early.
  ledger.Rebase(Queue(3), At(3));
  EXPECT_EQ(UsedFor(&ledger, 1002), 12);
  // This one should have shown them; should one be on its way still, her next job knows of it.
  ledger.Rebase(Queue(4), At(4));
  EXPECT_EQ(UsedFor(&ledger, 1002), 0);
  EXPECT_EQ(UsedFor(&ledger, 1001), 12);
  EXPECT_EQ(UsedFor(&ledger, 1002), 0);
}

TEST(BookingLedger, LetsWhoeverAsksForNothingKeepLessAndLess) {
  BookingLedger ledger;
  int64_t now = 0;
  ledger.Rebase(Queue(now), At(now));
  int times = 0;
  const auto ask = [&] {
    const std::string id = absl::StrCat("w", times++);
    Booking booking = Of(1001, id, now);
    booking.runs[0].when = {At(0), At(10'000'000)};
    ledger.Book(booking);
    const bool keeps = UsedFor(&ledger, 1002) > 0;
    ledger.Rebase(Queue(now + 31), At(now + 31));
    now += 31;
    return keeps;
  };
  int64_t kept = 0;
  while (now < 86'400) kept += ask() ? 31 : 0;
  // Pauses of 10, 20, 40 … minutes: eight times a day instead of 2,787.
  EXPECT_LE(kept, 8 * 31);
  EXPECT_GE(kept, 7 * 31);
  // No other user does, and after two days the ledger has forgotten it.
  Booking other = Of(1003, "other", now);
  other.runs[0].when = {At(0), At(10'000'000)};
  ledger.Book(other);
  EXPECT_EQ(UsedFor(&ledger, 1002), 1);
  now += 3 * 86'400;
  ledger.Rebase(Queue(now), At(now));
  ledger.Rebase(Queue(now), At(now));
  EXPECT_TRUE(ask());
}

// Held at once, say, it keeps from others no more than a will-run does, whatever its policy's mode.
TEST(BookingLedger, TakesAJobThatUsesNothingForAQuestion) {
  for (const bool shadow : {false, true}) {
    BookingLedger ledger;
    ledger.Rebase(Queue(0), At(0));
    Booking held = Of(1001, "held"), done = Of(1002, "done");
    held.shadow = done.shadow = shadow;
    ledger.Book(held);
    ledger.Book(done);
    const auto look = [&ledger](int64_t now) {
      return ledger.Rebase(Queue(now, {{7, "held", "g", {At(now), At(now)}, {}},
                                       {8, "done", "g", {At(2), At(4)}, {}}}),
                           At(now));
    };
    // A job may be held for a moment. What has run was no question.
    EXPECT_THAT(Fates(look(5)), ElementsAre(std::pair("done", shadow ? BookingFate::kSeen
                                                                     : BookingFate::kConfirmed)));
    EXPECT_EQ(UsedFor(&ledger, 1001) - UsedFor(&ledger, 1003), 1);
    const auto events = look(40);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].decision_id, "held");
    EXPECT_EQ(events[0].fate, BookingFate::kConfirmed);
    EXPECT_EQ(events[0].job_id, 7u);
    EXPECT_TRUE(events[0].uses_nothing);
    const int64_t kept = shadow ? 1 : 0;  // the booking of the job that has run
    EXPECT_EQ(UsedFor(&ledger, 1001), kept);
    ledger.Book(Of(1001, "next", 41));
    EXPECT_EQ(UsedFor(&ledger, 1003), kept);
    EXPECT_EQ(UsedFor(&ledger, 1001), kept + 1);
    ledger.Book(Of(1002, "next-of-another", 41));
    EXPECT_EQ(UsedFor(&ledger, 1003), kept + 1);
  }
}

TEST(BookingLedger, BoundsWhatOneUserMayBookAtATime) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  for (int i = 0; i < 1000; ++i) ledger.Book(Of(1001, absl::StrCat("w", i)));
  EXPECT_EQ(UsedFor(&ledger, 1002), BookingLedger::kMaxForAll);
  EXPECT_EQ(UsedFor(&ledger, 1001),
            BookingLedger::kMaxForAll + static_cast<int64_t>(BookingLedger::kMaxOwn));
  EXPECT_EQ(ledger.tentative(), 1000u);
}

TEST(BookingLedger, HasTheSameDigestForTheSameUserWhoeverCameBetween) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  for (int i = 0; i < 6; ++i) ledger.Book(Of(1001, absl::StrCat("w", i)));
  ledger.Rebase(Queue(4), At(4));
  ledger.ViewAs(1001);
  const std::string hers = ledger.digest();
  ledger.ViewAs(1002);
  EXPECT_EQ(ledger.digest(), "0000000000000000");
  ledger.ViewAs(1001);
  EXPECT_EQ(ledger.digest(), hers);
}

TEST(BookingLedger, LetsRootBookWithoutBounds) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  for (int i = 0; i < 1000; ++i) ledger.Book(Of(0, absl::StrCat("r", i)));
  ledger.Rebase(Queue(4), At(4));
  EXPECT_EQ(UsedFor(&ledger, 1002), 1000);
}

// An array of a thousand with --nice=2e9 would take all clean hours.
TEST(BookingLedger, ShowsAJobWithoutANiceValueNothingThatYields) {
  BookingLedger ledger;
  QueuedUse nice{7, "n", "g", {At(200), At(600)}, {.devices = 6}};
  nice.yields = true;
  ledger.Rebase(Queue(0, {nice, {8, "", "g", {At(0), At(400)}, {.devices = 1}}}), At(0));
  EXPECT_EQ(UsedFor(&ledger, 1001), 1);
  EXPECT_EQ(UsedFor(&ledger, 1001, true), 7);
  ledger.Book(Of(1001, "b"));
  EXPECT_EQ(UsedFor(&ledger, 1002), 2);
  EXPECT_EQ(UsedFor(&ledger, 1002, true), 8);
  // Nor does a job that was submitted with a nice value and is not in the queue yet.
  Booking submitted = Of(1001, "c");
  submitted.is_nice = true;
  ledger.Book(submitted);
  EXPECT_EQ(UsedFor(&ledger, 1002), 2);
  EXPECT_EQ(UsedFor(&ledger, 1001), 3);
}

TEST(BookingLedger, KeepsAShadowBookingUntilItEnds) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  Booking shadow = Tentative("s", 0, 200, 600);
  shadow.shadow = true;
  ledger.Book(shadow);
  const auto queue = [](int64_t taken_at) {
    return Queue(taken_at, {{7, "s", "g", {At(0), At(50)}, {.devices = 2}}});
  };
  // Its job is named once.
  const auto seen = ledger.Rebase(queue(500), At(500));
  EXPECT_THAT(Fates(seen), ElementsAre(std::pair("s", BookingFate::kSeen)));
  EXPECT_EQ(seen.front().job_id, 7u);
  EXPECT_THAT(ledger.Rebase(queue(505), At(505)), IsEmpty());
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(300)).devices, 2);
  const auto ended = ledger.Rebase(Queue(600), At(600));
  EXPECT_THAT(Fates(ended), ElementsAre(std::pair("s", BookingFate::kEnded)));
  EXPECT_EQ(ended.front().job_id, 7u);
}

TEST(BookingLedger, LetsAShadowBookingExpireWhoseJobTheQueueNeverShows) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  for (const std::string id : {"refused", "seen"}) {
    Booking shadow = Tentative(id, 0, 200, 600);
    shadow.shadow = true;
    ledger.Book(shadow);
  }
  EXPECT_THAT(
      Fates(ledger.Rebase(Queue(5, {{7, "seen", "g", {At(5), At(9)}, {.devices = 2}}}), At(5))),
      ElementsAre(std::pair("seen", BookingFate::kSeen)));
  EXPECT_THAT(Fates(ledger.Rebase(Queue(31), At(31))),
              ElementsAre(std::pair("refused", BookingFate::kExpired)));
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(300)).devices, 2);
}

// Against a ledger in which each run is a decision of its own, second by second.
TEST(BookingLedger, CountsEachRunOfABooking) {
  BookingLedger ledger, oracle;
  for (BookingLedger* one : {&ledger, &oracle}) one->Rebase(Queue(0), At(0));
  Booking booking = Tentative("a", 1, 20, 60);
  booking.runs.push_back({"g", {At(50), At(90)}, {.devices = 3}});
  ledger.Book(booking);
  for (const BookedRun& run : booking.runs) {
    oracle.Book({absl::StrCat("run", absl::ToUnixSeconds(run.when.start)), {run}, At(1)});
  }
  for (int second = 0; second < 100; ++second) {
    EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(second)),
              oracle.calendars().Find("g")->UsedAt(At(second)));
  }
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(55)).devices, 5);
  EXPECT_EQ(ledger.tentative(), 1u);
}

// A shadow booking is kept until its last run ends, and then nothing of it is left.
TEST(BookingLedger, EndsABookingWithItsLastRun) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  Booking booking = Tentative("a", 0, 20, 60);
  booking.runs.push_back({"g", {At(200), At(300)}, {.devices = 3}});
  booking.shadow = true;
  ledger.Book(booking);
  const std::string digest = ledger.digest();
  const QueuedUse use = {7, "a", "g", {At(0), At(10)}, {.devices = 1}};
  EXPECT_THAT(Fates(ledger.Rebase(Queue(100, {use}), At(100))),
              ElementsAre(std::pair("a", BookingFate::kSeen)));
  EXPECT_EQ(ledger.digest(), digest);
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(250)).devices, 3);
  EXPECT_THAT(Fates(ledger.Rebase(Queue(300, {use}), At(300))),
              ElementsAre(std::pair("a", BookingFate::kEnded)));
  EXPECT_EQ(ledger.digest(), "0000000000000000");
}

TEST(BookingLedger, BooksADecisionOnce) {
  BookingLedger ledger;
  ledger.Rebase(Queue(0), At(0));
  ledger.Book(Tentative("a", 1, 20, 60));
  ledger.Book(Tentative("a", 1, 20, 60));
  EXPECT_EQ(ledger.calendars().Find("g")->UsedAt(At(30)).devices, 2);
}

TEST(BookingLedger, DigestDependsOnWhatIsHeldAndNotOnItsOrder) {
  std::vector<Booking> bookings;
  for (int i = 0; i < 20; ++i) bookings.push_back(Tentative(std::to_string(i), 1, 20 + i, 60));
  std::mt19937 random(3);
  std::string first;
  for (int round = 0; round < 10; ++round) {
    std::shuffle(bookings.begin(), bookings.end(), random);
    BookingLedger ledger;
    ledger.Rebase(Queue(0), At(0));
    EXPECT_EQ(ledger.digest(), "0000000000000000");
    for (const Booking& booking : bookings) ledger.Book(booking);
    if (first.empty()) first = ledger.digest();
    EXPECT_EQ(ledger.digest(), first);
    ledger.Rebase(Queue(2), At(2));
    EXPECT_EQ(ledger.digest(), first);
    ledger.Rebase(Queue(100), At(100));
    EXPECT_EQ(ledger.digest(), "0000000000000000");
  }
}

}  // namespace
}  // namespace carbon
