// The built scarbon checks a log: what it prints, and its exit code.
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/record/record_chain.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kBoot[] = "3f9c21aa04d7be15";

class ScarbonLogVerify : public ::testing::Test {
 protected:
  ScarbonLogVerify() {
    RecordChain chain;
    for (int i = 1; i <= 3; ++i) {
      lines_.push_back(chain.Link(absl::StrCat("{\"v\":2,\"type\":\"job\",\"id\":\"", kBoot, "-", i,
                                               "\",\"boot\":\"", kBoot, "\",\"seq\":", i, "}\n")));
      chain.Advance(lines_.back());
    }
    Write(log_, lines_);
  }
  static void Write(const std::string& path, const std::vector<std::string>& lines) {
    std::ofstream file(path);
    for (const std::string& line : lines) file << line;
  }
  auto Verify(const std::string& options = "") const {
    return RunScarbon(absl::StrCat("log verify --file ", log_, " ", options, " 2>&1"));
  }
  std::string Newest() const { return absl::StrCat(kBoot, ":3:", LineDigest(lines_[2])); }

  const TemporaryFolder temporary_;
  const std::string log_ = temporary_.path() + "/placements.jsonl";
  std::vector<std::string> lines_;
};

TEST_F(ScarbonLogVerify, SaysThatALogIsWholeAndWhatItCouldNotCheck) {
  const auto ran = Verify();
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out,
            "BOOT             RECORDS FIRST LAST MISSING UNCHAINED\n"
            "---------------- ------- ----- ---- ------- ---------\n"
            "3f9c21aa04d7be15       3     1    3       0         0\n"
            "bookings: 0 decisions agree with the log\n"
            "not checked: whether the end of a chain was cut off, or a whole chain was written "
            "again; --expect checks it with a line of scarbond's journal\n"
            "whole\n");
  const auto expected = Verify("--expect " + Newest());
  EXPECT_EQ(expected.code, 0);
  EXPECT_THAT(expected.out, HasSubstr("note: record 3f9c21aa04d7be15-3 is as expected\n"));
  EXPECT_THAT(expected.out, Not(HasSubstr("not checked")));
}

TEST_F(ScarbonLogVerify, NamesThePlaceOfTheDamage) {
  Write(log_, {lines_[0], lines_[2]});
  const auto ran = Verify();
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("damage: " + log_ + ":2: record 3f9c21aa04d7be15-3 does not "));
  EXPECT_THAT(ran.out, HasSubstr("\ndamaged: 1 place\n"));
  Write(log_, {lines_[0], lines_[1]});
  EXPECT_EQ(Verify().code, 0);
  EXPECT_EQ(Verify("--expect " + Newest()).code, 1);
}

TEST_F(ScarbonLogVerify, ReadsRotatedFilesToo) {
  Write(log_ + ".2", {lines_[0]});
  Write(log_ + ".1", {lines_[1]});
  Write(log_, {lines_[2]});
  ASSERT_EQ(system(("gzip " + log_ + ".1").c_str()), 0);
  std::ofstream(log_ + ".3.lzo").flush();
  const auto ran = Verify();
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("scarbon: " + log_ +
                                 ".3.lzo: was not read: it is compressed in another way than gzip, "
                                 "zstd, xz and bzip2, or its uncompressed file is there too\n"));
  EXPECT_THAT(ran.out, HasSubstr("3f9c21aa04d7be15       3     1    3       0"));
}

TEST_F(ScarbonLogVerify, SaysTheSameAsJson) {
  Write(log_, {lines_[0], lines_[2], "{\"v\":2,\"ty"});
  const auto ran = Verify("--json");
  EXPECT_EQ(ran.code, 1);
  const nlohmann::json json = nlohmann::json::parse(ran.out);
  EXPECT_EQ(json["whole"], false);
  EXPECT_EQ(json["boots"][0]["newest"], Newest());
  EXPECT_EQ(json["boots"][0]["missing"], 1);
  ASSERT_EQ(json["findings"].size(), 2u);
  EXPECT_EQ(json["findings"][0]["kind"], "broken-link");
  EXPECT_EQ(json["findings"][0]["damage"], true);
  EXPECT_EQ(json["findings"][0]["line"], 2);
  EXPECT_EQ(json["findings"][1]["kind"], "torn");
  EXPECT_EQ(json["findings"][1]["damage"], false);
}

TEST_F(ScarbonLogVerify, TellsWrongUsageFromDamage) {
  const auto ran = Verify("--expect 7");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.out, HasSubstr("scarbon: --expect \"7\" is not BOOT:SEQ:DIGEST"));
  EXPECT_EQ(Verify("--nonsense").code, 2);
  EXPECT_EQ(RunScarbon("log verify --file " + log_ + ".missing 2>&1").code, 1);
}

}  // namespace
}  // namespace carbon
