#include "core/reason/reason.h"

#include <optional>
#include <set>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

// A record is grouped by the code, and one without is found by its text.
TEST(Reason, IsFoundAgainByItsCodeAndByItsText) {
  for (int i = 1; i < kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(ReasonOfCode(ReasonCode(reason)), reason) << ReasonCode(reason);
    EXPECT_EQ(ReasonOfText(ReasonText(reason)), reason) << ReasonText(reason);
  }
  EXPECT_EQ(ReasonOfCode("no-such-code"), std::nullopt);
  EXPECT_EQ(ReasonOfText(""), std::nullopt);
}

TEST(Reason, HasACodeOfLowerCaseWordsWithHyphens) {
  for (int i = 0; i < kReasons; ++i) {
    const absl::string_view code = ReasonCode(static_cast<Reason>(i));
    EXPECT_FALSE(code.empty());
    EXPECT_EQ(code.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), code.npos) << code;
  }
}

// Programs that read the log know these: a code is never changed.
TEST(Reason, KeepsItsCode) {
  EXPECT_EQ(ReasonCode(Reason::kHeld), "held");
  EXPECT_EQ(ReasonCode(Reason::kBadHint), "bad-hint");
  EXPECT_EQ(ReasonCode(Reason::kGreenest), "greenest");
  EXPECT_EQ(ReasonCode(Reason::kExempt), "exempt");
  EXPECT_EQ(ReasonCode(Reason::kNoRoomInTime), "no-room-in-time");
  EXPECT_EQ(ReasonCode(Reason::kForecastStale), "forecast-stale");
  EXPECT_EQ(ReasonCode(Reason::kLimitInUse), "limit-on-usage");
}

}  // namespace
}  // namespace carbon
