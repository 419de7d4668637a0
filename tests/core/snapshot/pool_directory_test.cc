#include "core/snapshot/pool_directory.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/core/snapshot_parts.h"

namespace carbon {
namespace {

// Pools a, b and c in partitions of the same names, and "a2" in partition a.
PlacementConfig FourPools() {
  PlacementConfig config = OslosConfig();
  config.pools.clear();
  for (const char* name : {"a", "b", "a2", "c"}) {
    config.pools.push_back(
        {.name = name, .site = "oslo", .partition = std::string(1, name[0]), .hardware = "h100"});
  }
  return config;
}

std::shared_ptr<const PoolDirectory> Make(AdmissionRules rules) {
  auto made = PoolDirectory::Make(FourPools(), std::make_shared<AdmissionRules>(std::move(rules)));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::vector<size_t> RulesClasses(const PoolDirectory& directory) {
  std::vector<size_t> classes;
  for (const PoolDirectory::Entry& entry : directory.entries()) {
    classes.push_back(entry.rules_class);
  }
  return classes;
}

TEST(PoolDirectory, NumbersPartitionsInTheOrderOfTheirFirstPools) {
  const auto directory = Make({});
  std::vector<size_t> partitions;
  for (const PoolDirectory::Entry& entry : directory->entries()) {
    partitions.push_back(entry.partition);
  }
  EXPECT_EQ(partitions, (std::vector<size_t>{0, 1, 0, 2}));
  EXPECT_EQ(directory->partitions(), 3u);
  EXPECT_EQ(directory->FindPartition("c"), 2u);
  EXPECT_EQ(directory->FindPartition("a2"), std::nullopt);
  EXPECT_EQ(directory->FindPool("a2"), 2u);
  EXPECT_EQ(directory->FindPool("d"), std::nullopt);
}

TEST(PoolDirectory, PutsPartitionsWithEqualRulesIntoOneClass) {
  AdmissionRules rules;
  rules.partitions = {{.name = "a", .priority_tier = 1},
                      {.name = "b", .priority_tier = 1},
                      {.name = "c", .priority_tier = 2}};
  const auto directory = Make(rules);
  EXPECT_EQ(RulesClasses(*directory), (std::vector<size_t>{0, 0, 0, 1}));
  EXPECT_EQ(directory->rules_classes(), 2u);
}

TEST(PoolDirectory, TellsAPartitionThatAnAssociationNamesFromOneWithEqualRules) {
  AdmissionRules rules;
  rules.accounts = {{.name = "ml"}};
  rules.partitions = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
  rules.users = {{.user_id = 7, .associations = {{.account = 0, .partition = "B"}}}};
  EXPECT_EQ(RulesClasses(*Make(rules)), (std::vector<size_t>{0, 1, 0, 0}));
}

TEST(PoolDirectory, PutsPartitionsOfWhichNothingIsKnownIntoOneClass) {
  AdmissionRules rules;
  rules.partitions = {{.name = "b"}};
  EXPECT_EQ(RulesClasses(*Make(rules)), (std::vector<size_t>{0, 1, 0, 0}));
}

TEST(PoolDirectory, DrawsTheErrorsOfOneHardwareAndOfOneSiteOnce) {
  const auto directory = Make({});
  const PoolDirectory::Entry& first = directory->entries()[0];
  const PoolDirectory::Entry& last = directory->entries()[3];
  EXPECT_EQ(first.watts_factor, last.watts_factor);
  EXPECT_EQ(first.pue_factor, last.pue_factor);
  EXPECT_EQ(first.speed_factor[0], nullptr) << "its throughput is not known";
}

}  // namespace
}  // namespace carbon
