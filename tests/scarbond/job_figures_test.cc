#include "scarbond/job_figures.h"

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/decision/decision_id.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/log/sample_line.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JobFiguresTest : public ::testing::Test {
 protected:
  static std::string Id(uint64_t sequence) { return DecisionId({kBoot, sequence}); }

  static Plan PlanIn(const std::string& pool, double kwh, double grams) {
    Plan plan = At(pool, kStart, 0);
    PlannedRun& run = plan.first();
    run.names = std::make_shared<const PoolNames>(
        PoolNames{.pool = pool, .site = pool, .zone = "Z", .partition = pool, .hardware = "even"});
    run.energy = KilowattHours(kwh);
    run.gross = GramsCo2e(grams);
    return plan;
  }

  // Home is frankfurt, with 10 kWh and 4,000 g; chosen is oslo, with 8 kWh and 400 g.
  void Decide(uint64_t sequence, Outcome outcome, Mode mode = Mode::kEnforce,
              absl::Duration ago = absl::ZeroDuration()) {
    Decision decision;
    decision.outcome = outcome;
    decision.mode = mode;
    if (outcome != Outcome::kLeftAlone) decision.home = PlanIn("frankfurt", 10, 4000);
    if (outcome == Outcome::kPlaced) decision.chosen = PlanIn("oslo", 8, 400);
    Append(WriteRecord(RecordOfDecision({kBoot, sequence}, now_ - ago, JobRequest(), decision)));
  }
  void Append(const std::string& text) { std::ofstream(log_, std::ios::app) << text; }

  std::vector<JobFigure> Look(const std::vector<DecidedInQueue>& queue,
                              absl::Duration after = absl::Minutes(1)) {
    EXPECT_TRUE(figures_.Look(queue, now_ + after).ok());
    return figures_.jobs();
  }

  // The log is followed by the times at which its files were written.
  const absl::Time now_ = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  const TemporaryFolder temporary_;
  const std::string log_ = temporary_.path() + "/placements.jsonl";
  JobFigures figures_{log_};
};

const KilowattHours kHomeKwh(10), kPlacedKwh(8);
const GramsCo2e kHomeGrams(4000), kPlacedGrams(400);

TEST_F(JobFiguresTest, AreThoseOfThePlanThatTookEffect) {
  Decide(1, Outcome::kPlaced);
  Decide(2, Outcome::kKeptHome);
  Decide(3, Outcome::kPlaced, Mode::kShadow);
  Decide(4, Outcome::kLeftAlone);
  EXPECT_THAT(Look({{11, Id(1), false}, {12, Id(2), true}, {13, Id(3), false}, {14, Id(4), true}}),
              ElementsAre(JobFigure{11, "oslo", false, kPlacedKwh, kPlacedGrams},
                          JobFigure{12, "frankfurt", true, kHomeKwh, kHomeGrams},
                          JobFigure{13, "frankfurt", false, kHomeKwh, kHomeGrams}));
}

TEST_F(JobFiguresTest, FollowTheLogAndTheQueue) {
  EXPECT_THAT(Look({}), IsEmpty());
  Decide(1, Outcome::kPlaced);
  EXPECT_THAT(Look({}), IsEmpty());  // the queue does not show it yet
  EXPECT_THAT(Look({{11, Id(1), false}}),
              ElementsAre(JobFigure{11, "oslo", false, kPlacedKwh, kPlacedGrams}));
  ReturnRecord restored{{{"0123456789abcdef", 2}, now_}};
  restored.given_back.decision_id = Id(1);
  restored.given_back.job_id = 11;
  Append(WriteRecord(restored));
  EXPECT_THAT(Look({{11, Id(1), true}}),
              ElementsAre(JobFigure{11, "frankfurt", true, kHomeKwh, kHomeGrams}));
  EXPECT_THAT(Look({}), IsEmpty());
}

// The figures are of all tasks.
TEST_F(JobFiguresTest, OfAnArrayAreOneWhateverItsTasksAre) {
  Decide(1, Outcome::kPlaced);
  EXPECT_THAT(Look({{13, Id(1), true}, {12, Id(1), false}}),
              ElementsAre(JobFigure{12, "oslo", true, kPlacedKwh, kPlacedGrams}));
  Append(WriteRecord(
      BookingRecord{{{"0123456789abcdef", 2}, now_}, {Id(1), BookingFate::kConfirmed, 11}}));
  EXPECT_THAT(Look({{13, Id(1), true}}),
              ElementsAre(JobFigure{11, "oslo", true, kPlacedKwh, kPlacedGrams}));
}

TEST_F(JobFiguresTest, ForgetWhatTheQueueNeverShows) {
  Decide(1, Outcome::kPlaced);
  Look({});
  const absl::Duration late = JobFigures::kShownWithin + absl::Minutes(1);
  Look({}, late);
  EXPECT_THAT(Look({{11, Id(1), false}}, late), IsEmpty());
}

// After a restart the log is read again, and a job may have been decided on long ago.
TEST_F(JobFiguresTest, KnowOldDecisionsWhoseJobsAreInTheQueue) {
  Decide(1, Outcome::kPlaced, Mode::kEnforce, absl::Hours(72));
  EXPECT_THAT(Look({{11, Id(1), true}}),
              ElementsAre(JobFigure{11, "oslo", true, kPlacedKwh, kPlacedGrams}));
}

TEST_F(JobFiguresTest, LeaveOutWhatTheLogDoesNotSay) {
  Append("{\"v\":3,\"type\":\"decision\",\"id\":\"" + Id(1) + "\"}\nno record\n");
  EXPECT_THAT(Look({{11, Id(1), true}, {12, Id(2), true}}), IsEmpty());
}

}  // namespace
}  // namespace carbon
