#include "plugin/client/own_right.h"

#include <unistd.h>

#include <string>

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(WhyNotUpdate, IsSilentForOperatorsAndThoseAboveThem) {
  for (const SlurmRight right : {SlurmRight::kOperator, SlurmRight::kAdministrator,
                                 SlurmRight::kSlurmUser, SlurmRight::kRoot}) {
    EXPECT_EQ(WhyNotUpdate(right, "scarbond", "slurm", true, true), "");
  }
}

TEST(WhyNotUpdate, NamesTheCommandThatHelps) {
  EXPECT_EQ(WhyNotUpdate(SlurmRight::kNone, "scarbond", "slurm", true, false),
            "user scarbond is not an operator of Slurm and may not restore jobs, so that none with "
            "a deadline is delayed: sacctmgr modify user scarbond set AdminLevel=Operator");
  EXPECT_EQ(WhyNotUpdate(SlurmRight::kNone, "scarbond", "slurm", true, true),
            "user scarbond is not an operator of Slurm and may not restore jobs, so that none with "
            "a deadline is delayed; nor does it see what PrivateData hides: sacctmgr modify user "
            "scarbond set AdminLevel=Operator");
  EXPECT_EQ(WhyNotUpdate(SlurmRight::kNone, "scarbond", "slurm", false, false),
            "user scarbond is not an operator of Slurm and may not restore jobs, so that none with "
            "a deadline is delayed: Slurm has operators with slurmdbd only; run scarbond as slurm");
}

// For root and SlurmUser nothing must be asked.
TEST(OwnRight, IsRootsWithoutAskingSlurmctld) {
  if (geteuid() != 0) GTEST_SKIP() << "this process is not root's";
  slurm_conf_t settings{};
  settings.slurm_user_id = 1234;
  OwnRight right;
  right.Refresh(settings, absl::UnixEpoch());
  EXPECT_EQ(right.right(), SlurmRight::kRoot);
  EXPECT_TRUE(right.may_update());
  EXPECT_EQ(right.why_not(), "");
}

}  // namespace
}  // namespace carbon
