// The index gives what the files give: every test compares the two.
#include "cli/log/decision_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/log/decision_columns.h"
#include "cli/log/fields.h"
#include "cli/log/index_tables.h"
#include "cli/log/log_contents.h"
#include "cli/log/totals.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "core/snapshot/snapshot.h"
#include "store/rotated_logs.h"
#include "store/sqlite.h"
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
      // The index has no outcomes.
      const std::string all = ListLogFields();
      const std::string list =
          absl::StrReplaceAll(all.substr(0, all.find("with --outcome")), {{"\n", " "}});
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
      "user,account,qos,partition,pool,site,homesite,zone,hardware,outcome,mode,arm,policy,"
      "minimised,"
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
    const auto updated = index->Update(IndexScope::kAllFiles);
    EXPECT_TRUE(updated.ok()) << updated.status();
    EXPECT_TRUE(*index->BeginReading());
    const std::string file = all ? "" : log_;
    EXPECT_TRUE(
        index->ForEach({filter, file}, [&](int64_t, const LoggedDecision& d) { seen.Add(d); })
            .ok());
    LogGroups groups(Groups());
    LogTotals totals;
    EXPECT_TRUE(index
                    ->ForEach({filter, file, ColumnsForSums(Groups())},
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
  WithheldRecords timeless = {.user_id = 1, .count = 7};
  timeless.first = timeless.last = absl::InfinitePast();
  Append(WriteRecord(WithheldRecord{{{"0000000000000000", 1}, kStart}, timeless}));
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

TEST_F(DecisionIndexTest, ReadsOnlyWholeLines) {
  const std::string line = Line({.sequence = 2});
  Append(Line({.sequence = 1}) + line.substr(0, 100));
  const std::string before = FromIndex({}).decisions;
  EXPECT_THAT(FromIndex({}).damage, IsEmpty());
  Append(line.substr(100));
  ExpectSameAsFiles();
  EXPECT_NE(FromIndex({}).decisions, before);
}

TEST_F(DecisionIndexTest, ReportsALineThatWasCutByARotation) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2}).substr(0, 100));
  ExpectSame(FromIndex({}), FromIndex({}));
  fs::rename(log_, log_ + ".1");
  Append(Line({.sequence = 2}));
  ExpectSameAsFiles();
  EXPECT_THAT(FromIndex({}).damage, ElementsAre(HasSubstr("1 line is not a record")));
}

TEST_F(DecisionIndexTest, RemembersWhatADeletedFileSaid) {
  Append(Queued(1, 2, 17));
  ExpectSame(FromIndex({}), FromFiles({}));
  fs::rename(log_, log_ + ".1");
  Append(Line({.sequence = 2}));
  ExpectSame(FromIndex({}), FromFiles({}));
  fs::remove(log_ + ".1");
  EXPECT_THAT(FromIndex({}).decisions, HasSubstr("jobid=17/17"));
}

TEST_F(DecisionIndexTest, IsRightBesideCopiesAndTouchedFiles) {
  Append(Line({.sequence = 1}));
  ExpectSameAsFiles();
  fs::copy_file(log_, log_ + ".1");
  ExpectSameAsFiles();
  Append(Line({.sequence = 2}));
  ExpectSameAsFiles();
  ASSERT_EQ(system(absl::StrCat("touch ", log_, " ", log_, ".1").c_str()), 0);
  ExpectSameAsFiles();
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

TEST_F(DecisionIndexTest, RebuildsIfAFileChangedInAnotherWay) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2}));
  ExpectSameAsFiles();
  std::ofstream(log_) << Line({.sequence = 1, .name = "rewritten"});
  ExpectSameAsFiles();
  // A file is replaced by a shorter backup of it, and goes on from there.
  Append(Line({.sequence = 2}) + Line({.sequence = 3}));
  ExpectSameAsFiles();
  std::ofstream(log_ + ".new") << Line({.sequence = 1, .name = "rewritten"});
  fs::rename(log_ + ".new", log_);
  for (uint64_t i = 4; i < 9; ++i) Append(Line({.sequence = i}));
  ExpectSameAsFiles();
  // A line is removed.
  ASSERT_EQ(system(absl::StrCat("sed -i 2d ", log_).c_str()), 0);
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
  Append(R"({"v":1,"type":"decision","boot":"b","seq":1,"time":"2026-11-24T19:00:00Z"})"
         "\n");
  std::vector<DecisionFilter> filters(10);
  filters[1].start = kStart + absl::Hours(7);
  filters[2].end = kStart + absl::Hours(7);
  filters[3].users = {"root"};
  filters[4].users = {"4242424", "nobody-has-this-name"};
  filters[5].accounts = {"bio", "none"};
  filters[6].sites = {"lyon"};
  filters[7].partitions = {"frankfurt"};
  filters[8].policies = {"other"};
  filters[9].users = {""};
  for (const DecisionFilter& filter : filters) ExpectSame(FromIndex(filter), FromFiles(filter));
}

// Each kind of group reads columns of its own.
TEST_F(DecisionIndexTest, ReadsTheColumnsThatEachGroupNeeds) {
  Append(Line({.sequence = 1, .uid = 0}) + Line({.sequence = 2, .account = "bio", .home = "lyon"}));
  Append(Line({.sequence = 3, .chosen = "frankfurt", .mode = Mode::kShadow}) + GivenBack(1, 2));
  Append(Line({.sequence = 4, .chosen = "frankfurt", .arm = Arm::kExempt}));
  Append(Line({.sequence = 5, .arm = Arm::kPlaced}));
  const auto contents = ReadLogs(Files(), {}, false, [](const std::string&) {});
  ASSERT_TRUE(contents.ok());
  const std::unique_ptr<DecisionIndex> index = Open();
  ASSERT_TRUE(index->Update(IndexScope::kAllFiles).ok());
  for (const LogField* field : Groups()) {
    LogGroups from_files({field}), from_index({field});
    for (const LoggedDecision& decision : contents->decisions) from_files.Add(decision);
    ASSERT_TRUE(index
                    ->ForEach({DecisionFilter(), "", ColumnsForSums({field})},
                              [&](int64_t, const LoggedDecision& d) { from_index.Add(d); })
                    .ok());
    EXPECT_EQ(from_index.ToTable().Format(Table::Style::kParsable, true),
              from_files.ToTable().Format(Table::Style::kParsable, true))
        << field->name;
  }
}

TEST_F(DecisionIndexTest, KeepsWhatBecameOfJobs) {
  Append(Line({.sequence = 1}) + Queued(2, 1, 17) + Line({.sequence = 3}) + Queued(4, 3, 18));
  Append(Line({.sequence = 5}) + Queued(6, 5, 19));
  const std::unique_ptr<DecisionIndex> index = Open();
  ASSERT_TRUE(index->Update(IndexScope::kAllFiles).ok());
  const DecisionFilter all;
  EXPECT_THAT(*index->JobsToAskFor({all}), ElementsAre(17, 18, 19));
  JobFate fate;
  fate.ran = absl::Hours(3);
  fate.waited = absl::Minutes(40);
  fate.ran_share = 0.1;
  fate.has_ended = true;
  fate.ran_elsewhere = {"lyon", "paris"};
  std::vector<int64_t> rows;
  ASSERT_TRUE(
      index->ForEach({all}, [&](int64_t row, const LoggedDecision&) { rows.push_back(row); }).ok());
  ASSERT_EQ(rows.size(), 3);
  // Another job's fate is not taken for it.
  ASSERT_TRUE(
      index->KeepFates({{rows[0], 17, fate}, {rows[1], 99, fate}, {rows[2], 19, std::nullopt}})
          .ok());
  EXPECT_THAT(*index->JobsToAskFor({all}), ElementsAre(18));
  // Outcomes are not kept.
  EXPECT_THAT(*index->JobsToAskFor({all}, /*for_outcomes=*/true), ElementsAre(17, 18));
  std::set<std::string> few = ColumnsForSums({});
  few.merge(ColumnsForFates());
  for (const std::set<std::string>& columns : {std::set<std::string>(), few}) {
    std::vector<LoggedDecision> decisions;
    ASSERT_TRUE(index
                    ->ForEach({all, "", columns},
                              [&](int64_t, LoggedDecision d) { decisions.push_back(std::move(d)); })
                    .ok());
    ASSERT_EQ(decisions.size(), 3);
    ASSERT_TRUE(decisions[0].fate.has_value());
    if (columns.empty()) {
      EXPECT_EQ(decisions[0].fate->ran, fate.ran);
      EXPECT_EQ(decisions[0].fate->waited, fate.waited);
    }
    EXPECT_EQ(decisions[0].fate->ran_share, fate.ran_share);
    EXPECT_EQ(decisions[0].fate->ran_elsewhere, fate.ran_elsewhere);
    EXPECT_TRUE(decisions[0].fate->has_ended);
    EXPECT_FALSE(decisions[1].fate.has_value());
  }
}

// What an outcome needs, from the columns that are said to be needed for it.
TEST_F(DecisionIndexTest, HasWhatOutcomesNeed) {
  PlacementRecord record;
  record.id = {kBoot, 1};
  record.time = kStart;
  record.job.user_id = 17;
  record.job.exclusive = true;
  record.job.array_tasks = 3;
  record.decision = Placed();
  record.decision.signal = SignalKind::kMarginal;
  for (auto* plan : {&record.decision.home, &record.decision.chosen}) {
    PlannedRun& run = (*plan)->first();
    run.units = plan == &record.decision.home ? 8 : 16;
    run.wake_up = absl::Minutes(run.units);
    run.stays_powered = 1.0 / static_cast<double>(run.units);
    run.consequential = run.gross * 0.5;
  }
  Append(WriteRecord(record) + Line({.sequence = 2}) + Queued(3, 1, 17) + GivenBack(1, 1));
  const auto text = [](const LoggedDecision& decision) {
    const DecisionSummary& summary = decision.summary;
    std::string all = absl::StrCat(
        absl::FormatTime(summary.time), " ", summary.user_id, " ", decision.job_id.value_or(0), " ",
        decision.not_queued, decision.returned.has_value(), " ", OutcomeName(summary.outcome), " ",
        ModeName(summary.mode.value_or(Mode::kOff)), " ", SignalKindName(summary.signal), " ",
        summary.exclusive, " ", summary.tasks());
    for (const auto* plan : {&summary.home, &summary.chosen}) {
      if (!plan->has_value()) continue;
      const PlanSummary& one = **plan;
      absl::StrAppend(&all, "\n", one.partition, " ", one.site, " ", one.zone, " ", one.hardware,
                      " ", absl::FormatTime(one.start), " ", absl::FormatDuration(one.runtime), " ",
                      absl::FormatDuration(one.task_runtime), " ",
                      absl::FormatDuration(one.wake_up), " ", one.units, " ", one.energy.value(),
                      " ", one.intensity.value(), " ", one.gross.value(), " ",
                      one.consequential.value_or(GramsCo2e(-1)).value(), " ",
                      one.stays_powered.value_or(-1));
    }
    return all;
  };
  const auto contents = ReadLogs(Files(), {}, false, [](const std::string&) {});
  ASSERT_TRUE(contents.ok());
  std::vector<std::string> from_files, from_index;
  for (const LoggedDecision& decision : contents->decisions) from_files.push_back(text(decision));
  const std::unique_ptr<DecisionIndex> index = Open();
  ASSERT_TRUE(index->Update(IndexScope::kAllFiles).ok());
  const absl::Status read = index->ForEach(
      {DecisionFilter(), "", ColumnsForOutcomes()},
      [&](int64_t, const LoggedDecision& decision) { from_index.push_back(text(decision)); });
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(from_index, from_files);
  EXPECT_THAT(from_files[0], HasSubstr(" marginal 1 3\n"));
  EXPECT_THAT(from_files[0], HasSubstr(" 16m 16 "));
}

TEST_F(DecisionIndexTest, SelectsJobsThatWereDrawn) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2, .arm = Arm::kPlaced}));
  Append(Line({.sequence = 3, .arm = Arm::kExempt}) + Queued(4, 3, 17) + Queued(5, 1, 18));
  DecisionFilter drawn;
  drawn.drawn_only = true;
  ExpectSame(FromIndex(drawn), FromFiles(drawn));
  EXPECT_THAT(FromIndex(drawn).totals, HasSubstr("2 decisions"));
  EXPECT_THAT(*Open()->JobsToAskFor({drawn}), ElementsAre(17));
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

TEST_F(DecisionIndexTest, RefusesASymbolicLink) {
  Append(Line({.sequence = 1}));
  fs::create_symlink(temporary_.path() + "/elsewhere", log_ + ".index");
  EXPECT_EQ(DecisionIndex::Open(log_).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(fs::exists(temporary_.path() + "/elsewhere"));
}

std::string BigEndian(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

// SQLite's recovery deletes the file that a journal names as the one it belongs to. The owner of
// the folder may write such a journal, and must not be able to have root delete a file.
TEST_F(DecisionIndexTest, LetsTheOwnerOfTheFolderDoNothingAsRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  const std::string folder = temporary_.path() + "/log";
  const std::string log = folder + "/placements.jsonl";
  fs::create_directory(folder);
  ASSERT_EQ(chmod(temporary_.path().c_str(), 0755), 0);
  ASSERT_EQ(chown(folder.c_str(), 4242, 4243), 0);
  std::ofstream(log) << Line({.sequence = 1});
  const TemporaryFolder roots;
  const std::string victim = roots.path() + "/victim";
  std::ofstream(victim) << "secret";
  ASSERT_EQ(chmod(victim.c_str(), 0600), 0);
  {
    auto index = DecisionIndex::Open(log);
    ASSERT_TRUE(index.ok()) << index.status();
    ASSERT_TRUE((*index)->Update(IndexScope::kAllFiles).ok());
  }
  const std::string magic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  std::string journal =
      magic + BigEndian(0) + BigEndian(7) + BigEndian(1) + BigEndian(512) + BigEndian(4096);
  journal.resize(512, '\0');
  uint32_t sum = 0;
  for (const char c : victim) sum += static_cast<uint32_t>(c);
  journal += BigEndian(0x40000000 / 4096 + 1) + victim +
             BigEndian(static_cast<uint32_t>(victim.size())) + BigEndian(sum) + magic;
  std::ofstream(log + ".index-journal", std::ios::binary) << journal;
  ASSERT_EQ(chown((log + ".index-journal").c_str(), 4242, 4243), 0);
  const auto index = DecisionIndex::Open(log);
  if (index.ok()) (*index)->Update(IndexScope::kAllFiles).IgnoreError();
  EXPECT_TRUE(fs::exists(victim));
  EXPECT_EQ(geteuid(), 0U);
}

TEST_F(DecisionIndexTest, ReportsDamage) {
  Append(Line({.sequence = 1}));
  ExpectSameAsFiles();
  std::ofstream(log_ + ".index") << std::string(10000, 'x');
  EXPECT_EQ(DecisionIndex::Open(log_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(DecisionIndex::RemoveDamaged(log_)) << "it may be anybody's";
  fs::remove(log_ + ".index");
  ExpectSameAsFiles();
  EXPECT_TRUE(DecisionIndex::RemoveDamaged(log_));
  ExpectSameAsFiles();
}

TEST_F(DecisionIndexTest, IsRebuiltFromAnotherVersion) {
  Append(Line({.sequence = 1}));
  ExpectSameAsFiles();
  {
    const auto database = Database::Open(log_ + ".index", Database::Access::kWrite);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Run("DROP TABLE names").ok());
    ASSERT_TRUE((*database)->Run("PRAGMA user_version = 99").ok());
  }
  ExpectSameAsFiles();
}

TEST_F(DecisionIndexTest, IsNotUsedByRootWhereOthersMayWrite) {
  if (geteuid() != 0) GTEST_SKIP() << "the check is for root; others act as themselves";
  Append(Line({.sequence = 1}));
  for (const mode_t mode : {0775, 01777}) {
    ASSERT_EQ(chmod(temporary_.path().c_str(), mode), 0);
    EXPECT_EQ(DecisionIndex::Open(log_).status().code(), absl::StatusCode::kFailedPrecondition)
        << mode;
    EXPECT_FALSE(fs::exists(log_ + ".index"));
  }
}

TEST_F(DecisionIndexTest, ReadsNoRotatedFileThatNobodyAskedFor) {
  std::ofstream(log_ + ".1") << Line({.sequence = 1});
  Append(Line({.sequence = 2}));
  EXPECT_EQ(Open()->Update(IndexScope::kLogAlone).status().code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(Open()->Update(IndexScope::kAllFiles).ok());
  EXPECT_TRUE(Open()->Update(IndexScope::kLogAlone).ok());
  fs::rename(log_ + ".1", log_ + ".2");
  fs::rename(log_, log_ + ".1");
  Append(Line({.sequence = 3}));
  EXPECT_TRUE(Open()->Update(IndexScope::kLogAlone).ok());
}

TEST_F(DecisionIndexTest, SeesThatAnotherProcessHasChangedIt) {
  Append(Line({.sequence = 1}));
  const std::unique_ptr<DecisionIndex> index = Open();
  ASSERT_TRUE(index->Update(IndexScope::kAllFiles).ok());
  ASSERT_TRUE(*index->BeginReading());
  ASSERT_TRUE(index->EndReading().ok());
  Append(Line({.sequence = 2}));
  ASSERT_TRUE(Open()->Update(IndexScope::kAllFiles).ok());
  EXPECT_FALSE(*index->BeginReading());
  ASSERT_TRUE(index->Update(IndexScope::kAllFiles).ok());
  EXPECT_TRUE(*index->BeginReading());
}

TEST_F(DecisionIndexTest, ReportsACompressedFileThatWasCutInItsFirstBytes) {
  for (uint64_t i = 1; i <= 20; ++i) Append(Line({.sequence = i}));
  fs::rename(log_, log_ + ".1");
  ASSERT_EQ(system(absl::StrCat("gzip ", log_, ".1").c_str()), 0);
  Append(Line({.sequence = 21}));
  for (const int bytes : {200, 60, 30, 15}) {
    fs::resize_file(log_ + ".1.gz", bytes);
    ExpectSame(FromIndex({}), FromFiles({}));
    EXPECT_THAT(FromIndex({}).damage, ElementsAre(HasSubstr(log_ + ".1.gz: "))) << bytes;
    EXPECT_THAT(FromIndex({}).decisions, HasSubstr("id=3f9c21aa04d7be15-21\n")) << bytes;
  }
}

TEST_F(DecisionIndexTest, KeepsTheOrderIfAnOlderFileGrows) {
  Append(Line({.sequence = 1}));
  fs::rename(log_, log_ + ".1");
  Append(Line({.sequence = 3}));
  ExpectSame(FromIndex({}), FromFiles({}));
  std::ofstream(log_ + ".1", std::ios::app) << Line({.sequence = 2});
  const Seen files = FromFiles({});
  EXPECT_EQ(FromIndex({}).decisions, files.decisions);
}

// If this fails, raise kIndexVersion in cli/log/index_tables.h with the new digest.
TEST_F(DecisionIndexTest, HasANewVersionForOtherColumns) {
  EXPECT_EQ(kIndexVersion, 3);
  EXPECT_EQ(Sha256Hex(DecisionColumnTypes()).substr(0, 16), "dfb51a19c8dafb3e");
}

// Both make the index at the same time, again and again.
TEST_F(DecisionIndexTest, IsSharedByTwoProcesses) {
  for (uint64_t i = 1; i <= 50; ++i) Append(Line({.sequence = i}));
  const auto count = [&] {
    const auto index = DecisionIndex::Open(log_);
    if (!index.ok()) return absl::IsUnavailable(index.status()) ? 0 : 1;
    const absl::Status updated = (*index)->Update(IndexScope::kAllFiles).status();
    if (!updated.ok()) return absl::IsUnavailable(updated) ? 0 : 2;
    int decisions = 0;
    const absl::Status read =
        (*index)->ForEach({DecisionFilter()}, [&](int64_t, const LoggedDecision&) { ++decisions; });
    if (!read.ok()) return absl::IsUnavailable(read) ? 0 : 3;
    return decisions == 50 ? 0 : 4;
  };
  for (int round = 0; round < 20; ++round) {
    fs::remove(log_ + ".index");
    const pid_t child = fork();
    if (child == 0) _exit(count());
    EXPECT_EQ(count(), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "exit code " << WEXITSTATUS(status);
  }
}

}  // namespace
}  // namespace carbon
