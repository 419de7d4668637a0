#include "replay/trace/trace.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(MoveTrace, AddsToAllTimesThatAreKnown) {
  const absl::Time submit = absl::FromUnixSeconds(1'000'000'000);
  Trace trace;
  trace.jobs.resize(2);
  for (TraceJob& job : trace.jobs) {
    job.submit = submit;
    job.eligible = submit + absl::Seconds(1);
    job.start = absl::InfinitePast();
  }
  trace.jobs[0].start = submit + absl::Hours(1);
  trace.jobs[0].deadline = submit + absl::Hours(9);
  const absl::Duration week = absl::Hours(7 * 24);
  MoveTrace(-week, &trace);
  for (const TraceJob& job : trace.jobs) {
    EXPECT_EQ(job.submit, submit - week);
    EXPECT_EQ(job.eligible, submit + absl::Seconds(1) - week);
  }
  EXPECT_EQ(trace.jobs[0].start, submit + absl::Hours(1) - week);
  EXPECT_EQ(trace.jobs[0].deadline, submit + absl::Hours(9) - week);
  EXPECT_EQ(trace.jobs[1].start, absl::InfinitePast());
  EXPECT_EQ(trace.jobs[1].deadline, std::nullopt);
}

}  // namespace
}  // namespace carbon
