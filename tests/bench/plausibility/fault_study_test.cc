#include "bench/plausibility/fault_study.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

constexpr int64_t kDays = 120;

// Synthetic: a day's wave, lower at weekends, and noise.
double Sound(int64_t hour) { return NoisyWave(hour, 15); }

int64_t Found(const std::vector<FaultCount>& counts, const std::string& fault) {
  for (const FaultCount& count : counts) {
    if (count.fault == fault) return 100 * count.found / count.injected;
  }
  return -1;
}

TEST(StudyAlarms, RaisesNoneOnSoundDataAndFindsWhatIsInjected) {
  const AlarmStudy study = StudyAlarms(MakeHistory(0, 24 * kDays, Sound), 20);
  EXPECT_NEAR(study.years, 0.33, 0.01);
  EXPECT_EQ(study.history_alarms, 0);
  EXPECT_EQ(study.forecast_alarms, 0);
  EXPECT_EQ(study.bridged, 0);
  EXPECT_EQ(study.frozen, 0);
  for (const char* fault : {"zero", "frozen", "x 10", "/ 10", "x 1000", "kg for g",
                            "lb/MWh for g/kWh", "g/kWh for lb/MWh"}) {
    EXPECT_EQ(Found(study.forecast_faults, fault), 100) << fault;
    EXPECT_EQ(Found(study.history_faults, std::string("last 24 h ") + fault), 100) << fault;
  }
  for (const char* fault : {"last 1 h zero", "last 10 h zero", "last 6 h frozen", "one hour zero",
                            "one hour x 10", "one hour 9000"}) {
    const int64_t found = Found(study.history_faults, fault);
    EXPECT_TRUE(found == 100 || found == -1) << fault << " " << found;
  }
}

TEST(StudyAlarms, CountsFrozenDataApart) {
  const auto frozen = [](int64_t hour) { return Sound(hour / 48 == 45 ? 48 * 45 : hour); };
  const AlarmStudy study = StudyAlarms(MakeHistory(0, 24 * kDays, frozen), 1000);
  EXPECT_EQ(study.frozen, 1);
  EXPECT_EQ(study.history_alarms, 0);
  EXPECT_EQ(study.forecast_alarms, 0);
}

TEST(StudyErrors, GrowByLessThanATenthAgainstHoles) {
  const std::vector<FaultError> errors =
      StudyErrors(MakeHistory(0, 24 * kDays, Sound), AtHour(24 * 100), 3);
  EXPECT_EQ(errors.size(), 16u);
  for (const FaultError& error : errors) {
    if (error.fault == "1% of hours x 2") continue;  // not found, and told in the documentation
    EXPECT_GT(error.error_with_holes, 0) << error.fault;
    EXPECT_LT(error.error, 1.1 * error.error_with_holes) << error.fault;
  }
}

}  // namespace
}  // namespace carbon
