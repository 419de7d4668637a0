#include "core/config/policy.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace carbon {
namespace {

// A policy of the given name that matches what `match` says.
Policy For(const std::string& name, PolicyMatch match) {
  Policy policy;
  policy.name = name;
  policy.match = std::move(match);
  return policy;
}

std::string Matched(const std::vector<Policy>& policies, const JobRequest& job,
                    absl::string_view partition = "main") {
  const Policy* policy = MatchPolicy(policies, job, partition);
  return policy == nullptr ? "none" : policy->name;
}

JobRequest Job() {
  JobRequest job;
  job.user_id = 1000;
  job.account = "physics";
  job.qos = "normal";
  return job;
}

TEST(MatchPolicy, FindsNoneAmongNone) { EXPECT_EQ(MatchPolicy({}, Job(), "main"), nullptr); }

TEST(MatchPolicy, TakesAnEmptyMatchForEveryJob) {
  EXPECT_EQ(Matched({For("all", {})}, Job()), "all");
  EXPECT_EQ(Matched({For("all", {})}, JobRequest(), ""), "all");
}

TEST(MatchPolicy, TakesTheFirstThatMatches) {
  const std::vector<Policy> policies = {For("other", {.accounts = {"biology"}}),
                                        For("physics", {.accounts = {"physics"}}), For("all", {})};
  EXPECT_EQ(Matched(policies, Job()), "physics");
  EXPECT_EQ(MatchPolicy(policies, Job(), "main"), &policies[1]);
}

TEST(MatchPolicy, MatchesByEachListAlone) {
  EXPECT_EQ(Matched({For("p", {.partitions = {"a", "main"}})}, Job()), "p");
  EXPECT_EQ(Matched({For("p", {.partitions = {"a", "b"}})}, Job()), "none");
  EXPECT_EQ(Matched({For("p", {.accounts = {"a", "physics"}})}, Job()), "p");
  EXPECT_EQ(Matched({For("p", {.accounts = {"a"}})}, Job()), "none");
  EXPECT_EQ(Matched({For("p", {.qos = {"normal"}})}, Job()), "p");
  EXPECT_EQ(Matched({For("p", {.qos = {"high"}})}, Job()), "none");
  EXPECT_EQ(Matched({For("p", {.uids = {1, 1000}})}, Job()), "p");
  EXPECT_EQ(Matched({For("p", {.uids = {1, 2}})}, Job()), "none");
}

TEST(MatchPolicy, WantsEveryListToMatch) {
  const PolicyMatch all = {
      .partitions = {"main"}, .accounts = {"physics"}, .qos = {"normal"}, .uids = {1000}};
  EXPECT_EQ(Matched({For("p", all)}, Job()), "p");
  JobRequest job = Job();
  job.user_id = 1001;
  EXPECT_EQ(Matched({For("p", all)}, job), "none");
  job = Job();
  job.qos = "high";
  EXPECT_EQ(Matched({For("p", all)}, job), "none");
  job = Job();
  job.account = "biology";
  EXPECT_EQ(Matched({For("p", all)}, job), "none");
  EXPECT_EQ(Matched({For("p", all)}, Job(), "other"), "none");
}

TEST(MatchPolicy, GoesByThePartitionItIsGivenNotByThoseNamed) {
  JobRequest job = Job();
  job.partitions = {"named"};
  EXPECT_EQ(Matched({For("p", {.partitions = {"named"}})}, job, "main"), "none");
  EXPECT_EQ(Matched({For("p", {.partitions = {"main"}})}, job, "main"), "p");
}

TEST(MatchPolicy, TakesJobNamesForShellPatterns) {
  JobRequest job = Job();
  const std::vector<Policy> policies = {
      For("portal", {.job_names = {"sys/dashboard/*", "[Jj]upyter?"}}), For("all", {})};
  for (const auto& [name, policy] :
       {std::pair("sys/dashboard/sys/bc_desktop", "portal"), std::pair("jupyter7", "portal"),
        std::pair("jupyter", "all"), std::pair("train", "all"), std::pair("", "all"),
        std::pair("sys/dashboard", "all")}) {
    job.name = name;
    EXPECT_EQ(Matched(policies, job), policy) << name;
  }
}

TEST(MatchPolicy, NeverTakesADefaultForAnAccountOrQos) {
  JobRequest job = Job();
  job.account = "";
  job.qos = "";
  EXPECT_EQ(Matched({For("p", {.accounts = {"physics"}})}, job), "none");
  EXPECT_EQ(Matched({For("p", {.qos = {"normal"}})}, job), "none");
  EXPECT_EQ(Matched({For("p", {.accounts = {"physics"}}), For("all", {})}, job), "all");
}

TEST(MatchPolicy, MatchesNobodyWhereUsersAreNamedButNotResolved) {
  EXPECT_EQ(Matched({For("p", {.users = {"alice"}})}, Job()), "none");
  EXPECT_EQ(Matched({For("p", {.users = {"alice"}, .uids = {1000}})}, Job()), "p");
}

TEST(ModeName, IsTheWordInTheConfiguration) {
  EXPECT_EQ(ModeName(Mode::kOff), "off");
  EXPECT_EQ(ModeName(Mode::kShadow), "shadow");
  EXPECT_EQ(ModeName(Mode::kEnforce), "enforce");
}

}  // namespace
}  // namespace carbon
