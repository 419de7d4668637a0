#include "replay/what_if.h"

#include <cstdint>
#include <optional>

#include "gtest/gtest.h"

namespace carbon {
namespace {

ReplayedJob Job(uint32_t index, int home, int enforced, double grams) {
  ReplayedJob job;
  job.job = index;
  job.home.pool = home;
  job.enforced.pool = enforced;
  job.enforced.footprint = RunFootprint{KilowattHours(1), GramsCo2e(grams), std::nullopt};
  return job;
}

TEST(CompareReplays, PutsTheFirstInThePlaceOfHome) {
  ReplayResult a, b;
  a.jobs = {Job(0, 0, 1, 10), Job(2, 0, 0, 20)};
  b.jobs = {Job(0, 0, 2, 5), Job(2, 0, 1, 20)};
  const WhatIf what_if = CompareReplays(a, b);
  ASSERT_EQ(what_if.versus.jobs.size(), 2u);
  EXPECT_EQ(what_if.versus.jobs[0].home.pool, 1);
  EXPECT_EQ(what_if.versus.jobs[0].home.footprint->gross, GramsCo2e(10));
  EXPECT_EQ(what_if.versus.jobs[0].enforced.pool, 2);
  EXPECT_EQ(what_if.versus.jobs[0].enforced.footprint->gross, GramsCo2e(5));
  EXPECT_EQ(what_if.only_a, 0);
  EXPECT_EQ(what_if.only_b, 0);
}

// A pool that only one configuration has.
TEST(CompareReplays, CountsTheJobsOfOneOnly) {
  ReplayResult a, b;
  a.jobs = {Job(0, 0, 1, 10), Job(1, 0, 1, 10), Job(5, 0, 0, 20)};
  b.jobs = {Job(1, 0, 2, 5), Job(3, 0, 1, 20), Job(6, 0, 1, 20), Job(7, 0, 1, 20)};
  const WhatIf what_if = CompareReplays(a, b);
  ASSERT_EQ(what_if.versus.jobs.size(), 1u);
  EXPECT_EQ(what_if.versus.jobs[0].job, 1u);
  EXPECT_EQ(what_if.only_a, 2);
  EXPECT_EQ(what_if.only_b, 3);
}

}  // namespace
}  // namespace carbon
