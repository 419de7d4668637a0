// The index gives what the files give: every test compares the two.
#include "cli/log/decision_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/log/fields.h"
#include "cli/log/job_fates.h"
#include "cli/log/log_contents.h"
#include "cli/log/totals.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "store/rotated_logs.h"
#include "tests/cli/log/sample_line.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// All that scarbon log can say of decisions.
struct Seen {
  std::string decisions;  // every field of each
  std::string groups, totals;
  std::vector<std::string> withheld, damage;

  void Add(const LoggedDecision& decision) {
    static const std::vector<LogColumn>& columns = *new std::vector<LogColumn>([] {
      std::string names;
      const std::string list = absl::StrReplaceAll(ListLogFields(), {{"\n", " "}});
      for (const absl::string_view name : absl::StrSplit(list, ' ', absl::SkipEmpty())) {
        absl::StrAppend(&names, names.empty() ? "" : ",", name);
      }
      std::string error;
      return *ParseLogFormat(names, &error);
    }());
    for (const LogColumn& column : columns) {
      absl::StrAppend(&decisions, column.field->name, "=", column.field->text(decision));
      if (column.field->number != nullptr) {
        const auto number = column.field->number(decision);
        absl::StrAppend(&decisions, "/", number.has_value() ? absl::StrCat(*number) : "unknown");
      }
      decisions += "\n";
    }
  }
};

void ExpectSame(const Seen& index, const Seen& files) {
  EXPECT_EQ(index.decisions, files.decisions);
  EXPECT_EQ(index.groups, files.groups);
  EXPECT_EQ(index.totals, files.totals);
  EXPECT_EQ(index.withheld, files.withheld);
  EXPECT_EQ(index.damage, files.damage);
}

std::vector<const LogField*> Groups() {
  std::string error;
  return *ParseLogGroups(
      "user,account,qos,partition,pool,site,homesite,zone,hardware,outcome,mode,policy,minimised,"
      "reason",
      &error);
}

class DecisionIndexTest : public ::testing::Test {
 protected:
  void Append(const std::string& text) { std::ofstream(log_, std::ios::app) << text; }
  std::vector<std::string> Files() {
    std::vector<std::string> skipped;
    return WithRotated(log_, CompressedLogs::kIncluded, &skipped);
  }
  std::unique_ptr<DecisionIndex> Open() {
    auto index = DecisionIndex::Open(log_);
    EXPECT_TRUE(index.ok()) << index.status();
    return *std::move(index);
  }

  // What the files say, without an index.
  Seen FromFiles(const DecisionFilter& filter, bool all = true) {
    Seen seen;
    const std::vector<std::string> files = all ? Files() : std::vector<std::string>{log_};
    auto contents = ReadLogs(files, filter, /*keep_lines=*/false,
                             [&](const std::string& line) { seen.damage.push_back(line); });
    EXPECT_TRUE(contents.ok()) << contents.status();
    LogGroups groups(Groups());
    LogTotals totals;
    for (const LoggedDecision& decision : contents->decisions) {
      seen.Add(decision);
      groups.Add(decision);
      totals.Add(decision);
    }
    seen.groups = groups.ToTable().Format(Table::Style::kParsable, true);
    seen.totals = totals.Text();
    seen.withheld = contents->withheld;
    return seen;
  }

  // What the index says, after it was brought up to date.
  Seen FromIndex(const DecisionFilter& filter, bool all = true) {
    Seen seen;
    const std::unique_ptr<DecisionIndex> index = Open();
    const absl::Status updated = index->Update(Files());
    EXPECT_TRUE(updated.ok()) << updated;
    const std::string file = all ? "" : log_;
    EXPECT_TRUE(index
                    ->ForEach({filter, file, /*only_sums=*/false},
                              [&](int64_t, const LoggedDecision& d) { seen.Add(d); })
                    .ok());
    LogGroups groups(Groups());
    LogTotals totals;
    EXPECT_TRUE(index
                    ->ForEach({filter, file, /*only_sums=*/true},
                              [&](int64_t, const LoggedDecision& decision) {
                                groups.Add(decision);
                                totals.Add(decision);
                              })
                    .ok());
    seen.groups = groups.ToTable().Format(Table::Style::kParsable, true);
    seen.totals = totals.Text();
    seen.withheld = *index->Withheld(file);
    seen.damage = *index->Damage(all ? Files() : std::vector<std::string>{log_});
    return seen;
  }

  void ExpectSameAsFiles() {
    const DecisionFilter all;
    ExpectSame(FromIndex(all), FromFiles(all));
    ExpectSame(FromIndex(all, /*all=*/false), FromFiles(all, /*all=*/false));
  }

  const TemporaryFolder temporary_;
  const std::string log_ = temporary_.path() + "/placements.jsonl";
};

std::string Queued(uint64_t sequence, uint64_t of, uint32_t job_id) {
  return WriteRecord(BookingRecord{{{kBoot, sequence}, kStart},
                                   {DecisionId({kBoot, of}), BookingFate::kConfirmed, job_id}});
}
std::string Expired(uint64_t sequence, uint64_t of) {
  return WriteRecord(BookingRecord{{{kBoot, sequence}, kStart},
                                   {DecisionId({kBoot, of}), BookingFate::kExpired, 0}});
}
std::string GivenBack(uint64_t sequence, uint64_t of, const std::string& error = "") {
  JobRestore given_back;
  given_back.decision_id = DecisionId({kBoot, of});
  given_back.job_id = 4711;
  given_back.reason = "its pool is down";
  return WriteRecord(ReturnRecord{{{"0123456789abcdef", sequence}, kStart}, given_back, error});
}
std::string Withheld(uint64_t sequence) {
  const WithheldRecords withheld = {
      .user_id = 4242424, .count = 7, .first = kStart, .last = kStart + absl::Seconds(30)};
  return WriteRecord(WithheldRecord{{{kBoot, sequence}, kStart}, withheld});
}

TEST_F(DecisionIndexTest, ShowsWhatTheFilesShow) {
  Append(Line({.sequence = 1}));
  Append(Line({.sequence = 2, .name = "eval,\xc3\xa4", .account = "", .mode = Mode::kShadow}, 700,
              900));
  Append(Line({.sequence = 3, .chosen = "frankfurt", .is_stated = true}));
  Append(Queued(4, 1, 17) + Queued(5, 1, 18) + Expired(6, 2) + GivenBack(1, 3));
  Append(GivenBack(2, 1, "slurmctld says no") + Withheld(7));
  Append("no record\n" + Line({.sequence = 12}));
  Append(R"({"v":1,"type":"decision","boot":"b","seq":1,"time":"2026-11-24T19:00:00Z"})"
         "\n");
  Append(R"({"v":1,"type":"decision","boot":"b","seq":2,"time":7})"
         "\n");
  ExpectSameAsFiles();
  EXPECT_THAT(FromIndex({}).damage,
              ElementsAre(HasSubstr("4 records missing"), HasSubstr("1 line is not a record"),
                          HasSubstr("1 record has fields that cannot be read")));
}

TEST_F(DecisionIndexTest, JoinsWhatComesBeforeItsDecision) {
  Append(Queued(1, 9, 17) + GivenBack(1, 9) + Expired(2, 8));
  ExpectSameAsFiles();
  Append(Line({.sequence = 8}) + Line({.sequence = 9}));
  ExpectSameAsFiles();
  EXPECT_THAT(FromIndex({}).decisions, HasSubstr("outcome=not-queued"));
  EXPECT_THAT(FromIndex({}).decisions, HasSubstr("jobid=17/17"));
}

TEST_F(DecisionIndexTest, ReadsOnWhereItEnded) {
  for (uint64_t i = 1; i <= 5; ++i) {
    Append(Line({.sequence = 2 * i}) + Queued(2 * i + 1, 2 * i, static_cast<uint32_t>(i)));
    ExpectSameAsFiles();
  }
}

TEST_F(DecisionIndexTest, TakesALineOnlyWhenItIsWhole) {
  const std::string line = Line({.sequence = 2});
  Append(Line({.sequence = 1}) + line.substr(0, 100));
  const std::string before = FromIndex({}).decisions;
  EXPECT_THAT(FromIndex({}).damage, IsEmpty());
  Append(line.substr(100));
  ExpectSameAsFiles();
  EXPECT_NE(FromIndex({}).decisions, before);
}

TEST_F(DecisionIndexTest, FollowsLogrotate) {
  const auto rotate = [&](int from, const char* suffix = "") {
    fs::rename(absl::StrCat(log_, from == 0 ? "" : absl::StrCat(".", from), suffix),
               absl::StrCat(log_, ".", from + 1, suffix));
  };
  Append(Line({.sequence = 1}) + Line({.sequence = 2}));
  ExpectSameAsFiles();
  Append(Line({.sequence = 3}));  // not read before the file is renamed
  rotate(0);
  Append(Queued(4, 2, 17) + Line({.sequence = 5}));
  ExpectSameAsFiles();
  ASSERT_EQ(system(absl::StrCat("gzip ", log_, ".1").c_str()), 0);
  ExpectSameAsFiles();
  rotate(1, ".gz");
  rotate(0);
  Append(Line({.sequence = 6}));
  ExpectSameAsFiles();
  fs::remove(log_ + ".2.gz");
  ExpectSameAsFiles();
}

TEST_F(DecisionIndexTest, BeginsAnewWhereAFileChangedInAnotherWay) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2}));
  ExpectSameAsFiles();
  std::ofstream(log_) << Line({.sequence = 1, .name = "rewritten"});
  ExpectSameAsFiles();
  // An older file comes back.
  std::ofstream(log_ + ".1") << Line({.sequence = 0, .name = "older"});
  ExpectSameAsFiles();
}

TEST_F(DecisionIndexTest, FiltersAsTheFilesAreFiltered) {
  for (uint64_t i = 1; i <= 40; ++i) {
    Append(Line({.sequence = i,
                 .uid = i % 3 == 0 ? 0U : 4242424U,
                 .account = i % 2 == 0 ? "ml" : "bio",
                 .home = i % 5 == 0 ? "lyon" : "frankfurt",
                 .after = absl::Hours(i)}));
  }
  std::vector<DecisionFilter> filters(9);
  filters[1].start = kStart + absl::Hours(7);
  filters[2].end = kStart + absl::Hours(7);
  filters[3].users = {"root"};
  filters[4].users = {"4242424", "nobody-has-this-name"};
  filters[5].accounts = {"bio", "none"};
  filters[6].sites = {"lyon"};
  filters[7].partitions = {"frankfurt"};
  filters[8].policies = {"other"};
  for (const DecisionFilter& filter : filters) ExpectSame(FromIndex(filter), FromFiles(filter));
}

TEST_F(DecisionIndexTest, KeepsWhatBecameOfJobs) {
  Append(Line({.sequence = 1}) + Queued(2, 1, 17) + Line({.sequence = 3}) + Queued(4, 3, 18));
  const std::unique_ptr<DecisionIndex> index = Open();
  ASSERT_TRUE(index->Update(Files()).ok());
  const DecisionFilter all;
  EXPECT_THAT(*index->JobsToAskFor({all}), ElementsAre(17, 18));
  JobFate fate;
  fate.ran = absl::Hours(3);
  fate.ran_share = 0.1;
  fate.has_ended = true;
  fate.ran_elsewhere = {"lyon", "paris"};
  ASSERT_TRUE(index->KeepFates({{1, fate}}).ok());
  EXPECT_THAT(*index->JobsToAskFor({all}), ElementsAre(18));
  for (const bool only_sums : {false, true}) {
    std::vector<LoggedDecision> decisions;
    ASSERT_TRUE(index
                    ->ForEach({all, "", only_sums},
                              [&](int64_t, LoggedDecision d) { decisions.push_back(std::move(d)); })
                    .ok());
    ASSERT_EQ(decisions.size(), 2);
    ASSERT_TRUE(decisions[0].fate.has_value());
    EXPECT_EQ(decisions[0].fate->ran, fate.ran);
    EXPECT_EQ(decisions[0].fate->ran_share, fate.ran_share);
    EXPECT_EQ(decisions[0].fate->ran_elsewhere, fate.ran_elsewhere);
    EXPECT_TRUE(decisions[0].fate->has_ended);
    EXPECT_FALSE(decisions[1].fate.has_value());
  }
}

// Random steps of a plugin, of logrotate and of readers. No file is deleted: the index remembers
// what it said.
TEST_F(DecisionIndexTest, IsRightAfterAnySteps) {
  std::mt19937 random(7);
  uint64_t sequence = 0, rotated = 0;
  Append(Line({.sequence = ++sequence}));
  for (int step = 0; step < 120; ++step) {
    const uint64_t of = 1 + random() % (sequence + 2);
    switch (random() % 8) {
      case 0:
      case 1:
      case 2:
        Append(Line({.sequence = ++sequence, .home_grams = 1000.0 + random() % 1000}));
        break;
      case 3:
        Append(Queued(++sequence, of, static_cast<uint32_t>(random() % 100 + 1)));
        break;
      case 4:
        Append(random() % 2 == 0 ? Expired(++sequence, of) : GivenBack(sequence, of));
        break;
      case 5:
        sequence += 2;
        Append("{}\n" + Withheld(sequence));
        break;
      case 6:
        fs::rename(log_, absl::StrCat(log_, "-", 20261122 + ++rotated));
        Append(Line({.sequence = ++sequence}));
        break;
      case 7:
        for (const std::string& file : Files()) {
          if (file == log_ || file.ends_with(".gz") || random() % 2 == 0) continue;
          ASSERT_EQ(system(absl::StrCat("gzip ", file).c_str()), 0);
        }
        break;
    }
    if (random() % 3 == 0) ExpectSame(FromIndex({}), FromFiles({}));
    if (HasFailure()) FAIL() << "at step " << step;
  }
}

TEST_F(DecisionIndexTest, IsForItsOwnerAlone) {
  Append(Line({.sequence = 1}));
  ExpectSameAsFiles();
  struct stat facts = {};
  ASSERT_EQ(stat((log_ + ".index").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(DecisionIndexTest, BelongsToTheOwnerOfTheFolder) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  ASSERT_EQ(chown(temporary_.path().c_str(), 4242, 4243), 0);
  Append(Line({.sequence = 1}));
  ExpectSameAsFiles();
  struct stat facts = {};
  ASSERT_EQ(stat((log_ + ".index").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, 4242U);
  EXPECT_EQ(facts.st_gid, 4243U);
}

TEST_F(DecisionIndexTest, FollowsNoLink) {
  Append(Line({.sequence = 1}));
  fs::create_symlink(temporary_.path() + "/elsewhere", log_ + ".index");
  EXPECT_EQ(DecisionIndex::Open(log_).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_FALSE(fs::exists(temporary_.path() + "/elsewhere"));
}

TEST_F(DecisionIndexTest, SaysThatItIsDamaged) {
  Append(Line({.sequence = 1}));
  ExpectSameAsFiles();
  std::ofstream(log_ + ".index") << std::string(10000, 'x');
  EXPECT_EQ(DecisionIndex::Open(log_).status().code(), absl::StatusCode::kDataLoss);
  DecisionIndex::Remove(log_);
  ExpectSameAsFiles();
}

}  // namespace
}  // namespace carbon
