#include "core/decision/admin_comment.h"

#include <tuple>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

const RecordId kId = {"3f9c21aa04d7be15", 42};
const absl::Time kNow = absl::FromUnixSeconds(1795546800);  // 2026-11-24T19:00:00Z
const absl::TimeZone kUtc = absl::UTCTimeZone();
constexpr uint32_t kUser = 1001;

Seal SealOf(const std::string& cluster) { return {std::string(32, 'k'), cluster, kNow}; }
const Seal& kSeal = *new Seal(SealOf("alps"));

JobRequest JobOf(uint32_t user_id) {
  JobRequest job;
  job.user_id = user_id;
  return job;
}

std::string CommentOf(const Decision& decision, JobRequest job = {}, absl::TimeZone zone = kUtc) {
  job.user_id = kUser;
  return AdminComment(kId, job, decision, kNow, zone, kSeal);
}

// The only mark in the comment.
std::optional<CarbonMark> ReadMark(absl::string_view comment, uint32_t user_id, const Seal* seal) {
  std::vector<CarbonMark> marks = ReadMarks(comment, user_id, seal).marks;
  EXPECT_LE(marks.size(), 1u) << comment;
  return marks.empty() ? std::nullopt : std::optional(marks.front());
}

std::optional<Promise> PromiseIn(absl::string_view comment) {
  const std::optional<CarbonMark> mark = ReadMark(comment, kUser, &kSeal);
  return mark.has_value() ? mark->promise : std::nullopt;
}

// Oslo at 02:00, seven hours from now, instead of Frankfurt at once.
Decision Placed() {
  Decision decision;
  decision.outcome = Outcome::kPlaced;
  decision.mode = Mode::kEnforce;
  const auto named = [](const char* pool, const char* partition) {
    return std::make_shared<const PoolNames>(PoolNames{.pool = pool, .partition = partition});
  };
  decision.home = Plan(
      {.names = named("frankfurt-h100", "frankfurt"), .start = kNow, .gross = GramsCo2e(38400)});
  decision.chosen = Plan({.names = named("oslo-h100", "oslo"),
                          .start = kNow + absl::Hours(7),
                          .gross = GramsCo2e(14200)});
  decision.saving = Saving{.share = 0.63, .share_low = 0.58, .share_high = 0.67};
  return decision;
}

TEST(AdminComment, HoldsTheFiguresAndWhatWasAskedForInEnforce) {
  EXPECT_THAT(CommentOf(Placed()),
              MatchesRegex("carbon:id=3f9c21aa04d7be15-42,pool=oslo-h100,"
                           "start=2026-11-25T02:00:00\\+00:00,co2e=14.2kg,home=38.4kg,saving=63%,"
                           "from=frankfurt,made=2026-11-24T19:00:00\\+00:00,"
                           "seal=[A-Za-z0-9_-]{22}"));
  EXPECT_THAT(CommentOf(Placed(), {}, absl::FixedTimeZone(3600)),
              HasSubstr("start=2026-11-25T03:00:00+01:00"));
}

TEST(AdminComment, HoldsEachRunOfAPlan) {
  Decision decision = Placed();
  PlannedRun second = decision.home->first();
  second.start = kNow + absl::Hours(20);
  second.gross = GramsCo2e(800);
  decision.chosen->Add(second);
  const std::string comment = CommentOf(decision);
  EXPECT_THAT(comment, StartsWith("carbon:id=3f9c21aa04d7be15-42,pool=oslo-h100,"
                                  "start=2026-11-25T02:00:00+00:00,pool=frankfurt-h100,"
                                  "start=2026-11-25T15:00:00+00:00,co2e=15kg,home=38.4kg,"));
  EXPECT_THAT(PromiseIn(comment)->runs,
              ElementsAre(PromisedRun{"oslo-h100", kNow + absl::Hours(7)},
                          PromisedRun{"frankfurt-h100", kNow + absl::Hours(20)}));
}

TEST(RunAwaited, IsTheOneOfTheBeginOrElseTheLastThatIsDueOrElseTheFirst) {
  const absl::Time first = kNow + absl::Hours(7), second = kNow + absl::Hours(20);
  const Promise promise = {.runs = {{"oslo", first}, {"lyon", second}}};
  for (const auto& [begin, now, pool] :
       {std::tuple(first, kNow, "oslo"), std::tuple(second, kNow, "lyon"),
        std::tuple(second + absl::Seconds(1), kNow, "lyon"),
        std::tuple(second + absl::Hours(1), kNow, "oslo"),
        std::tuple(first + absl::Hours(1), first + absl::Hours(2), "oslo"),
        std::tuple(second + absl::Hours(1), second + absl::Hours(2), "lyon"),
        std::tuple(kNow, kNow, "oslo")}) {
    EXPECT_EQ(RunAwaited(promise, begin, now).pool, pool) << begin << " " << now;
  }
}

// A run without a start, or a start without a pool, makes the whole promise unreadable.
TEST(ReadMarks, PromisesNothingWhereARunIsNotWhole) {
  const std::string head = "carbon:id=3f9c21aa04d7be15-42,from=frankfurt,";
  const std::string oslo = "pool=oslo,start=2026-11-25T02:00:00Z";
  EXPECT_EQ(PromiseIn(absl::StrCat(head, oslo))->runs.size(), 1u);
  EXPECT_EQ(PromiseIn(absl::StrCat(head, oslo, ",", oslo))->runs.size(), 2u);
  for (const char* more : {",pool=lyon", ",start=2026-11-25T02:00:00Z", ",pool=lyon,start=soon",
                           ",pool=,start=2026-11-25T02:00:00Z"}) {
    EXPECT_EQ(PromiseIn(absl::StrCat(head, oslo, more)), std::nullopt) << more;
  }
}

TEST(AdminComment, NamesTheTimeLimitThatWasMadeLonger) {
  Decision decision = Placed();
  decision.home->first().time_limit = decision.chosen->first().time_limit = absl::Minutes(1450);
  EXPECT_EQ(CommentOf(decision).find("limit"), std::string::npos);
  EXPECT_EQ(PromiseIn(CommentOf(decision))->limit, std::nullopt);
  decision.chosen->first().time_limit = absl::Hours(50);
  EXPECT_THAT(CommentOf(decision), HasSubstr(",from=frankfurt,limit=1d10m,longer=2d2h"));
  EXPECT_EQ(PromiseIn(CommentOf(decision))->limit, absl::Minutes(1450));
  EXPECT_EQ(PromiseIn(CommentOf(decision))->time_min, std::nullopt);
  JobRequest job;
  job.time_min = absl::Minutes(90);
  const std::string comment = CommentOf(decision, job);
  EXPECT_EQ(PromiseIn(comment)->time_min, absl::Minutes(90));
  EXPECT_EQ(DecisionIdInComment(comment), DecisionId(kId));
}

TEST(AdminComment, IsTheSealedIdAloneInShadowAndWhereNothingWasChosen) {
  Decision decision = Placed();
  decision.mode = Mode::kShadow;
  EXPECT_THAT(CommentOf(decision), StartsWith("carbon:id=3f9c21aa04d7be15-42,made="));
  decision = Placed();
  decision.chosen.reset();
  EXPECT_THAT(CommentOf(decision), StartsWith("carbon:id=3f9c21aa04d7be15-42,made="));
  EXPECT_TRUE(ReadMark(CommentOf(decision), kUser, &kSeal)->is_sealed);
}

// So that the log can be joined with what the job did, and nothing else shows.
TEST(AdminComment, IsTheSealedIdAloneForAJobThatIsExempt) {
  Decision decision = Placed();
  decision.trial = Trial{Arm::kPlaced, 0.1};
  EXPECT_THAT(CommentOf(decision), HasSubstr("pool=oslo-h100"));
  decision.outcome = Outcome::kKeptHome;
  decision.trial = Trial{Arm::kExempt, 0.1, decision.chosen};
  decision.chosen = decision.home;
  EXPECT_THAT(CommentOf(decision), StartsWith("carbon:id=3f9c21aa04d7be15-42,made="));
  EXPECT_FALSE(PromiseIn(CommentOf(decision)).has_value());
}

TEST(DecisionIdInComment, ReadsBackWhatAdminCommentWrites) {
  EXPECT_EQ(DecisionIdInComment(CommentOf(Placed())), DecisionId(kId));
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

TEST(ReadMarks, ReadsBackWhatAdminCommentWritesInAnyTimeZone) {
  JobRequest job;
  job.partitions = {"frankfurt", "lyon"};
  job.begin = kNow + absl::Minutes(90);
  for (const int offset : {0, 3600, -9 * 3600, 19800}) {
    const std::string ours = CommentOf(Placed(), job, absl::FixedTimeZone(offset));
    const std::string comment = absl::StrCat("note; ", ours, "; another");
    const std::optional<CarbonMark> mark = ReadMark(comment, kUser, &kSeal);
    ASSERT_TRUE(mark.has_value() && mark->promise.has_value()) << comment;
    EXPECT_EQ(*mark->promise, (Promise{DecisionId(kId),
                                       {{"oslo-h100", kNow + absl::Hours(7)}},
                                       {"frankfurt", "lyon"},
                                       kNow + absl::Minutes(90)}));
    EXPECT_TRUE(mark->is_sealed);
    EXPECT_EQ(mark->made_at, kNow);
  }
}

TEST(ReadMarks, PromisesNothingWhereNothingWasPromised) {
  Decision decision = Placed();
  decision.outcome = Outcome::kKeptHome;
  EXPECT_EQ(PromiseIn(CommentOf(decision)), std::nullopt);
  decision.mode = Mode::kShadow;
  EXPECT_EQ(PromiseIn(CommentOf(decision)), std::nullopt);
  EXPECT_EQ(PromiseIn(""), std::nullopt);
}

// What version 1 wrote, which had no seal.
TEST(ReadMarks, ReadsVersion1AndSaysThatItIsNotSealed) {
  const std::string comment =
      "carbon:id=3f9c21aa04d7be15-42,pool=oslo-h100,start=2026-11-25T02:00:00+00:00,co2e=14.2kg,"
      "home=38.4kg,saving=63%,from=frankfurt,limit=10h,longer=15h";
  for (const Seal* seal : {&kSeal, static_cast<const Seal*>(nullptr)}) {
    const std::optional<CarbonMark> mark = ReadMark(comment, kUser, seal);
    ASSERT_TRUE(mark.has_value());
    EXPECT_FALSE(mark->is_sealed);
    EXPECT_EQ(mark->promise->limit, absl::Hours(10));
  }
  const std::string head = "carbon:id=3f9c21aa04d7be15-42,pool=oslo,from=frankfurt,start=";
  EXPECT_NE(PromiseIn(head + "2026-11-25T02:00:00Z"), std::nullopt);
  for (const char* start :
       {"", "soon", "2026-11-25T02:00:00", "2026-11-25T02:00:00+00:00x",
        "2026-11-25T02:00:00Z,begin=soon", "2026-11-25T02:00:00Z,limit=soon", "infinite-future"}) {
    EXPECT_EQ(PromiseIn(head + start), std::nullopt) << start;
  }
}

TEST(ReadMarks, PassesOverWhatThisClusterHasNotSealedForTheUser) {
  const std::string ours = CommentOf(Placed());
  EXPECT_TRUE(ReadMark(ours, kUser, &kSeal).has_value());
  // Another user's, another cluster's, with another key, and one that nobody can judge.
  EXPECT_FALSE(ReadMark(ours, kUser + 1, &kSeal).has_value());
  const Seal elsewhere = SealOf("jura"), rekeyed = {std::string(32, 'l'), "alps", kNow};
  EXPECT_FALSE(ReadMark(ours, kUser, &elsewhere).has_value());
  EXPECT_FALSE(ReadMark(ours, kUser, &rekeyed).has_value());
  EXPECT_FALSE(ReadMark(ours, kUser, nullptr).has_value());
  // Any letter of it changed, or taken away.
  for (size_t i = 0; i < ours.size(); ++i) {
    std::string changed = ours;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    const std::optional<CarbonMark> mark = ReadMark(changed, kUser, &kSeal);
    EXPECT_FALSE(mark.has_value() && mark->is_sealed) << changed;
    const std::optional<CarbonMark> cut = ReadMark(ours.substr(0, i), kUser, &kSeal);
    EXPECT_FALSE(cut.has_value() && cut->is_sealed) << i;
  }
}

TEST(ReadMarks, FindsThoseThatAreSealedBehindOthersThatWereWrittenBefore) {
  const std::string forged =
      "carbon:id=0000000000000000-1,pool=closed,start=2026-11-25T02:00:00Z,from=closed";
  const std::string theirs = AdminComment(kId, JobOf(kUser + 1), Placed(), kNow, kUtc, kSeal);
  const std::string comment =
      absl::StrCat(forged, "; ", forged, ",seal=abc; ", theirs, "; ", CommentOf(Placed()));
  EXPECT_EQ(PromiseIn(comment)->from, std::vector<std::string>{"frankfurt"});
  // Without one that is sealed, it is the first without a seal.
  EXPECT_FALSE(ReadMark(absl::StrCat(theirs, "; ", forged), kUser, &kSeal)->is_sealed);
  // One of the user's other jobs may have been copied there too.
  const std::string other = AdminComment({kId.boot, 41}, JobOf(kUser), Placed(), kNow, kUtc, kSeal);
  const std::vector<CarbonMark> both =
      ReadMarks(absl::StrCat(other, " ", forged, " ", CommentOf(Placed())), kUser, &kSeal).marks;
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].decision_id, DecisionId(kId));
  EXPECT_EQ(both[1].decision_id, "3f9c21aa04d7be15-41");
}

TEST(ReadMarks, LooksAtSoManyOnly) {
  std::string comment;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&comment, CommentOf(Placed()), ";");
  EXPECT_EQ(ReadMarks(comment, kUser, &kSeal).marks.size(), static_cast<size_t>(kMaxMarks));
  // However many are no marks at all, and whatever stands before ours.
  comment = CommentOf(Placed());
  for (int i = 0; i < 1000; ++i) comment = absl::StrCat("carbon:id=;", comment);
  EXPECT_EQ(ReadMarks(comment, kUser, &kSeal).marks.size(), 1u);
}

TEST(ReadMarks, SaysThatThereIsAnotherSeal) {
  const Seal elsewhere = SealOf("jura");
  EXPECT_TRUE(ReadMarks(CommentOf(Placed()), kUser, &elsewhere).has_other_seal);
  EXPECT_TRUE(ReadMarks(CommentOf(Placed()), kUser, nullptr).has_other_seal);
  EXPECT_FALSE(ReadMarks(CommentOf(Placed()), kUser, &kSeal).has_other_seal);
  EXPECT_FALSE(ReadMarks("carbon:id=3f9c21aa04d7be15-42", kUser, &kSeal).has_other_seal);
}

TEST(ReadMarks, BelievesNothingBehindTheSealButThatTheJobWasRestored) {
  const std::string ours = CommentOf(Placed());
  for (const char* added :
       {",from=closed", ",from=closed,limit=30d,longer=10h", ",pool=closed", "x", ",seal=x",
        ",x,returned=2026-11-24T19:00:00Z", ",start=2027-01-01T00:00:00Z"}) {
    const std::optional<CarbonMark> mark = ReadMark(absl::StrCat(ours, added), kUser, &kSeal);
    ASSERT_TRUE(mark.has_value() && mark->promise.has_value()) << added;
    EXPECT_EQ(mark->promise, PromiseIn(ours)) << added;
  }
}

// Older releases wrote this when they restored a job.
TEST(ReadMarks, UnderstandsTheCommentOfAJobThatAnOlderReleaseRestored) {
  const std::string comment =
      absl::StrCat("a; ", CommentOf(Placed()), ",returned=2026-11-24T19:00:00+00:00; b");
  const std::optional<CarbonMark> mark = ReadMark(comment, kUser, &kSeal);
  EXPECT_TRUE(mark->is_sealed);
  EXPECT_EQ(mark->promise, std::nullopt);
  EXPECT_EQ(mark->decision_id, DecisionId(kId));
}

TEST(ReadMarks, IsNotMisledByNamesThatHoldSeparators) {
  JobRequest job;
  job.partitions = {"a|b", "c,d;e f", "g,seal=x"};
  EXPECT_THAT(PromiseIn(CommentOf(Placed(), job))->from, ElementsAre("a?b", "c?d?e?f", "g?seal=x"));
}

}  // namespace
}  // namespace carbon
