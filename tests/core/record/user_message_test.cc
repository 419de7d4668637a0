// What sbatch prints of a decision.
#include "core/record/user_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "tests/core/record/sample_decision.h"

namespace carbon {
namespace {

const absl::TimeZone kUtc = absl::UTCTimeZone();

TEST(UserMessage, TellsWhereAndWhenAndWhatItSaves) {
  EXPECT_EQ(UserMessage(Placed(), kNow, kUtc),
            "carbon: planned for oslo/h100-sxm at Nov 25 02:00 (in 7 h): 14.2 kg CO2e, 63% "
            "(58-67%) less than "
            "now in frankfurt; --comment=carbon:now to run at once");
  // The day is the reader's: seven hours west, it is still the same.
  EXPECT_EQ(UserMessage(Placed(), kNow, absl::FixedTimeZone(-7 * 3600)),
            "carbon: planned for oslo/h100-sxm at 19:00 (in 7 h): 14.2 kg CO2e, 63% (58-67%) less "
            "than now in "
            "frankfurt; --comment=carbon:now to run at once");
}

TEST(UserMessage, SaysNowForAStartAtOnceAndHowToStay) {
  Decision decision = Placed();
  decision.chosen->first().start = kNow;
  EXPECT_EQ(
      UserMessage(decision, kNow, kUtc),
      "carbon: planned for oslo/h100-sxm now: 14.2 kg CO2e, 63% (58-67%) less than in frankfurt; "
      "--comment=carbon:off to stay there");
}

TEST(UserMessage, NamesATimeLimitThatChanges) {
  Decision decision = Placed();
  decision.home->first().time_limit = absl::Hours(10);
  decision.chosen->first().time_limit = absl::Minutes(1450);
  EXPECT_EQ(UserMessage(decision, kNow, kUtc),
            "carbon: planned for oslo/h100-sxm at Nov 25 02:00 (in 7 h), time limit 1d10m: 14.2 kg "
            "CO2e, 63% "
            "(58-67%) less than now in frankfurt; --comment=carbon:now to run at once");
}

TEST(UserMessage, OffersToRunAtOnceOnlyWhereItDelays) {
  Decision decision = Placed();
  decision.home->first().start = decision.chosen->start();  // by --begin
  EXPECT_EQ(UserMessage(decision, kNow, kUtc),
            "carbon: planned for oslo/h100-sxm at Nov 25 02:00 (in 7 h): 14.2 kg CO2e, 63% "
            "(58-67%) less than "
            "in frankfurt; --comment=carbon:off to stay there");
}

TEST(UserMessage, CountsCloseStartsInSeconds) {
  Decision decision = Placed();
  const auto when = [&](absl::Duration ahead) {
    decision.chosen->first().start = kNow + ahead;
    const std::string message = UserMessage(decision, kNow, kUtc);
    return message.substr(34, message.find("):") - 33);
  };
  EXPECT_EQ(when(absl::Seconds(35)), "at 19:00:35 (in 35 s)");
  EXPECT_EQ(when(absl::Seconds(119)), "at 19:01:59 (in 119 s)");
  EXPECT_EQ(when(absl::Seconds(120)), "at 19:02 (in 2 min)");
  EXPECT_EQ(when(absl::Minutes(119)), "at 20:59 (in 119 min)");
  EXPECT_EQ(when(absl::Hours(2)), "at 21:00 (in 2 h)");
  EXPECT_EQ(when(absl::Hours(30)), "at Nov 26 01:00 (in 30 h)");
  EXPECT_EQ(when(absl::Hours(72)), "at Nov 27 19:00 (in 3 days)");
}

TEST(UserMessage, NeverShowsTheWrongSign) {
  const auto comparison = [](double mean, double low, double high) {
    Decision decision = Placed();
    decision.saving = Saving{GramsCo2e(), GramsCo2e(), GramsCo2e(), mean, low, high};
    const std::string message = UserMessage(decision, kNow, kUtc);
    const size_t begin = message.find("CO2e, ") + 6;
    return message.substr(begin, message.find(" than") - begin);
  };
  EXPECT_EQ(comparison(0.10, 0.04, 0.16), "10% (4-16%) less");
  EXPECT_EQ(comparison(0.10, -0.02, 0.2), "10% (-2 to 20%) less");
  EXPECT_EQ(comparison(-0.05, -0.08, -0.01), "5% (1-8%) more");
  EXPECT_EQ(comparison(-0.05, -0.08, 0.02), "5% (-2 to 8%) more");
  EXPECT_EQ(comparison(0.001, -0.001, 0.004), "0% (0-0%) less");
}

TEST(UserMessage, OmitsAComparisonWithNothing) {
  Decision decision = Placed();
  decision.saving->share = NAN;  // home emits nothing
  EXPECT_EQ(UserMessage(decision, kNow, kUtc),
            "carbon: planned for oslo/h100-sxm at Nov 25 02:00 (in 7 h): 14.2 kg CO2e; "
            "--comment=carbon:now to "
            "run at once");
}

TEST(UserMessage, IsShortForAJobThatStays) {
  Decision decision = Placed();
  decision.outcome = Outcome::kKeptHome;
  decision.home->first().gross = GramsCo2e(1200);
  decision.chosen = decision.home;
  decision.reason = {Reason::kHomeIsGreenest, {}};
  EXPECT_EQ(UserMessage(decision, kNow, kUtc),
            "carbon: planned to stay in frankfurt, now: 1.2 kg CO2e; home is the greenest");
  decision.best.clear();
  decision.reason = {Reason::kNoPoolInTime, {}};
  EXPECT_EQ(UserMessage(decision, kNow, kUtc),
            "carbon: planned to stay in frankfurt: no pool has room in time");
}

TEST(UserMessage, SaysPlainlyThatAJobWasLeftAtHomeByLot) {
  Decision decision = Placed();
  decision.outcome = Outcome::kKeptHome;
  decision.home->first().gross = GramsCo2e(1200);
  decision.trial = Trial{Arm::kExempt, 0.1, decision.chosen};
  decision.chosen = decision.home;
  decision.reason = {Reason::kExempt, {}};
  EXPECT_EQ(UserMessage(decision, kNow, kUtc),
            "carbon: planned to stay in frankfurt, now: 1.2 kg CO2e; left at home by lot, to "
            "measure what the policy saves");
}

TEST(UserMessage, GoesToThoseWhomThePolicyNames) {
  Decision placed = Placed(), kept = Placed(), wrong;
  kept.outcome = Outcome::kKeptHome;
  wrong.bad_hint = true;
  for (const auto& [message, is_placed_told, is_kept_told] :
       {std::tuple(Notice::kAll, true, true), std::tuple(Notice::kPlaced, true, false),
        std::tuple(Notice::kNone, false, false)}) {
    placed.message = kept.message = wrong.message = message;
    EXPECT_EQ(!UserMessage(placed, kNow, kUtc).empty(), is_placed_told);
    EXPECT_EQ(!UserMessage(kept, kNow, kUtc).empty(), is_kept_told);
    EXPECT_EQ(!UserMessage(wrong, kNow, kUtc).empty(), is_placed_told);
  }
}

TEST(UserMessage, TellsOfABadHint) {
  Decision decision;
  decision.bad_hint = true;
  decision.reason = {Reason::kBadHint, InWords{"hint \"wait=soon\n\": is not a duration"}};
  EXPECT_EQ(UserMessage(decision, kNow, kUtc),
            "carbon: hint \"wait=soon?\": is not a duration; the job is submitted unplaced");
}

TEST(UserMessage, IsSilentInShadowAndForWhatIsLeftAlone) {
  Decision decision = Placed();
  decision.mode = Mode::kShadow;
  EXPECT_EQ(UserMessage(decision, kNow, kUtc), "");
  decision = Placed();
  decision.outcome = Outcome::kLeftAlone;
  EXPECT_EQ(UserMessage(decision, kNow, kUtc), "");
  EXPECT_EQ(UserMessage(Decision(), kNow, kUtc), "");
}

}  // namespace
}  // namespace carbon
