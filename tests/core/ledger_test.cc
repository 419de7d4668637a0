#include "core/ledger.h"

#include <algorithm>
#include <random>

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
  return {id, "g", {At(start), At(end)}, {.devices = 2}, At(made_at)};
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
  both.Rebase(Queue(5, {{7, one.decision_id, "g", one.when, one.amount}}), At(5));
  EXPECT_EQ(both.tentative(), 1u);
  EXPECT_EQ(both.digest(), only_other.digest());
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
