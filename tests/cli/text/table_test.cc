#include "cli/text/table.h"

#include <string>

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(Printable, KeepsWhatPeopleWrite) {
  for (const char* text : {"train", "Grüße", "訓練", "πυρ", "🌱", "a|b\\c", ""}) {
    EXPECT_EQ(Printable(text), text);
  }
}

// A terminal would obey them, or show the text as another.
TEST(Printable, ReplacesControlsInvisiblesAndMarksOfDirection) {
  EXPECT_EQ(Printable("a\x1b[31m\n\x7f\xc2\x9b"), "a?[31m???");
  EXPECT_EQ(Printable("a\u202egpj.exe\u2066\u200b\u061c\ufeff\u2028"), "a?gpj.exe?????");
  EXPECT_EQ(Printable("a\U000e0041"), "a?");
}

TEST(Printable, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(Printable("a\xff\x80"), "a??");
  EXPECT_EQ(Printable("\xe2\x82"), "??");                 // cut off
  EXPECT_EQ(Printable("\xc0\xaf\xe0\x80\xaf"), "?????");  // longer than it need be
  EXPECT_EQ(Printable("\xed\xa0\x80"), "???");            // half of a surrogate pair
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "????");       // beyond the last character
  EXPECT_EQ(Printable(std::string("\0", 1)), "?");
}

TEST(Table, EscapesItsSeparatorWhereProgramsReadIt) {
  Table table({{"NAME"}, {"N"}});
  table.AddRow({"a|b\\|c", "1"});
  EXPECT_EQ(table.Format(Table::Style::kParsable, true), "NAME|N\na\\|b\\\\\\|c|1\n");
}

TEST(Table, AddsLinesBelowThatAreAsWideOrWider) {
  Table table({{"NAME"}, {"N", true}, {"WHY"}});
  table.AddRow({"train", "10", "because"});
  EXPECT_EQ(table.Format(Table::Style::kAligned, true),
            "NAME   N WHY\n----- -- -------\ntrain 10 because\n");
  EXPECT_EQ(table.FormatLine(Table::Style::kAligned, {"a", "1", ""}), "a      1 -\n");
  EXPECT_EQ(table.FormatLine(Table::Style::kAligned, {"longer", "1", "x"}), "longer  1 x\n");
  EXPECT_EQ(table.FormatLine(Table::Style::kAligned, {"b", "1", "x"}), "b       1 x\n");
  EXPECT_EQ(table.FormatLine(Table::Style::kParsable, {"b|c", "1", "\x1b"}), "b\\|c|1|?\n");
}

// One job's name makes nobody else's table wide.
TEST(Table, CutsLongCellsButInTheLastColumn) {
  Table table({{"NAME"}, {"WHY"}});
  table.AddRow({std::string(512, 'x'), std::string(100, 'y')});
  EXPECT_EQ(table.Format(Table::Style::kAligned, false),
            std::string(Table::kWidest - 1, 'x') + "+ " + std::string(100, 'y') + "\n");
}

}  // namespace
}  // namespace carbon
