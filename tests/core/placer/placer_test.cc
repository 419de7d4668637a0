// A placer without locks, threads and files: what it does with a submission follows from its
// arguments alone.
#include "core/placer/placer.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kBoot[] = "3f9c21aa04d7be15";

class PlacerTest : public ::testing::Test {
 protected:
  PlacerTest() {
    world_.AddZone("dirty", {500});
    world_.AddZone("clean", {20});
    world_.AddSite("frankfurt", "dirty");
    world_.AddSite("oslo", "clean");
  }

  Placer New(RecordBudget::Options budget = {}) {
    Placer placer(kBoot, budget);
    LedgerBase base(world_.capacity);
    EXPECT_THAT(placer.Adopt(world_.Publish(), &base, world_.now), IsEmpty());
    return placer;
  }
  Verdict VerdictFor(const JobRequest& job, const Submission& submission) const {
    return VerdictOf(job, submission, world_.now, absl::UTCTimeZone(), seal_);
  }

  World world_;
  const Seal seal_{std::string(Seal::kSecretBytes, 'k'), "test", absl::UnixEpoch()};
};

TEST_F(PlacerTest, PlacesBooksAndNumbers) {
  Placer placer = New();
  const JobRequest job = world_.Job();
  const Submission first = placer.Submit(job, {}, world_.now);
  EXPECT_EQ(first.decision.outcome, Outcome::kPlaced);
  ASSERT_TRUE(first.id.has_value());
  EXPECT_EQ(DecisionId(*first.id), absl::StrCat(kBoot, "-1"));
  EXPECT_EQ(first.ledger_digest, "0000000000000000");
  const Verdict verdict = VerdictFor(job, first);
  EXPECT_TRUE(verdict.apply);
  EXPECT_EQ(verdict.partition, "oslo");
  EXPECT_THAT(verdict.admin_comment, HasSubstr(absl::StrCat("carbon:id=", kBoot, "-1,")));
  // Four nodes: the fifth finds oslo full, which only the bookings show.
  for (int i = 0; i < 3; ++i) placer.Submit(job, {}, world_.now);
  const Submission fifth = placer.Submit(job, {}, world_.now);
  EXPECT_NE(fifth.ledger_digest, first.ledger_digest);
  ASSERT_TRUE(fifth.decision.chosen.has_value());
  EXPECT_GT(fifth.decision.chosen->start(), world_.now);
}

// So a replay can do what the plugin did.
TEST_F(PlacerTest, DoesTheSameWithTheSameArguments) {
  Placer one = New(), other = New();
  for (int i = 0; i < 8; ++i) {
    JobRequest job = world_.Job(i % 3 == 0 ? "carbon:now" : "");
    job.user_id = 1000 + static_cast<uint32_t>(i % 2);
    const Submission a = one.Submit(job, {}, world_.now), b = other.Submit(job, {}, world_.now);
    const Manifest manifest = world_.Publish()->manifest();
    EXPECT_EQ(WriteRecord(RecordOf(job, a, manifest, world_.now)),
              WriteRecord(RecordOf(job, b, manifest, world_.now)));
    EXPECT_EQ(VerdictFor(job, a).admin_comment, VerdictFor(job, b).admin_comment);
  }
}

TEST_F(PlacerTest, LeavesAJobAloneWhereTheCircumstancesForbid) {
  const struct {
    const char* reason;
    Circumstances circumstances;
    absl::Duration later;
  } cases[] = {
      {"took charge", {.in_charge_since = world_.now}, absl::ZeroDuration()},
      {"cannot be written: no space", {.log_error = "no space"}, absl::ZeroDuration()},
      {"11 minutes old", {}, absl::Minutes(11)},
      {"6 minutes in the future", {}, absl::Minutes(-6)},
  };
  for (const auto& [reason, circumstances, later] : cases) {
    Placer placer = New();
    const JobRequest job = world_.Job();
    const Submission submission = placer.Submit(job, circumstances, world_.now + later);
    EXPECT_EQ(submission.decision.outcome, Outcome::kLeftAlone) << reason;
    EXPECT_THAT(ReasonText(submission.decision.reason), HasSubstr(reason));
    EXPECT_TRUE(submission.id.has_value());  // it is recorded, and why
    const Verdict verdict = VerdictFor(job, submission);
    EXPECT_FALSE(verdict.apply);
    EXPECT_EQ(verdict.admin_comment, "");
    // And nothing was booked for it.
    EXPECT_EQ(placer.Submit(job, {}, world_.now).ledger_digest, "0000000000000000");
  }
}

TEST_F(PlacerTest, RecordsNothingOfJobsThatNoPolicyIsAbout) {
  world_.policy().mode = Mode::kOff;
  Placer placer = New();
  const Submission submission = placer.Submit(world_.Job(), {}, world_.now);
  EXPECT_FALSE(submission.id.has_value());
  EXPECT_FALSE(VerdictFor(world_.Job(), submission).apply);
}

TEST_F(PlacerTest, LetsJobsPassOfAUserWhoFillsTheLog) {
  Placer placer = New({.bytes = 20'000});
  Submission last;
  int recorded = 0;
  for (int i = 0; i < 20; ++i) {
    last = placer.Submit(world_.Job(), {}, world_.now);
    recorded += last.id.has_value() ? 1 : 0;
  }
  EXPECT_GT(recorded, 0);
  EXPECT_FALSE(last.id.has_value());
  EXPECT_EQ(last.decision.outcome, Outcome::kLeftAlone);
  EXPECT_EQ(last.decision.reason.reason, Reason::kLogShareUsed);
  EXPECT_FALSE(VerdictFor(world_.Job(), last).apply);
  // No number is missing.
  JobRequest other = world_.Job();
  other.user_id = 1001;
  EXPECT_EQ(placer.Submit(other, {}, world_.now).id->sequence, static_cast<uint64_t>(recorded) + 1);
}

// The user is told also where nothing else may rest on the snapshot, or on the log.
TEST_F(PlacerTest, TellsOfAWrongHintWhateverTheCircumstances) {
  const JobRequest job = world_.Job("carbon:wiat=3h");
  const auto tells = [&](const Submission& submission) {
    EXPECT_TRUE(submission.decision.bad_hint);
    EXPECT_THAT(ReasonText(submission.decision.reason), HasSubstr("did you mean"));
    EXPECT_THAT(VerdictFor(job, submission).message, HasSubstr("did you mean"));
    EXPECT_FALSE(VerdictFor(job, submission).apply);
  };
  tells(New().Submit(job, {.in_charge_since = world_.now}, world_.now));
  tells(New().Submit(job, {.log_error = "no space"}, world_.now));
  const Submission withheld = New({.bytes = 1}).Submit(job, {}, world_.now);
  EXPECT_FALSE(withheld.id.has_value());
  tells(withheld);
}

// A placed job in shadow mode stays at home, where the queue will show it.
TEST_F(PlacerTest, ChangesNothingInShadowButCountsTheBooking) {
  world_.policy().mode = Mode::kShadow;
  Placer placer = New();
  const Submission first = placer.Submit(world_.Job(), {}, world_.now);
  EXPECT_EQ(first.decision.outcome, Outcome::kPlaced);
  const Verdict verdict = VerdictFor(world_.Job(), first);
  EXPECT_FALSE(verdict.apply);
  EXPECT_THAT(verdict.admin_comment, HasSubstr(DecisionId(*first.id)));
  EXPECT_NE(placer.Submit(world_.Job(), {}, world_.now).ledger_digest, first.ledger_digest);
}

TEST_F(PlacerTest, LeavesAnExemptJobAsItIsAndBooksItAtHome) {
  world_.policy().exempt = 0.3;
  Placer placer = New();
  EXPECT_EQ(DecisionId(placer.ComingId()), absl::StrCat(kBoot, "-1"));
  const JobRequest job = world_.Job();
  const Submission exempt = placer.Submit(job, {.draw = 0.29}, world_.now);
  EXPECT_EQ(DecisionId(*exempt.id), absl::StrCat(kBoot, "-1"));
  EXPECT_EQ(exempt.decision.reason.reason, Reason::kExempt);
  EXPECT_EQ(exempt.circumstances.draw, 0.29);
  const Verdict verdict = VerdictFor(job, exempt);
  EXPECT_FALSE(verdict.apply);
  EXPECT_EQ(verdict.partition, "");
  EXPECT_EQ(verdict.begin, absl::InfinitePast());
  EXPECT_FALSE(verdict.time_limit.has_value());
  EXPECT_THAT(verdict.admin_comment, StartsWith(absl::StrCat("carbon:id=", kBoot, "-1,made=")));
  const std::optional<Booking> booking = BookingOf(*exempt.id, job, exempt.decision, world_.now);
  ASSERT_TRUE(booking.has_value());
  EXPECT_FALSE(booking->shadow);
  EXPECT_EQ(booking->runs.front().group, "frankfurt");
  const Submission placed = placer.Submit(job, {.draw = 0.3}, world_.now);
  EXPECT_TRUE(VerdictFor(job, placed).apply);
  EXPECT_EQ(placed.decision.trial->arm, Arm::kPlaced);
}

// A draw that said nothing is not recorded: so each that is says into which arm its job goes.
TEST_F(PlacerTest, KeepsTheDrawOfDrawnJobsOnly) {
  world_.policy().exempt = 0.5;
  Placer placer = New();
  EXPECT_FALSE(placer.Submit(world_.Job("carbon:off"), {.draw = 0.1}, world_.now)
                   .circumstances.draw.has_value());
  const Submission unusable =
      placer.Submit(world_.Job(), {.log_error = "no space", .draw = 0.1}, world_.now);
  EXPECT_EQ(unusable.decision.reason.reason, Reason::kLogUnwritable);
  EXPECT_FALSE(unusable.decision.trial.has_value());
  EXPECT_FALSE(unusable.circumstances.draw.has_value());
  EXPECT_FALSE(placer.Submit(world_.Job(), {}, world_.now).decision.trial.has_value());
}

TEST_F(PlacerTest, KeepsItsBookingsWhileThereIsNoSnapshot) {
  Placer placer = New();
  placer.Submit(world_.Job(), {}, world_.now);
  const std::string digest = placer.Submit(world_.Job(), {}, world_.now).ledger_digest;
  placer.Drop();
  EXPECT_EQ(placer.snapshot(), nullptr);
  placer.Adopt(world_.Publish(), nullptr, world_.now);
  const Submission third = placer.Submit(world_.Job(), {}, world_.now);
  EXPECT_NE(third.ledger_digest, digest);
  EXPECT_EQ(third.id->sequence, 3u);
}

TEST_F(PlacerTest, BooksAndNumbersNothingWhereDecidingThrows) {
  Placer placer(kBoot, {},
                [](const JobRequest&, const Snapshot&, const BookingLedger&, absl::Time,
                   std::optional<double>) -> Decision { throw std::runtime_error("fault"); });
  LedgerBase base(world_.capacity);
  placer.Adopt(world_.Publish(), &base, world_.now);
  EXPECT_THROW(placer.Submit(world_.Job(), {}, world_.now), std::runtime_error);
  EXPECT_EQ(placer.NextId().sequence, 1u);
}

TEST_F(PlacerTest, SaysWhatBecameOfItsBookings) {
  Placer placer = New();
  const Submission seen = placer.Submit(world_.Job(), {}, world_.now);
  placer.Submit(world_.Job(), {}, world_.now);
  world_.capacity.taken_at += absl::Minutes(1);
  const BookedRun booked = seen.decision.chosen->Booked().front();
  world_.capacity.uses = {{.job_id = 17,
                           .decision_id = DecisionId(*seen.id),
                           .group = booked.group,
                           .when = booked.when,
                           .amount = booked.amount}};
  LedgerBase base(world_.capacity);
  const std::vector<BookingEvent> events =
      placer.Adopt(world_.Publish(), &base, world_.now + absl::Minutes(1));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].fate, BookingFate::kConfirmed);
  EXPECT_EQ(events[0].job_id, 17u);
  EXPECT_EQ(events[1].fate, BookingFate::kExpired);
  // The same look at the queue, with a new forecast, say, ends none.
  EXPECT_THAT(placer.Adopt(world_.Publish(), nullptr, world_.now), IsEmpty());
}

}  // namespace
}  // namespace carbon
