#include "core/job/hints.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Hints MustParse(absl::string_view comment) {
  const absl::StatusOr<Hints> hints = ParseHints(comment);
  EXPECT_TRUE(hints.ok()) << comment << ": " << hints.status();
  return hints.ok() ? *hints : Hints();
}

std::string Refusal(absl::string_view comment) {
  const absl::StatusOr<Hints> hints = ParseHints(comment);
  EXPECT_EQ(hints.status().code(), absl::StatusCode::kInvalidArgument) << comment;
  return std::string(hints.status().message());
}

TEST(ParseHints, ReadsEachHint) {
  EXPECT_EQ(MustParse("carbon:off"), Hints{.off = true});
  EXPECT_EQ(MustParse("carbon:now"), Hints{.now = true});
  EXPECT_EQ(MustParse("carbon:wait=12h"), Hints{.wait = absl::Hours(12)});
  EXPECT_EQ(MustParse("carbon:site=oslo"), Hints{.sites = {"oslo"}});
  EXPECT_EQ(MustParse("carbon:site=oslo|lyon"), (Hints{.sites = {"oslo", "lyon"}}));
  EXPECT_EQ(MustParse("carbon:runtime=8h"), Hints{.runtime = absl::Hours(8)});
  EXPECT_EQ(MustParse("carbon:flops=3e21"), Hints{.flops = Flops(3e21)});
  EXPECT_EQ(MustParse("carbon:precision=fp8"), Hints{.precision = Precision::kFp8});
  EXPECT_EQ(MustParse("carbon:precision=bf16"), Hints{.precision = Precision::kBf16});
  EXPECT_EQ(MustParse("carbon:hardware=any"), Hints{.any_hardware = true});
  EXPECT_EQ(MustParse("carbon:hardware=h100-sxm|a100-sxm"),
            (Hints{.hardware = {"h100-sxm", "a100-sxm"}}));
}

TEST(ParseHints, ReadsSeveralHints) {
  EXPECT_EQ(MustParse("carbon:wait=1d,site=oslo|lyon,runtime=90m,hardware=any"),
            (Hints{.wait = absl::Hours(24),
                   .sites = {"oslo", "lyon"},
                   .runtime = absl::Minutes(90),
                   .any_hardware = true}));
}

TEST(ParseHints, FindsNoneWhereTheCommentHasNone) {
  for (const char* comment :
       {"", "my run", "lowcarbon:off", "xcarbon:wait=nonsense", "carbon", "carbon off",
        "see:carbon:off", "/carbon:now", "http://carbon:8080", "low-carbon:off"}) {
    EXPECT_EQ(MustParse(comment), Hints()) << comment;
  }
}

TEST(ParseHints, DoesNotMindCapitalsInItsName) {
  EXPECT_EQ(MustParse("Carbon:off"), Hints{.off = true});
  EXPECT_EQ(MustParse("run 7; CARBON:site=Oslo"), Hints{.sites = {"Oslo"}});
}

TEST(ParseHints, LeavesTheRestOfTheCommentAlone) {
  const Hints off{.off = true};
  for (const char* comment :
       {"my run carbon:off", "my run;carbon:off", "carbon:off my run", "carbon:off;wckey=3",
        "run\tcarbon:off\nmore", "lowcarbon:on carbon:off", "a;;carbon:off;;b"}) {
    EXPECT_EQ(MustParse(comment), off) << comment;
  }
}

// Sites put more into the comment, each with its own separators.
TEST(ParseHints, FindsOursBehindAnySeparator) {
  const Hints off{.off = true};
  for (const char* comment :
       {"project=abc,carbon:off", "project=abc|carbon:off", "a=1&carbon:off&b=2", "[carbon:off]",
        "{\"carbon:off\"}", "(x)(carbon:off) y", "'carbon:off'", "a=1;carbon:off;b=2"}) {
    EXPECT_EQ(MustParse(comment), off) << comment;
  }
  // Text that another tool appends with a comma must be refused, not ignored.
  EXPECT_EQ(Refusal("carbon:now,project=abc"),
            "hint \"project=abc\": unknown; known are off, now, wait, site, runtime, flops, "
            "precision, hardware");
}

TEST(ParseHints, ReadsAHintBehindABlankThatWasMeantForAComma) {
  const Hints both{.wait = absl::Hours(1), .runtime = absl::Minutes(30)};
  EXPECT_EQ(MustParse("carbon:runtime=30m wait=1h"), both);
  EXPECT_EQ(MustParse("carbon:runtime=30m   wait=1h and more"), both);
  EXPECT_EQ(MustParse("carbon:runtime=30m\twait=1h;wait=9h"), both);
  EXPECT_EQ(
      Refusal("carbon:runtime=30m wait=soon"),
      "hint \"wait=soon\": \"soon\" is not a duration such as 90s, 30m, 8h, 2d or 1-12:00:00");
  EXPECT_EQ(MustParse("carbon:runtime=30m site=paris-lab"), Hints{.runtime = absl::Minutes(30)});
  // Words that are not hints end our part; the text after them belongs to another tool.
  EXPECT_EQ(MustParse("carbon:runtime=30m then wait=1h"), Hints{.runtime = absl::Minutes(30)});
  EXPECT_EQ(MustParse("carbon:runtime=30m now or never"), Hints{.runtime = absl::Minutes(30)});
}

TEST(ParseHints, KeepsBytesBeyondAsciiInNames) {
  EXPECT_EQ(MustParse("carbon:site=zürich"), Hints{.sites = {"zürich"}});
}

TEST(ParseHints, SuggestsTheNearestKnownHint) {
  EXPECT_EQ(Refusal("carbon:wiat=3h"), "hint \"wiat=3h\": unknown; did you mean \"wait\"?");
  EXPECT_EQ(Refusal("carbon:of"), "hint \"of\": unknown; did you mean \"off\"?");
  EXPECT_EQ(Refusal("carbon:sites=oslo"), "hint \"sites=oslo\": unknown; did you mean \"site\"?");
  EXPECT_EQ(Refusal("carbon:OFF"), "hint \"OFF\": unknown; did you mean \"off\"?");
}

TEST(ParseHints, ListsTheKnownHintsWhereNoneIsNear) {
  EXPECT_EQ(Refusal("carbon:gobbledygook=1"),
            "hint \"gobbledygook=1\": unknown; known are off, now, wait, site, runtime, flops, "
            "precision, hardware");
}

TEST(ParseHints, RefusesWrongHintsSayingWhy) {
  struct Case {
    const char* comment;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"carbon:", "hint \"carbon:\": no hint follows"},
      {"carbon: off", "hint \"carbon:\": no hint follows"},
      {"carbon:off,", "hint \"off,\": a hint is empty"},
      {"carbon:,off", "hint \",off\": a hint is empty"},
      {"carbon:now,,wait=3h", "a hint is empty"},
      {"carbon:off=1", "hint \"off=1\": \"off\" takes no value"},
      {"carbon:now=", "hint \"now=\": \"now\" takes no value"},
      {"carbon:wait", "hint \"wait\": \"wait\" needs a value"},
      {"carbon:site=", "hint \"site=\": \"site\" needs a value"},
      {"carbon:wait=12", "\"12\" is not a duration"},
      {"carbon:wait=-3h", "\"-3h\" is not a duration"},
      {"carbon:wait=0s", "hint \"wait=0s\": must be longer than zero"},
      {"carbon:runtime=0:00", "must be longer than zero"},
      {"carbon:runtime=99999d", "is not a duration"},
      {"carbon:site=oslo|", "hint \"site=oslo|\": a name is empty"},
      {"carbon:site=|", "a name is empty"},
      {"carbon:site=oslo|oslo", "a name is given twice"},
      {"carbon:precision=fp4", "hint \"precision=fp4\": is not bf16 or fp8"},
      {"carbon:flops=many", "hint \"flops=many\": is not a number of operations such as 3e21"},
      {"carbon:flops=0", "is not a number of operations"},
      {"carbon:flops=-1e20", "is not a number of operations"},
      {"carbon:flops=nan", "is not a number of operations"},
      {"carbon:flops=inf", "is not a number of operations"},
      {"carbon:flops=1e400", "is not a number of operations"},
      {"carbon:flops=1e-9", "is not a number of operations"},
      {"carbon:flops=3e21x", "is not a number of operations"},
      {"carbon:hardware=any|h100-sxm", "\"any\" and a name contradict"},
      {"carbon:off,off", "hint \"off\": is given twice"},
      {"carbon:wait=3h,wait=3h", "hint \"wait=3h\": is given twice"},
      {"carbon:site=oslo,site=lyon", "hint \"site=lyon\": is given twice"},
      {"carbon:now,wait=3h", "\"now\" and \"wait\" contradict"},
      {"carbon:wait=3h,now", "\"now\" and \"wait\" contradict"},
      {"carbon:runtime=3h,flops=1e20", "\"runtime\" and \"flops\" contradict"},
      {"carbon:off carbon:wait=3h", "hint \"off\": \"carbon:\" is given twice"},
  };
  for (const Case& wrong : cases) {
    EXPECT_THAT(Refusal(wrong.comment), AllOf(StartsWith("hint \""), HasSubstr(wrong.message)))
        << wrong.comment;
  }
}

TEST(ParseHints, BoundsWhatItReadsButNotTheComment) {
  const std::string novel(100'000, 'x');
  EXPECT_EQ(MustParse(absl::StrCat(novel, " carbon:off ", novel)), Hints{.off = true});
  EXPECT_THAT(Refusal(absl::StrCat("carbon:site=", novel)),
              HasSubstr("the hints are longer than 1024 bytes"));
}

TEST(ParseHints, KeepsItsMessagesShortAndFreeOfControlCharacters) {
  EXPECT_LT(Refusal(absl::StrCat("carbon:site", std::string(900, 'x'), "=3")).size(), 300);
  EXPECT_LT(Refusal(absl::StrCat("carbon:wait=", std::string(900, '7'))).size(), 300);
  const std::string message = Refusal("carbon:wait=\x1b[31m\x7f");
  for (const char c : message) EXPECT_TRUE(c >= ' ' && c != 0x7f) << message;
}

TEST(ParseHints, SurvivesEveryByte) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const char* before : {"", "carbon:", "carbon:wait=", "carbon:site=a", "carbon:flops=1"}) {
      (void)ParseHints(absl::StrCat(before, std::string(1, static_cast<char>(byte)), "1"));
    }
  }
}

}  // namespace
}  // namespace carbon
