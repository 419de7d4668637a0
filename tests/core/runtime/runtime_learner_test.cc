#include "core/runtime/runtime_learner.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1795546800);

RuntimeKeys Keys(absl::string_view account, absl::string_view user, absl::string_view name) {
  return {std::string(account), std::string(user), absl::StrCat(user, " ", name)};
}

// Jobs with a limit of ten hours, one an hour.
class Jobs {
 public:
  explicit Jobs(RuntimeLearner* learner) : learner_(learner) {}

  void End(const RuntimeKeys& keys, double share, int times = 1) {
    for (int i = 0; i < times; ++i) {
      now_ += absl::Hours(1);
      learner_->Learn({keys, now_, absl::Hours(10) * share, absl::Hours(10)});
    }
  }
  void Pass(absl::Duration time) { now_ += time; }

 private:
  RuntimeLearner* learner_;
  absl::Time now_ = kStart;
};

TEST(RuntimeLearner, ExpectsTheLimitBeforeItHasLearnt) {
  const RuntimeLearner learner;
  const ExpectedRuntime expected = learner.Expect(Keys("a", "u", "n"));
  EXPECT_EQ(expected.share, 1);
  EXPECT_EQ(expected.jobs, 0);
  EXPECT_EQ(learner.Learnt().cluster, std::nullopt);
}

TEST(RuntimeLearner, ComesCloseToWhatAJobNameAlwaysRuns) {
  RuntimeLearner learner;
  Jobs(&learner).End(Keys("a", "u", "n"), 0.1, 10);
  const ExpectedRuntime expected = learner.Expect(Keys("a", "u", "n"));
  EXPECT_NEAR(expected.share, 0.1, 0.02);
  EXPECT_LT(expected.spread, 0.25);
  EXPECT_EQ(expected.jobs, 10);
  EXPECT_EQ(expected.level, RuntimeLevel::kName);
}

TEST(RuntimeLearner, BelievesTheLevelBelowTheMoreTheMoreJobsItHas) {
  RuntimeLearner learner;
  Jobs jobs(&learner);
  jobs.End(Keys("a", "u", "old"), 0.8, 50);
  const RuntimeKeys keys = Keys("a", "u", "new");
  EXPECT_EQ(learner.Expect(keys).level, RuntimeLevel::kUser);
  double before = learner.Expect(keys).share;
  EXPECT_NEAR(before, 0.8, 0.05);
  for (int i = 0; i < 5; ++i) {
    jobs.End(keys, 0.1);
    const double after = learner.Expect(keys).share;
    EXPECT_LT(after, before);
    EXPECT_GT(after, 0.1);
    before = after;
  }
  EXPECT_EQ(learner.Expect(keys).jobs, 5);
}

TEST(RuntimeLearner, FallsBackFromTheNameToUserAccountAndCluster) {
  RuntimeLearner learner;
  Jobs jobs(&learner);
  jobs.End(Keys("a", "u", "n"), 0.2, 200);
  jobs.End(Keys("b", "v", "m"), 0.6, 200);
  const auto expect = [&](absl::string_view account, absl::string_view user,
                          absl::string_view name) {
    return learner.Expect(Keys(account, user, name));
  };
  EXPECT_NEAR(expect("a", "u", "other").share, 0.2, 0.05);
  EXPECT_EQ(expect("a", "u", "other").level, RuntimeLevel::kUser);
  EXPECT_NEAR(expect("b", "w", "other").share, 0.6, 0.05);
  EXPECT_EQ(expect("b", "w", "other").level, RuntimeLevel::kAccount);
  EXPECT_NEAR(expect("c", "w", "other").share, 0.42, 0.05);
  EXPECT_EQ(expect("c", "w", "other").level, RuntimeLevel::kCluster);
  EXPECT_EQ(expect("c", "w", "other").jobs, 400);
  // An account that is not known does not hide what is known of the user.
  EXPECT_NEAR(learner.Expect({"", "u", "u n"}).share, 0.2, 0.05);
}

TEST(RuntimeLearner, FollowsAChangeWithinAFewJobs) {
  RuntimeLearner learner;
  Jobs jobs(&learner);
  jobs.End(Keys("a", "u", "n"), 0.1, 100);
  jobs.End(Keys("a", "u", "n"), 0.5, 5);
  EXPECT_NEAR(learner.Expect(Keys("a", "u", "n")).share, 0.5, 0.06);
}

TEST(RuntimeLearner, CountsAJobStoppedAtItsLimitAsOneThatRunsAtLeastThatLong) {
  RuntimeLearner learner;
  Jobs jobs(&learner);
  // Slurm lets a job run a little longer (OverTimeLimit).
  jobs.End(Keys("a", "u", "n"), 1.02, 10);
  EXPECT_EQ(learner.Expect(Keys("a", "u", "n")).share, 1);
}

TEST(RuntimeLearner, IgnoresJobsWithoutALimitOrALength) {
  RuntimeLearner learner;
  for (const absl::Duration limit :
       {absl::ZeroDuration(), -absl::Hours(1), absl::InfiniteDuration()}) {
    learner.Learn({Keys("a", "u", "n"), kStart, absl::Hours(1), limit});
  }
  learner.Learn({Keys("a", "u", "n"), kStart, -absl::Seconds(1), absl::Hours(1)});
  EXPECT_EQ(learner.jobs(), 0);
  learner.Learn({Keys("a", "u", "n"), kStart, absl::ZeroDuration(), absl::Hours(1)});
  EXPECT_EQ(learner.jobs(), 1);
  EXPECT_GT(learner.Expect(Keys("a", "u", "n")).share, 0);
}

// Lengths with a heavy tail: a job runs e^N(0, 1) times its name's usual share.
TEST(RuntimeLearner, HasTheMeanAndTheSpreadOfHeavyTailedJobsOutOfSample) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  RuntimeLearner learner;
  Jobs jobs(&learner);
  double sum = 0, expected_sum = 0, squares = 0, error = 0, limit_error = 0;
  int count = 0;
  for (int i = 0; i < 20'000; ++i) {
    const int user = static_cast<int>(random() % 20), name = static_cast<int>(random() % 5);
    const RuntimeKeys keys =
        Keys(absl::StrCat("a", user % 4), absl::StrCat("u", user), absl::StrCat("n", name));
    const double usual = 0.02 + 0.04 * ((user * 7 + name * 3) % 10);
    const double share = std::min(1.0, usual * std::exp(normal(random)));
    if (i > 2000) {
      const ExpectedRuntime expected = learner.Expect(keys);
      sum += share;
      expected_sum += expected.share;
      squares += std::pow((share - expected.share) / expected.spread, 2);
      error += std::abs(share - expected.share);
      limit_error += 1 - share;
      ++count;
    }
    jobs.End(keys, share);
  }
  EXPECT_NEAR(expected_sum / sum, 1, 0.05);
  EXPECT_NEAR(std::sqrt(squares / count), 1, 0.25);
  EXPECT_LT(error, 0.35 * limit_error);
}

TEST(RuntimeLearner, PublishesWhatItExpects) {
  RuntimeLearner learner;
  Jobs jobs(&learner);
  std::mt19937_64 random(3);
  for (int i = 0; i < 500; ++i) {
    const auto user = random() % 9;
    jobs.End(
        Keys(absl::StrCat("a", user % 3), absl::StrCat("u", user), absl::StrCat("n", random() % 4)),
        static_cast<double>(random() % 1000) / 1000);
  }
  const LearntRuntimes learnt = learner.Learnt();
  EXPECT_EQ(learnt.accounts.size(), 3);
  EXPECT_EQ(learnt.users.size(), 9);
  EXPECT_EQ(learnt.newest, kStart + absl::Hours(500));
  for (int user = 0; user < 10; ++user) {
    for (int name = 0; name < 5; ++name) {
      const RuntimeKeys keys =
          Keys(absl::StrCat("a", user % 3), absl::StrCat("u", user), absl::StrCat("n", name));
      EXPECT_EQ(learnt.Find(keys), learner.Expect(keys)) << keys.name;
    }
  }
  const absl::StatusOr<LearntRuntimes> parsed = ParseRuntimes(SerializeRuntimes(learnt));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, learnt);
}

TEST(RuntimeLearner, KeepsTheNamesOfTheMostJobsAndThenTheYoungest) {
  RuntimeLearner learner(/*max_entries=*/8);
  Jobs jobs(&learner);
  for (int i = 0; i < 4; ++i) jobs.End(Keys("a", "u", absl::StrCat("often", i)), 0.5, 3);
  for (int i = 0; i < 1000; ++i) jobs.End(Keys("a", "u", absl::StrCat("once", i)), 0.5);
  const LearntRuntimes learnt = learner.Learnt();
  ASSERT_EQ(learnt.names.size(), 8);
  for (const std::string name :
       {"often0", "often1", "often2", "often3", "once996", "once997", "once998", "once999"}) {
    const auto found = learnt.Find(Keys("a", "u", name));
    EXPECT_EQ(found->level, RuntimeLevel::kName) << name;
  }
}

TEST(RuntimeLearner, ForgetsAUserAfterAWhile) {
  RuntimeLearner learner;
  Jobs jobs(&learner);
  jobs.End(Keys("a", "u", "n"), 0.5);
  jobs.Pass(RuntimeLearner::kMemory + absl::Hours(1));
  jobs.End(Keys("b", "v", "m"), 0.5);
  const LearntRuntimes learnt = learner.Learnt();
  EXPECT_EQ(learnt.accounts.size(), 1);
  EXPECT_EQ(learnt.users.size(), 1);
  EXPECT_EQ(learnt.names.size(), 1);
  EXPECT_EQ(learnt.Find(Keys("a", "u", "n"))->level, RuntimeLevel::kCluster);
}

}  // namespace
}  // namespace carbon
