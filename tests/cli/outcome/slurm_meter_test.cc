#include "cli/outcome/slurm_meter.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As scontrol 24.11.5 prints it.
TEST(ParseSlurmConfig, KnowsTheMeterAndTheRelease) {
  const EnergyMeter meter = ParseSlurmConfig(
      "Configuration data as of 2026-11-24T19:00:00\n"
      "AccountingStorageType   = accounting_storage/slurmdbd\n"
      "AcctGatherEnergyType    = acct_gather_energy/ipmi\n"
      "SelectType              = select/linear\n"
      "SLURM_VERSION           = 24.11.5\n"
      "\nSlurmctld(primary) at c1 is UP\n");
  EXPECT_EQ(meter.scope, EnergyMeter::Scope::kNodes);
  EXPECT_EQ(meter.plugin, "ipmi");
  EXPECT_EQ(meter.release, "24.11.5");
  EXPECT_TRUE(meter.whole_nodes);
}

TEST(ParseSlurmConfig, KnowsThatThereIsNoMeter) {
  for (const char* none : {"acct_gather_energy/none", "(null)"}) {
    const EnergyMeter meter = ParseSlurmConfig(std::string("AcctGatherEnergyType    = ") + none +
                                               "\nSelectType = select/cons_tres\n");
    EXPECT_EQ(meter.scope, EnergyMeter::Scope::kNone) << none;
    EXPECT_FALSE(meter.whole_nodes);
  }
  EXPECT_EQ(ParseSlurmConfig("").scope, EnergyMeter::Scope::kUnknown);
}

TEST(ParseExclusivePartitions, FindsThoseThatGiveWholeNodes) {
  EXPECT_THAT(ParseExclusivePartitions(
                  "PartitionName=gpu AllowGroups=ALL OverSubscribe=EXCLUSIVE State=UP\n"
                  "PartitionName=cpu AllowGroups=ALL OverSubscribe=NO State=UP\n"),
              ElementsAre("gpu"));
  EXPECT_THAT(ParseExclusivePartitions("OverSubscribe=EXCLUSIVE\nnone\n"), IsEmpty());
}

}  // namespace
}  // namespace carbon
