#include "cli/outcome/accounted_jobs.h"

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

absl::Time At(int64_t second) { return absl::FromUnixSeconds(1795546800 + second); }

// Lines as 22.05.8 prints them.
constexpr char kArray[] =
    "17_1|1000|1795546800|1795546900|60|gpu|COMPLETED|n1|1|billing=8,cpu=8,gres/gpu=2,"
    "gres/gpu:h100=2,mem=64G,node=1|0\n"
    "17_1.batch||1795546900|1795546900|60||COMPLETED|n1|1|cpu=8,mem=64G,node=1|1200\n"
    "17_1.extern||1795546900|1795546900|60||COMPLETED|n1|1|cpu=8,mem=64G,node=1|1300\n"
    "17_1.0||1795546900|1795546900|50||COMPLETED|n1|1|cpu=8,mem=64G,node=1|1100\n"
    "17_[2-9]|1000|1795546800|Unknown|0|gpu|PENDING|None assigned|1||0\n";

TEST(ParseAccountedRuns, ReadsAllocationsAndTheEnergyOfTheirSteps) {
  const AccountedRuns all = ParseAccountedRuns(kArray);
  ASSERT_THAT(all.at(17), SizeIs(2));
  const AccountedRun& ran = all.at(17)[0];
  EXPECT_EQ(ran.user_id, 1000);
  EXPECT_TRUE(ran.has_started);
  EXPECT_TRUE(ran.has_ended);
  EXPECT_EQ(ran.run.task, "17_1");
  EXPECT_EQ(ran.run.submitted, At(0));
  EXPECT_EQ(ran.run.start, At(100));
  EXPECT_EQ(ran.run.end, At(160));
  EXPECT_EQ(ran.run.partition, "gpu");
  EXPECT_EQ(ran.run.state, "COMPLETED");
  EXPECT_EQ(ran.run.nodes, 1);
  EXPECT_EQ(ran.run.cpus, 8);
  EXPECT_EQ(ran.run.devices, 2);
  EXPECT_EQ(ran.run.joules, 1300);  // of the extern step, which spans the whole allocation
  const AccountedRun& waits = all.at(17)[1];
  EXPECT_FALSE(waits.has_started);
  EXPECT_FALSE(waits.has_ended);
}

// A meter knows a task of an array by the task's own number.
TEST(ParseAccountedRuns, KnowsTheOwnNumberOfATask) {
  const auto own_id = [](const std::string& task, const std::string& raw) {
    return ParseAccountedRuns(task + "|1000|1795546800|1795546900|60|gpu|COMPLETED|n1|1||0" + raw +
                              "\n")
        .at(17)[0]
        .run.own_id;
  };
  EXPECT_EQ(own_id("17_1", "|23"), 23);
  EXPECT_EQ(own_id("17", "|17"), 17);
  EXPECT_EQ(own_id("17", ""), 17);
  EXPECT_EQ(own_id("17_1", ""), std::nullopt);
  EXPECT_EQ(own_id("17+1", ""), std::nullopt);
}

std::optional<double> Energy(const std::string& nodes, const std::string& steps) {
  return ParseAccountedRuns("17|1000|1795546800|1795546900|60|gpu|FAILED|n[1-2]|" + nodes +
                            "||0\n" + steps)
      .at(17)[0]
      .run.joules;
}

// Each step counts all that its nodes draw. Those of srun overlap the batch step.
TEST(ParseAccountedRuns, TakesNoEnergyThatCountsANodeTwiceOrNotAtAll) {
  const std::string batch = "17.batch||1|1|60||FAILED|n1|1||1200\n";
  const std::string external = "17.extern||1|1|60||FAILED|n1|1||2500\n";
  const std::string no_external = "17.extern||1|1|60||FAILED|n1|1||0\n";
  const std::string step = "17.0||1|1|60||FAILED|n1|1||1100\n";
  EXPECT_EQ(Energy("2", batch + external + step), 2500);
  EXPECT_EQ(Energy("1", batch + step), 1200);
  EXPECT_EQ(Energy("1", batch + no_external), 1200);
  EXPECT_EQ(Energy("2", batch + step), std::nullopt);  // the batch step has one node only
  EXPECT_EQ(Energy("2", no_external + step), 0);       // which nobody believes
  EXPECT_EQ(Energy("1", step), std::nullopt);
  EXPECT_EQ(Energy("1", ""), std::nullopt);
  EXPECT_EQ(Energy("1", "18.extern||1|1|60||FAILED|n1|1||7\n"), std::nullopt);
  EXPECT_EQ(Energy("1", "17.extern||1|1|60||FAILED|n1|1||-3\n"), std::nullopt);
}

TEST(ParseAccountedRuns, CountsDevicesOnlyWhereAccountingDoes) {
  const auto devices = [](const std::string& tres) {
    return ParseAccountedRuns("17|1000|1|1|60|gpu|FAILED|n1|1|" + tres + "|0\n")
        .at(17)[0]
        .run.devices;
  };
  EXPECT_EQ(devices("cpu=8,gres/gpu:a100=1,gres/gpu:h100=2"), 3);
  EXPECT_EQ(devices("cpu=8,gres/gpu:h100=2,gres/gpu=2"), 2);
  EXPECT_EQ(devices("cpu=8,mem=64G"), std::nullopt);
}

TEST(ParseAccountedRuns, IgnoresLinesOfAnotherForm) {
  EXPECT_TRUE(ParseAccountedRuns("none\n17|1000|x|1|60|gpu|FAILED|n1|1||0\n"
                                 "17|1000|1|1|-60|gpu|FAILED|n1|1||0\n|||\n")
                  .empty());
}

TEST(JobSubmittedWith, TakesAllRunsOfTheJobAndNoOther) {
  AccountedRuns all = ParseAccountedRuns(
      // Of the time when the number was used before, and of another user.
      "17|1000|1795446800|1795446900|60|gpu|COMPLETED|n1|1||0\n"
      "17|1001|1795546801|1795546900|60|gpu|COMPLETED|n1|1||0\n"
      // Requeued.
      "17|1000|1795550000|1795550100|60|cpu|COMPLETED|n1|1||0\n"
      "17|1000|1795546802|1795546900|60|gpu|PREEMPTED|n1|1||0\n");
  const std::optional<RanJob> job = JobSubmittedWith(At(0), 1000, all.at(17));
  ASSERT_TRUE(job.has_value());
  EXPECT_TRUE(job->has_ended);
  EXPECT_EQ(job->submitted, At(2));
  ASSERT_THAT(job->runs, SizeIs(2));
  EXPECT_EQ(job->runs[0].state, "PREEMPTED");
  EXPECT_EQ(job->runs[1].state, "COMPLETED");
  EXPECT_FALSE(JobSubmittedWith(At(0), 1002, all.at(17)).has_value());
  EXPECT_FALSE(JobSubmittedWith(At(-3600), 1000, all.at(17)).has_value());
  EXPECT_FALSE(JobSubmittedWith(absl::InfinitePast(), 1000, all.at(17)).has_value());
  const std::optional<RanJob> array =
      JobSubmittedWith(At(0), 1000, ParseAccountedRuns(kArray).at(17));
  EXPECT_FALSE(array->has_ended);
  EXPECT_THAT(array->runs, SizeIs(1));
}

}  // namespace
}  // namespace carbon
