#include "core/admin_comment.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const RecordId kId = {"3f9c21aa04d7be15", 42};
const absl::Time kNow = absl::FromUnixSeconds(1795546800);  // 2026-11-24T19:00:00Z
const absl::TimeZone kUtc = absl::UTCTimeZone();

// Oslo at 02:00, seven hours from now, instead of Frankfurt at once.
Decision Placed() {
  Decision decision;
  decision.outcome = Outcome::kPlaced;
  decision.mode = Mode::kEnforce;
  decision.home = Candidate{
      .pool = "frankfurt-h100", .partition = "frankfurt", .start = kNow, .gross = GramsCo2e(38400)};
  decision.chosen = Candidate{.pool = "oslo-h100",
                              .partition = "oslo",
                              .start = kNow + absl::Hours(7),
                              .gross = GramsCo2e(14200)};
  decision.saving = Saving{.share = 0.63, .share_low = 0.58, .share_high = 0.67};
  return decision;
}

TEST(AdminComment, HoldsTheFiguresAndWhatWasAskedForInEnforce) {
  EXPECT_EQ(AdminComment(kId, {}, Placed(), kUtc),
            "carbon:id=3f9c21aa04d7be15-42,pool=oslo-h100,start=2026-11-25T02:00:00+00:00,"
            "co2e=14.2kg,home=38.4kg,saving=63%,from=frankfurt");
  EXPECT_THAT(AdminComment(kId, {}, Placed(), absl::FixedTimeZone(3600)),
              HasSubstr("start=2026-11-25T03:00:00+01:00"));
}

TEST(AdminComment, NamesTheTimeLimitThatWasMadeLonger) {
  Decision decision = Placed();
  decision.home->time_limit = decision.chosen->time_limit = absl::Minutes(1450);
  EXPECT_EQ(AdminComment(kId, {}, decision, kUtc).find("limit"), std::string::npos);
  EXPECT_EQ(PromiseInComment(AdminComment(kId, {}, decision, kUtc))->limit, std::nullopt);
  decision.chosen->time_limit = absl::Hours(50);
  EXPECT_THAT(AdminComment(kId, {}, decision, kUtc),
              HasSubstr(",from=frankfurt,limit=1d10m,longer=2d2h"));
  EXPECT_EQ(PromiseInComment(AdminComment(kId, {}, decision, kUtc))->limit, absl::Minutes(1450));
  EXPECT_EQ(PromiseInComment(AdminComment(kId, {}, decision, kUtc))->time_min, std::nullopt);
  JobRequest job;
  job.time_min = absl::Minutes(90);
  const std::string comment = AdminComment(kId, job, decision, kUtc);
  EXPECT_EQ(PromiseInComment(comment)->time_min, absl::Minutes(90));
  EXPECT_EQ(DecisionIdInComment(comment), DecisionId(kId));
  // What cannot be read promises nothing.
  EXPECT_EQ(PromiseInComment(absl::StrCat(AdminComment(kId, {}, Placed(), kUtc), ",limit=soon")),
            std::nullopt);
}

TEST(AdminComment, IsTheIdAloneInShadowAndWhereNothingWasChosen) {
  Decision decision = Placed();
  decision.mode = Mode::kShadow;
  EXPECT_EQ(AdminComment(kId, {}, decision, kUtc), "carbon:id=3f9c21aa04d7be15-42");
  decision = Placed();
  decision.chosen.reset();
  EXPECT_EQ(AdminComment(kId, {}, decision, kUtc), "carbon:id=3f9c21aa04d7be15-42");
}

TEST(DecisionIdInComment, ReadsBackWhatAdminCommentWrites) {
  EXPECT_EQ(DecisionIdInComment(AdminComment(kId, {}, Placed(), kUtc)), DecisionId(kId));
  EXPECT_EQ(DecisionIdInComment("by hand; carbon:id=3f9c21aa04d7be15-42"), DecisionId(kId));
  const RecordId last = {"ffffffffffffffff", UINT64_MAX};
  EXPECT_EQ(DecisionIdInComment("carbon:id=" + DecisionId(last)), DecisionId(last));
}

TEST(DecisionIdInComment, IsEmptyForAnythingElse) {
  for (const char* comment :
       {"", "carbon:id=", "carbon:off", "carbon:id=3f9c21aa04d7be15", "carbon:id=3f9c21aa04d7be15-",
        "carbon:id=3F9C21AA04D7BE15-42", "carbon:id=3f9c21aa04d7be15-4x",
        "carbon:id=3f9c21aa04d7be15_42", "carbon:id=3f9c21aa04d7be15-123456789012345678901234"}) {
    EXPECT_EQ(DecisionIdInComment(comment), "") << comment;
  }
}

TEST(PromiseInComment, ReadsBackWhatAdminCommentWritesInAnyTimeZone) {
  JobRequest job;
  job.partitions = {"frankfurt", "lyon"};
  job.begin = kNow + absl::Minutes(90);
  for (const int offset : {0, 3600, -9 * 3600, 19800}) {
    const std::string comment = absl::StrCat(
        "note; ", AdminComment(kId, job, Placed(), absl::FixedTimeZone(offset)), "; another");
    const std::optional<Promise> promise = PromiseInComment(comment);
    ASSERT_TRUE(promise.has_value()) << comment;
    EXPECT_EQ(*promise, (Promise{DecisionId(kId),
                                 "oslo-h100",
                                 kNow + absl::Hours(7),
                                 {"frankfurt", "lyon"},
                                 kNow + absl::Minutes(90)}));
  }
}

TEST(PromiseInComment, IsAbsentWhereNothingWasPromised) {
  Decision decision = Placed();
  decision.outcome = Outcome::kKeptHome;
  EXPECT_EQ(PromiseInComment(AdminComment(kId, {}, decision, kUtc)), std::nullopt);
  decision.mode = Mode::kShadow;
  EXPECT_EQ(PromiseInComment(AdminComment(kId, {}, decision, kUtc)), std::nullopt);
  const std::string head = "carbon:id=3f9c21aa04d7be15-42,pool=oslo,from=frankfurt,start=";
  EXPECT_NE(PromiseInComment(head + "2026-11-25T02:00:00Z"), std::nullopt);
  for (const char* start : {"", "soon", "2026-11-25T02:00:00", "2026-11-25T02:00:00+00:00x",
                            "2026-11-25T02:00:00Z,begin=soon", "infinite-future"}) {
    EXPECT_EQ(PromiseInComment(head + start), std::nullopt) << start;
  }
  EXPECT_EQ(PromiseInComment(""), std::nullopt);
}

TEST(ReturnedComment, EndsThePromiseAndKeepsTheDecisionAndAllElse) {
  const std::string comment = absl::StrCat("a; ", AdminComment(kId, {}, Placed(), kUtc), "; b");
  const std::string returned = ReturnedComment(comment, kNow, kUtc);
  EXPECT_THAT(returned, HasSubstr("from=frankfurt,returned=2026-11-24T19:00:00+00:00; b"));
  EXPECT_EQ(PromiseInComment(returned), std::nullopt);
  EXPECT_EQ(DecisionIdInComment(returned), DecisionId(kId));
  EXPECT_EQ(ReturnedComment("nothing of ours", kNow, kUtc), "nothing of ours");
}

TEST(PromiseInComment, IsNotMisledByNamesThatHoldSeparators) {
  JobRequest job;
  job.partitions = {"a|b", "c,d;e f"};
  EXPECT_THAT(PromiseInComment(AdminComment(kId, job, Placed(), kUtc))->from,
              ElementsAre("a?b", "c?d?e?f"));
}

}  // namespace
}  // namespace carbon
