#include "core/finding/finding.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;

TEST(FindingCode, HasANameOfItsOwnInKebabCaseAndIsFoundByIt) {
  std::set<absl::string_view> names;
  for (const FindingCode code : AllFindingCodes()) {
    const absl::string_view name = FindingCodeName(code);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(FindFindingCode(name), code) << name;
    EXPECT_TRUE(absl::ascii_islower(name.front()) && absl::ascii_islower(name.back())) << name;
    EXPECT_TRUE(std::all_of(name.begin(), name.end(), [](char c) {
      return absl::ascii_islower(c) || c == '-';
    })) << name;
  }
  EXPECT_GT(names.size(), 100u);
  EXPECT_EQ(FindFindingCode("no-such-code"), std::nullopt);
}

// Alerts and scripts go by these.
TEST(FindingCode, KeepsTheNamesThatWereShown) {
  EXPECT_EQ(FindingCodeName(FindingCode::kOther), "other");
  EXPECT_EQ(FindingCodeName(FindingCode::kZoneWithoutForecast), "zone-without-forecast");
  EXPECT_EQ(FindingCodeName(FindingCode::kSourceFailing), "source-failing");
  EXPECT_EQ(FindingCodeName(FindingCode::kScarbondNotPublishing), "scarbond-not-publishing");
  EXPECT_EQ(FindingCodeName(FindingCode::kArchiveUnusable), "archive-unusable");
  EXPECT_EQ(FindingCodeName(FindingCode::kFoldersNotTried), "folders-not-tried");
}

TEST(Severity, IsFoundByItsName) {
  for (const Severity severity :
       {Severity::kOk, Severity::kNote, Severity::kWarning, Severity::kError}) {
    EXPECT_EQ(FindSeverity(SeverityName(severity)), severity);
  }
  EXPECT_EQ(FindSeverity("fatal"), std::nullopt);
}

TEST(FormatFinding, PutsTheSubjectFirstWhereThereIsOne) {
  EXPECT_EQ(FormatFinding({Severity::kError, FindingCode::kZoneWithoutForecast, "zone NO-1",
                           "has no forecast", "add one"}),
            "zone NO-1: has no forecast");
  EXPECT_EQ(FormatFinding({Severity::kNote, FindingCode::kNotShown, "", "pools are not shown"}),
            "pools are not shown");
}

TEST(FormatFindings, PicksThoseOfOneSeverityInTheirOrder) {
  const std::vector<Finding> findings = {
      {Severity::kWarning, FindingCode::kPoolDown, "pool oslo", "is down"},
      {Severity::kNote, FindingCode::kHistoryShort, "zone NO-1", "0 hours"},
      {Severity::kWarning, FindingCode::kPoolDown, "pool lyon", "is down"}};
  EXPECT_THAT(FormatFindings(findings, Severity::kWarning),
              ElementsAre("pool oslo: is down", "pool lyon: is down"));
  EXPECT_THAT(FormatFindings(findings, Severity::kError), testing::IsEmpty());
}

}  // namespace
}  // namespace carbon
