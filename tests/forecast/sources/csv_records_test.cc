#include "forecast/sources/csv_records.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// "LINE: field|field" of each record, and the error where there is one.
std::vector<std::string> Records(absl::string_view bytes, char separator = 0) {
  std::string buffer;
  absl::StatusOr<absl::string_view> text = CsvText(bytes, &buffer);
  if (!text.ok()) return {std::string(text.status().message())};
  CsvReader reader(*text, separator == 0 ? FindCsvSeparator(*text) : separator);
  std::vector<std::string> records;
  CsvRecord record;
  while (true) {
    absl::StatusOr<bool> more = reader.Next(&record);
    if (!more.ok()) records.push_back(std::string(more.status().message()));
    if (!more.ok() || !*more) return records;
    records.push_back(absl::StrCat(record.line, ": ", absl::StrJoin(record.fields, "|")));
  }
}

std::string Utf16(absl::string_view ascii, bool is_big_endian) {
  std::string bytes = is_big_endian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) {
    if (is_big_endian) bytes += '\0';
    bytes += c;
    if (!is_big_endian) bytes += '\0';
  }
  return bytes;
}

TEST(CsvReader, ReadsQuotedFieldsAsRfc4180Says) {
  EXPECT_THAT(Records("\"a\", \"b, c\" ,\"say \"\"d\"\"\",\"\"\n"
                      "\"two\nlines\",e,,f\n"
                      "g,h"),
              ElementsAre("1: a|b, c|say \"d\"|", "2: two\nlines|e||f", "4: g|h"));
  EXPECT_THAT(Records("a,5\" disk,b\n"), ElementsAre("1: a|5\" disk|b"));
}

TEST(CsvReader, ReadsEveryEndOfLineAndCountsLines) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const std::string text =
        absl::StrReplaceAll("a,b\n\n# c, \"d\n e , f \n  \ng,\"h\ni\"\nj,k", {{"\n", end}});
    EXPECT_THAT(Records(text), ElementsAre("1: a|b", "4: e|f", HasSubstr("6: g|h"), "8: j|k"));
  }
}

TEST(CsvReader, ReadsLinesThatEndInCrThoughThereIsAnLfToo) {
  EXPECT_THAT(Records("time,v\r2026-11-24,1\n2026-11-25,2\n2026-11-26,3\n"),
              ElementsAre("1: time|v", "2: 2026-11-24|1", "3: 2026-11-25|2", "4: 2026-11-26|3"));
  EXPECT_THAT(Records("a,b\rc,d\ne,f\rg,h\r"), ElementsAre("1: a|b", "2: c|d", "3: e|f", "4: g|h"));
  EXPECT_THAT(Records("a,b\rc,d\re,f\n"), ElementsAre("1: a|b", "2: c|d", "3: e|f"));
  EXPECT_THAT(Records("a,b\rc,d\r\ne,f\rg,h\r"),
              ElementsAre("1: a|b", "2: c|d", "3: e|f", "4: g|h"));
  EXPECT_THAT(Records("a,b\rc,\"d\n\n\n\ne\"\rf,g\r"),
              ElementsAre("1: a|b", "2: c|d\n\n\n\ne", "7: f|g"));
}

TEST(CsvReader, RefusesAQuoteThatIsNotClosedNamingItsLine) {
  EXPECT_THAT(Records("a,b\n\"c,d\ne,f\n"),
              ElementsAre("1: a|b", "line 2: a quote is opened here and not closed"));
  std::string text = "a,b\n\"c,d\n";
  for (int i = 0; i < 1000; ++i) text += "e,f\n";
  EXPECT_THAT(Records(text + "\"\n"), ElementsAre("1: a|b", HasSubstr("line 2: a quote")));
}

TEST(CsvReader, RefusesALineOfMoreThan64KiB) {
  EXPECT_THAT(Records("a,b\n" + std::string(65537, 'x') + "\n"),
              ElementsAre("1: a|b", "line 2: has 65537 bytes, above 65536"));
}

TEST(CsvText, ReadsUtf8AndUtf16WithTheirByteOrderMarks) {
  const std::string text = "time,value\n2026-12-01T00:00:00Z,1\n";
  const std::string utf8 = "\xef\xbb\xbf" + text;
  for (const std::string& bytes : {text, utf8, Utf16(text, false), Utf16(text, true)}) {
    EXPECT_THAT(Records(bytes), ElementsAre("1: time|value", "2: 2026-12-01T00:00:00Z|1"));
  }
  // A euro sign, and a letter of the plane above.
  std::string buffer;
  const absl::string_view wide("\xff\xfe\xac\x20\x3d\xd8\x00\xde", 8);
  EXPECT_EQ(*CsvText(wide, &buffer), "\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_THAT(Records(absl::string_view("\xff\xfe\x41\x00\x3d\xd8\x41\x00", 8)),
              ElementsAre(HasSubstr("is not valid UTF-16LE at byte 4")));
}

TEST(CsvText, NamesWhatIsNotCsv) {
  const std::pair<std::string, std::string> cases[] = {
      {"PK\x03\x04rest", "is a workbook or another ZIP file, not CSV; export it as CSV in UTF-8"},
      {"\xd0\xcf\x11\xe0", "is a workbook, not CSV"},
      {"\x1f\x8b\x08", "is compressed with gzip, not CSV"},
      {Utf16("a,b", true).substr(2), "is UTF-16 without a byte order mark, not CSV"},
      {"\n{\"a\": 1}", "is JSON, not CSV"},
      {"[1]", "is JSON, not CSV"},
      {"<!DOCTYPE html>", "is HTML or XML, not CSV"},
  };
  for (const auto& [bytes, message] : cases) {
    EXPECT_THAT(Records(bytes), ElementsAre(HasSubstr(message)));
  }
}

TEST(FindCsvSeparator, TakesTheOneThatLeavesATimeAlone) {
  const std::pair<const char*, char> cases[] = {
      {"2026-12-01T00:00:00Z,210", ','},
      {"2026-12-01T00:00:00Z;210,5", ';'},
      {"2026-12-01 00:00\t210,5", '\t'},
      {"# a, b, c\n\ntime;value (direct, g)\n2026-12-01T00:00:00Z;210,5", ';'},
      {"\"a;b;c\",time\n1,2026-12-01T00:00:00Z", ','},
      {"sep=;\na,b,c;d\n1,2,3;4", ';'},
      {"a;b;c,d\n1;2;3,4", ';'},
      {"a\n", ','},
      {"", ','},
  };
  for (const auto& [text, separator] : cases) {
    EXPECT_EQ(FindCsvSeparator(text), separator) << text;
  }
  EXPECT_THAT(Records("sep=;\ntime;value\n"), ElementsAre("2: time|value"));
}

}  // namespace
}  // namespace carbon
