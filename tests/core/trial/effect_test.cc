#include "core/trial/effect.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace carbon {
namespace {

// `count` jobs of each arm with these values, of size 1.
std::vector<TrialJob> Jobs(int count, double placed, double exempt) {
  std::vector<TrialJob> jobs;
  for (int i = 0; i < count; ++i) {
    const double spread = i % 2 == 0 ? 1 : -1;
    jobs.push_back({Arm::kPlaced, 0.5, placed + spread});
    jobs.push_back({Arm::kExempt, 0.5, exempt + spread});
  }
  return jobs;
}

TEST(ArmOf, ExemptsTheShareOfAllDraws) {
  EXPECT_EQ(ArmOf(0, 0.1), Arm::kExempt);
  EXPECT_EQ(ArmOf(std::nextafter(0.1, 0), 0.1), Arm::kExempt);
  EXPECT_EQ(ArmOf(0.1, 0.1), Arm::kPlaced);
  EXPECT_EQ(ArmOf(0.999, 0.1), Arm::kPlaced);
}

TEST(EstimateEffect, ComparesTheMeansOfTheArms) {
  const Effect effect = EstimateEffect(Jobs(50, 30, 100));
  EXPECT_EQ(effect.placed.jobs, 50);
  EXPECT_EQ(effect.exempt.jobs, 50);
  EXPECT_DOUBLE_EQ(*effect.placed.mean, 30);
  EXPECT_DOUBLE_EQ(*effect.exempt.mean, 100);
  ASSERT_TRUE(effect.difference.has_value());
  EXPECT_DOUBLE_EQ(effect.difference->mean, -70);
  // By hand: each arm's variance is 50/49, so that of the difference is 2/49. The quantile of 98
  // degrees of freedom, from a table, is 1.6606.
  EXPECT_NEAR(effect.difference->high + 70, 1.6606 * std::sqrt(2.0 / 49), 1e-4);
  EXPECT_NEAR(effect.difference->low + 70, -1.6606 * std::sqrt(2.0 / 49), 1e-4);
  ASSERT_TRUE(effect.share.has_value());
  EXPECT_DOUBLE_EQ(effect.share->mean, -0.7);
  EXPECT_NEAR(effect.share->high + 0.7, 1.66 * std::sqrt((1 + 0.09) / 49) / 100, 1e-4);
}

// Two values of a textbook's table: few degrees of freedom widen the interval.
TEST(EstimateEffect, WidensTheIntervalOfFewJobs) {
  std::vector<TrialJob> jobs = Jobs(10, 30, 100);
  // Only the exempt arm varies: nine degrees of freedom.
  for (TrialJob& job : jobs) job.value = job.arm == Arm::kPlaced ? 30 : job.value;
  const Effect effect = EstimateEffect(jobs);
  ASSERT_TRUE(effect.difference.has_value());
  EXPECT_NEAR(effect.difference->high + 70, 1.8331 * std::sqrt(1.0 / 9), 1e-3);
}

TEST(EstimateEffect, DividesSumsBySumsSoThatLargeJobsCountForMore) {
  std::vector<TrialJob> jobs = Jobs(20, 10, 10);
  for (TrialJob& job : jobs) {
    job.size = job.value > 10 ? 3 : 1;
    job.value = job.size * (job.arm == Arm::kPlaced ? 2 : 5);
  }
  const Effect effect = EstimateEffect(jobs);
  EXPECT_DOUBLE_EQ(*effect.placed.mean, 2);
  EXPECT_DOUBLE_EQ(*effect.exempt.mean, 5);
  EXPECT_DOUBLE_EQ(effect.difference->low, -3);  // nothing varies
  EXPECT_DOUBLE_EQ(effect.difference->high, -3);
  EXPECT_DOUBLE_EQ(effect.share->mean, -0.6);
}

TEST(EstimateEffect, HasNoIntervalOfTooFewJobs) {
  EXPECT_FALSE(EstimateEffect({}).placed.mean.has_value());
  const Effect few = EstimateEffect(Jobs(8, 30, 100));
  EXPECT_DOUBLE_EQ(*few.placed.mean, 30);
  EXPECT_FALSE(few.difference.has_value());
  EXPECT_FALSE(few.share.has_value());
  EXPECT_TRUE(EstimateEffect(Jobs(10, 30, 100)).difference.has_value());
}

TEST(EstimateEffect, HasNoIntervalOfManyJobsOfWhichOneIsNearlyAll) {
  std::vector<TrialJob> jobs = Jobs(100, 30, 100);
  jobs[0].size = 10'000;
  const Effect effect = EstimateEffect(jobs);
  EXPECT_EQ(effect.placed.jobs, 100);
  EXPECT_LT(effect.placed.effective_jobs, 2);
  EXPECT_FALSE(effect.difference.has_value());
}

TEST(EstimateEffect, HasNoShareOfNothing) {
  const Effect effect = EstimateEffect(Jobs(20, 5, 0));
  EXPECT_TRUE(effect.difference.has_value());
  EXPECT_FALSE(effect.share.has_value());
}

// A cluster of jobs whose two emissions are known, and which are drawn again and again. Half of the
// jobs are of a policy that exempts a tenth of them and saves little, the others of a policy that
// exempts half of them and saves much. Sizes are log-normal, and users' jobs are alike.
class Cluster {
 public:
  explicit Cluster(int jobs) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    double user = 0;
    for (int i = 0; i < jobs; ++i) {
      if (i % 20 == 0) user = normal(random);
      Job job;
      job.exempt = i < jobs / 2 ? 0.1 : 0.5;
      job.size = std::exp(normal(random));
      job.home = job.size * 400 * std::exp(0.3 * user + 0.1 * normal(random));
      const double kept = i < jobs / 2 ? 0.9 : 0.3;
      job.placed = job.home * kept * std::exp(0.2 * normal(random));
      jobs_.push_back(job);
      sizes_ += job.size;
      home_ += job.home;
      placed_ += job.placed;
    }
  }
  // Grams for each unit of size, if all are placed minus if all are at home.
  double TrueDifference() const { return (placed_ - home_) / sizes_; }
  double TrueShare() const { return placed_ / home_ - 1; }

  std::vector<TrialJob> Draw(std::mt19937_64* random) const {
    std::uniform_real_distribution<double> uniform;
    std::vector<TrialJob> drawn;
    for (const Job& job : jobs_) {
      const Arm arm = ArmOf(uniform(*random), job.exempt);
      drawn.push_back({arm, job.exempt, arm == Arm::kExempt ? job.home : job.placed, job.size});
    }
    return drawn;
  }

 private:
  struct Job {
    double exempt, size, home, placed;
  };
  std::vector<Job> jobs_;
  double sizes_ = 0, home_ = 0, placed_ = 0;
};

TEST(EstimateEffect, CoversAKnownEffectAsOftenAsItSays) {
  constexpr int kDraws = 2000;
  std::mt19937_64 random(11);
  for (const int jobs : {600, 2000}) {
    SCOPED_TRACE(jobs);
    const Cluster cluster(jobs);
    int difference_covered = 0, share_covered = 0;
    double sum = 0, squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const Effect effect = EstimateEffect(cluster.Draw(&random));
      ASSERT_TRUE(effect.difference.has_value() && effect.share.has_value());
      const auto covers = [](const Estimate& estimate, double truth) {
        return estimate.low <= truth && truth <= estimate.high;
      };
      difference_covered += covers(*effect.difference, cluster.TrueDifference()) ? 1 : 0;
      share_covered += covers(*effect.share, cluster.TrueShare()) ? 1 : 0;
      sum += effect.difference->mean;
      squares += effect.difference->mean * effect.difference->mean;
    }
    // At least 90% less what chance explains; it is more, because two plans of one job are alike.
    EXPECT_GE(difference_covered, 0.88 * kDraws);
    EXPECT_LE(difference_covered, 0.98 * kDraws);
    EXPECT_GE(share_covered, 0.88 * kDraws);
    EXPECT_LE(share_covered, 0.98 * kDraws);
    // The mean of the estimates is the truth, though the two policies exempt different shares.
    const double mean = sum / kDraws;
    const double deviation = std::sqrt(squares / kDraws - mean * mean);
    EXPECT_NEAR(mean, cluster.TrueDifference(), 0.1 * deviation);
  }
}

// Of all jobs in each arm, in each scenario.
TrialErrors ErrorsOf(const std::vector<TrialJob>& jobs, const ErrorDraws& placed,
                     const ErrorDraws& exempt) {
  TrialErrors errors;
  for (const TrialJob& job : jobs) {
    ErrorDraws values = job.arm == Arm::kPlaced ? placed : exempt;
    for (double& value : values) value *= job.value;
    errors.Add(job, values);
  }
  return errors;
}

TEST(EstimateEffect, WidensTheIntervalByErrorsThatTheJobsShare) {
  std::vector<TrialJob> jobs = Jobs(50, 30, 100);
  for (TrialJob& job : jobs) job.value = job.arm == Arm::kPlaced ? 30 : 100;  // nothing varies
  const ErrorDraws one = DrawFactor("watts", 0.2), other = DrawFactor("other watts", 0.1);
  const TrialErrors shared = ErrorsOf(jobs, one, one);
  const Effect same = EstimateEffect(jobs, &shared);
  EXPECT_DOUBLE_EQ(same.difference->mean, -70);
  EXPECT_NEAR(same.difference->high + 70, 1.645 * 0.2 * 70, 0.01);
  // The ratio does not depend on watts that both share.
  EXPECT_NEAR(same.share->high, -0.7, 1e-12);
  // By hand, from the draws of both.
  const TrialErrors apart = ErrorsOf(jobs, one, other);
  double squares = 0, ratio_squares = 0;
  for (size_t s = 0; s < one.size(); ++s) {
    squares += std::pow(30 * one[s] - 100 * other[s] + 70, 2) / static_cast<double>(one.size());
    ratio_squares += std::pow(0.3 * one[s] / other[s] - 0.3, 2) / static_cast<double>(one.size());
  }
  const Effect different = EstimateEffect(jobs, &apart);
  EXPECT_NEAR(different.difference->low + 70, -1.644854 * std::sqrt(squares), 1e-4);
  EXPECT_NEAR(different.share->low + 0.7, -1.644854 * std::sqrt(ratio_squares), 1e-6);
}

TEST(EstimateEffect, AddsTheErrorsOfValuesToThoseOfTheDraw) {
  const std::vector<TrialJob> jobs = Jobs(50, 30, 100);
  const ErrorDraws exact = DrawFactor("exact", 0), one = DrawFactor("watts", 0.01);
  const TrialErrors no_errors = ErrorsOf(jobs, exact, exact), errors = ErrorsOf(jobs, one, one);
  const double by_draw = EstimateEffect(jobs).difference->high + 70;
  EXPECT_NEAR(EstimateEffect(jobs, &no_errors).difference->high + 70, by_draw, 1e-9);
  EXPECT_NEAR(EstimateEffect(jobs, &errors).difference->high + 70,
              std::hypot(by_draw, 1.645 * 0.01 * 70), 1e-3);
}

// The watts of both arms are off by one factor, which is drawn anew in each trial.
TEST(EstimateEffect, CoversAKnownEffectWhoseValuesErr) {
  constexpr int kDraws = 1000;
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  const Cluster cluster(600);
  const ErrorDraws draws = DrawFactor("watts", 0.1);
  int covered = 0, covered_without = 0;
  for (int i = 0; i < kDraws; ++i) {
    std::vector<TrialJob> jobs = cluster.Draw(&random);
    const double off = 1 + 0.1 * normal(random);
    for (TrialJob& job : jobs) job.value *= off;
    const TrialErrors errors = ErrorsOf(jobs, draws, draws);
    const double truth = cluster.TrueDifference();
    const auto covers = [&](const Effect& effect) {
      return effect.difference->low <= truth && truth <= effect.difference->high;
    };
    covered += covers(EstimateEffect(jobs, &errors)) ? 1 : 0;
    covered_without += covers(EstimateEffect(jobs)) ? 1 : 0;
  }
  EXPECT_GE(covered, 0.88 * kDraws);
  EXPECT_LE(covered, 0.98 * kDraws);
  EXPECT_LT(covered_without, covered);
}

}  // namespace
}  // namespace carbon
