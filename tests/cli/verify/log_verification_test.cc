#include "cli/verify/log_verification.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/record/record_chain.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = LogVerification::Kind;

constexpr char kFirstBoot[] = "1111111111111111";
constexpr char kSecondBoot[] = "2222222222222222";
constexpr char kScarbond[] = "dddddddddddddddd";

// One writer: its records, as in the log.
class Writer {
 public:
  explicit Writer(std::string boot, std::string type = "decision")
      : boot_(std::move(boot)), type_(std::move(type)) {}

  std::string Next(const std::string& more = "") {
    const std::string line = chain_.Link(Record(more));
    chain_.Advance(line);
    return line.substr(0, line.size() - 1);
  }
  std::string NextUnchained() {
    const std::string line = Record("");
    return line.substr(0, line.size() - 1);
  }
  // One that found the queue full.
  void Drop() { ++sequence_; }

 private:
  std::string Record(const std::string& more) {
    ++sequence_;
    return absl::StrCat("{\"v\":2,\"type\":\"", type_, "\",\"id\":\"", boot_, "-", sequence_,
                        "\",\"boot\":\"", boot_, "\",\"seq\":", sequence_, more.empty() ? "" : ",",
                        more, ",\"reason\":\"the greenest\"}\n");
  }

  std::string boot_, type_;
  int sequence_ = 0;
  RecordChain chain_;
};

std::vector<std::string> Lines(Writer* writer, int count) {
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) lines.push_back(writer->Next());
  return lines;
}

// A line that ends in "…" has no newline.
LogVerification::Report Verify(const std::vector<std::vector<std::string>>& files,
                               const std::vector<LogVerification::Expected>& expected = {}) {
  LogVerification verification;
  for (const auto& one : expected) verification.Expect(one);
  int number = 0;
  for (const std::vector<std::string>& lines : files) {
    verification.BeginFile(absl::StrCat("log.", ++number));
    for (const std::string& line : lines) {
      const bool is_whole = line.size() < 3 || line.substr(line.size() - 3) != "…";
      verification.AddLine(is_whole ? line : line.substr(0, line.size() - 3), is_whole);
    }
  }
  return verification.Finish();
}

std::vector<Kind> KindsOf(const LogVerification::Report& report) {
  std::vector<Kind> kinds;
  for (const auto& finding : report.findings) kinds.push_back(finding.kind);
  return kinds;
}

TEST(LogVerification, FindsAWholeLogWhole) {
  Writer first(kFirstBoot), second(kSecondBoot), scarbond(kScarbond, "return");
  std::vector<std::string> lines = Lines(&first, 3);
  lines.push_back(scarbond.Next());
  lines.push_back(first.Next());
  lines.push_back(second.Next());
  lines.push_back(scarbond.Next());
  const LogVerification::Report report = Verify({lines, {second.Next(), second.Next()}});
  EXPECT_TRUE(report.is_whole());
  EXPECT_THAT(report.findings, IsEmpty());
  ASSERT_EQ(report.boots.size(), 3u);
  EXPECT_EQ(report.boots[0].boot, kFirstBoot);
  EXPECT_EQ(report.boots[0].records, 4);
  EXPECT_EQ(report.boots[0].last, 4u);
  EXPECT_TRUE(report.boots[0].begins);
  EXPECT_EQ(report.boots[1].boot, kScarbond);
  EXPECT_EQ(report.boots[2].records, 3);
}

TEST(LogVerification, FindsALineThatWasChanged) {
  Writer writer(kFirstBoot);
  std::vector<std::string> lines = Lines(&writer, 4);
  lines[1] = absl::StrReplaceAll(lines[1], {{"greenest", "dirtiest"}});
  const LogVerification::Report report = Verify({lines});
  EXPECT_FALSE(report.is_whole());
  ASSERT_THAT(KindsOf(report), ElementsAre(Kind::kBrokenLink));
  EXPECT_EQ(report.findings[0].place.line, 3);
  EXPECT_EQ(report.findings[0].fact,
            "record 1111111111111111-3 does not follow the line of 1111111111111111-2 (log.1:2) as "
            "it is: one of the two was changed");
}

TEST(LogVerification, FindsALineThatWasRemoved) {
  Writer writer(kFirstBoot);
  std::vector<std::string> lines = Lines(&writer, 6);
  lines.erase(lines.begin() + 2, lines.begin() + 4);
  const LogVerification::Report report = Verify({lines});
  ASSERT_THAT(KindsOf(report), ElementsAre(Kind::kBrokenLink));
  EXPECT_EQ(report.findings[0].place.line, 3);
  EXPECT_THAT(report.findings[0].fact, HasSubstr("records 3 to 4 were removed"));
  EXPECT_EQ(report.boots[0].missing, 2u);
}

TEST(LogVerification, TellsARecordThatWasNeverWrittenFromOneThatWasRemoved) {
  Writer writer(kFirstBoot);
  std::vector<std::string> lines = Lines(&writer, 2);
  writer.Drop();
  writer.Drop();
  lines.push_back(writer.Next());
  const LogVerification::Report report = Verify({lines});
  EXPECT_TRUE(report.is_whole());
  ASSERT_THAT(KindsOf(report), ElementsAre(Kind::kDropped));
  EXPECT_EQ(report.findings[0].fact,
            "records 3 to 4 of boot 1111111111111111 were never written: the chain continues");
  // And where the first of all was dropped.
  Writer late(kSecondBoot);
  late.Drop();
  EXPECT_THAT(KindsOf(Verify({{late.Next()}})), ElementsAre(Kind::kDropped));
}

TEST(LogVerification, FindsLinesOutOfOrder) {
  Writer writer(kFirstBoot);
  std::vector<std::string> lines = Lines(&writer, 5);
  std::swap(lines[1], lines[2]);
  const LogVerification::Report swapped = Verify({lines});
  ASSERT_THAT(KindsOf(swapped), ElementsAre(Kind::kBrokenLink, Kind::kOutOfOrder));
  EXPECT_EQ(swapped.findings[1].place.line, 3);
  std::swap(lines[1], lines[2]);
  lines.insert(lines.begin() + 2, lines[1]);
  const LogVerification::Report twice = Verify({lines});
  ASSERT_THAT(KindsOf(twice), ElementsAre(Kind::kOutOfOrder));
  EXPECT_EQ(twice.findings[0].place.line, 3);
}

TEST(LogVerification, FindsALineThatWasAdded) {
  Writer writer(kFirstBoot), forger(kFirstBoot);
  std::vector<std::string> lines = Lines(&writer, 2);
  writer.Drop();
  // With the right link, instead of a record that was never written.
  RecordChain chain;
  chain.Advance(lines[1]);
  const std::string forged =
      chain.Link("{\"v\":2,\"type\":\"decision\",\"boot\":\"1111111111111111\",\"seq\":3}\n");
  lines.push_back(forged.substr(0, forged.size() - 1));
  lines.push_back(writer.Next());
  EXPECT_THAT(KindsOf(Verify({lines})), ElementsAre(Kind::kBrokenLink));
}

TEST(LogVerification, FindsALinkThatWasTakenAway) {
  Writer writer(kFirstBoot);
  std::vector<std::string> lines = Lines(&writer, 3);
  lines[1] = lines[1].substr(0, lines[1].find(",\"chain\"")) + "}";
  EXPECT_THAT(KindsOf(Verify({lines})), ElementsAre(Kind::kLostLink, Kind::kBrokenLink));
  // Or put to null, as that of a first record is.
  Writer other(kSecondBoot);
  lines = Lines(&other, 2);
  lines[1] = lines[1].substr(0, lines[1].find(",\"chain\"")) + ",\"chain\":null}";
  EXPECT_THAT(KindsOf(Verify({lines})), ElementsAre(Kind::kBrokenLink));
}

TEST(LogVerification, TellsALineThatWasTornFromOneThatWasChanged) {
  Writer first(kFirstBoot), second(kSecondBoot);
  std::vector<std::string> lines = Lines(&first, 3);
  const std::string half = lines[2].substr(0, lines[2].size() / 2);
  // The end of the log, with or without the newline that the next writer adds.
  for (const std::string& last :
       {half + "…", half, std::string("{\"v\":2,\"ty"), std::string("{")}) {
    const LogVerification::Report report = Verify({{lines[0], lines[1], last}});
    EXPECT_TRUE(report.is_whole()) << last;
    ASSERT_THAT(KindsOf(report), ElementsAre(Kind::kTorn)) << last;
    EXPECT_EQ(report.findings[0].place.line, 3);
  }
  EXPECT_EQ(
      Verify({{lines[0], lines[1], half}}).findings[0].fact,
      "is the beginning of record 1111111111111111-3: its writer was stopped while writing it");
  // The next slurmctld continues after it.
  EXPECT_THAT(KindsOf(Verify({{lines[0], lines[1], half, second.Next()}})),
              ElementsAre(Kind::kTorn));
  // A file that was rotated away in the middle of a line: the line follows in the next.
  EXPECT_THAT(KindsOf(Verify({{lines[0], lines[1], half + "…"}, {lines[2], first.Next()}})),
              IsEmpty());
  // Its own boot continued without it, so its writer was not stopped.
  Writer third(kFirstBoot);
  lines = Lines(&third, 4);
  const LogVerification::Report cut =
      Verify({{lines[0], lines[1], lines[2].substr(0, lines[2].size() / 2), lines[3]}});
  EXPECT_THAT(KindsOf(cut), ElementsAre(Kind::kBrokenLink, Kind::kCutShort));
}

TEST(LogVerification, FindsARecordBehindWhatAnotherWriterWasStoppedIn) {
  Writer plugin(kFirstBoot), scarbond(kScarbond, "return");
  const std::vector<std::string> lines = Lines(&plugin, 2);
  const std::string glued = lines[1].substr(0, lines[1].size() / 2) + scarbond.Next();
  const LogVerification::Report report = Verify({{lines[0], glued, scarbond.Next()}});
  ASSERT_THAT(KindsOf(report), ElementsAre(Kind::kTorn));
  EXPECT_EQ(report.boots[1].records, 2);
}

TEST(LogVerification, FindsALineThatIsNoRecord) {
  Writer writer(kFirstBoot);
  const std::string first = writer.Next();
  for (const char* line : {"hello", "{}", "[1]", "{\"boot\":\"1111111111111111\",\"seq\":-2}"}) {
    const LogVerification::Report report = Verify({{first, line}});
    EXPECT_FALSE(report.is_whole()) << line;
    EXPECT_EQ(report.findings[0].kind, Kind::kNotARecord) << line;
  }
}

TEST(LogVerification, TellsABeginningThatWasRemovedFromOneThatWasRotatedAway) {
  Writer first(kFirstBoot), second(kSecondBoot), scarbond(kScarbond, "return");
  scarbond.Next();
  std::vector<std::string> old = Lines(&first, 3), later = Lines(&second, 3);
  // The oldest file that is kept begins in the middle of two chains.
  const std::string returned = scarbond.Next();
  LogVerification::Report report = Verify({{old[2], returned, later[0], later[1], later[2]}});
  EXPECT_TRUE(report.is_whole());
  EXPECT_THAT(KindsOf(report), ElementsAre(Kind::kEarlier, Kind::kEarlier));
  EXPECT_FALSE(report.boots[0].begins);
  // The second slurmctld began after the first: its beginning was in these files.
  report = Verify({{old[2], later[1], later[2]}});
  EXPECT_FALSE(report.is_whole());
  EXPECT_THAT(KindsOf(report), ElementsAre(Kind::kEarlier, Kind::kMissingStart));
}

TEST(LogVerification, CountsRecordsOfBeforeTheChain) {
  Writer writer(kFirstBoot);
  std::vector<std::string> lines = {writer.NextUnchained(), writer.NextUnchained()};
  LogVerification::Report report = Verify({lines});
  EXPECT_TRUE(report.is_whole());
  EXPECT_EQ(report.boots[0].unchained, 2);
  // A gap is damage only if no record says that so many were dropped.
  writer.Drop();
  lines.push_back(writer.NextUnchained());
  report = Verify({lines});
  EXPECT_FALSE(report.is_whole());
  ASSERT_THAT(KindsOf(report), ElementsAre(Kind::kMissing));
  lines.push_back(
      "{\"v\":2,\"type\":\"dropped\",\"boot\":\"1111111111111111\",\"seq\":5,"
      "\"count\":1}");
  report = Verify({lines});
  EXPECT_TRUE(report.is_whole());
  EXPECT_EQ(report.boots[0].dropped, 1u);
}

// The log alone cannot show either; scarbond's journal can.
TEST(LogVerification, TellsWithADigestThatTheEndWasCutOffOrTheChainWrittenAnew) {
  Writer writer(kFirstBoot);
  const std::vector<std::string> lines = Lines(&writer, 4);
  const std::string text = absl::StrCat(kFirstBoot, ":4:", LineDigest(lines[3]));
  const LogVerification::Expected expected = LogVerification::ParseExpected(text).value();
  LogVerification::Report report = Verify({lines}, {expected});
  EXPECT_TRUE(report.is_whole());
  EXPECT_THAT(KindsOf(report), ElementsAre(Kind::kAsExpected));
  const std::vector<std::string> cut(lines.begin(), lines.begin() + 2);
  EXPECT_TRUE(Verify({cut}).is_whole());
  report = Verify({cut}, {expected});
  EXPECT_FALSE(report.is_whole());
  EXPECT_EQ(report.findings[0].fact,
            "record 1111111111111111-4 is not there: boot 1111111111111111 ends with record 2, so "
            "its end was removed");
  Writer forger(kFirstBoot);
  std::vector<std::string> anew;
  for (int i = 0; i < 4; ++i) anew.push_back(forger.Next("\"forged\":true"));
  EXPECT_TRUE(Verify({anew}).is_whole());
  report = Verify({anew}, {expected});
  EXPECT_FALSE(report.is_whole());
  EXPECT_THAT(report.findings[0].fact, HasSubstr("its chain was written again"));
  report = Verify({{}}, {expected});
  EXPECT_THAT(report.findings[0].fact, HasSubstr("nor any other of its boot"));
  // Any record, not only the last.
  const LogVerification::Expected second{kFirstBoot, 2, LineDigest(lines[1])};
  EXPECT_TRUE(Verify({lines}, {second}).is_whole());
}

TEST(LogVerification, ReadsOnlyWhatAJournalHas) {
  const std::string digest(64, 'a');
  EXPECT_TRUE(LogVerification::ParseExpected("1111111111111111:7:" + digest).ok());
  for (const std::string& text :
       {std::string(), std::string("7"), std::string("1111111111111111:7"),
        "1111111111111111:-7:" + digest, "111111111111111:7:" + digest,
        "1111111111111111:7:" + digest + "a", "1111111111111111:7:" + std::string(64, 'x'),
        "1111111111111111:7:" + digest + ":"}) {
    EXPECT_FALSE(LogVerification::ParseExpected(text).ok()) << text;
  }
}

}  // namespace
}  // namespace carbon
