// Measures how long scarbon log takes on a log of a year: with its index, while the index is made,
// and without. Writes the log into the given folder and removes it, and prints the tables of
// docs/performance.md, "The log of a year":
//
//   log_bench FOLDER DECISIONS
//
// The decisions are made for the jobs of the synthetic cluster, and each is written again and again
// for other users, accounts and times. The queue then shows each job, as a second record.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "bench/synthetic_cluster.h"
#include "cli/log/decision_index.h"
#include "cli/log/fields.h"
#include "cli/log/log_contents.h"
#include "cli/log/totals.h"
#include "core/decision/decision.h"
#include "core/record/event_records.h"
#include "core/record/record.h"

namespace carbon {
namespace {

constexpr char kBoot[] = "0123456789abcdef";
constexpr int kUsers = 300, kAccounts = 40;

class LogWriter {
 public:
  explicit LogWriter(int64_t decisions)
      : cluster_(MakeCluster({.sites = 5})),
        start_(cluster_.now - absl::Hours(24 * 365)),
        interval_(absl::Hours(24 * 365) / decisions) {
    for (const JobRequest& job : cluster_.jobs) {
      decisions_.push_back(Decide(job, *cluster_.snapshot, cluster_.ledger, cluster_.now));
      if (decisions_.size() == 256) break;
    }
  }

  void Write(int64_t count, const std::string& path) {
    std::ofstream log(path, std::ios::app | std::ios::binary);
    for (int64_t i = 0; i < count; ++i, ++written_) {
      const auto of = static_cast<size_t>(written_) % decisions_.size();
      PlacementRecord record;
      record.id = {kBoot, ++sequence_};
      record.time = start_ + interval_ * written_;
      record.job = cluster_.jobs[of];
      record.job.user_id = 10'000 + static_cast<uint32_t>(written_ * 7 % kUsers);
      record.job.account = absl::StrCat("account", written_ * 11 % kAccounts);
      record.job.name = absl::StrCat("train-", written_);
      record.decision = decisions_[of];
      record.ledger_digest = std::string(64, '0');
      log << WriteRecord(record);
      const BookingEvent event = {DecisionId(record.id), BookingFate::kConfirmed,
                                  static_cast<uint32_t>(written_ + 1)};
      log << WriteRecord(BookingRecord{{{kBoot, ++sequence_}, record.time}, event});
    }
  }

  absl::Time start() const { return start_; }

 private:
  const SyntheticCluster cluster_;
  const absl::Time start_;
  const absl::Duration interval_;
  std::vector<Decision> decisions_;
  int64_t written_ = 0;
  uint64_t sequence_ = 0;
};

template <class Work>
double SecondsOf(const Work& work) {
  const absl::Time begin = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - begin);
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "log_bench: " << status.message() << "\n";
  std::exit(1);
}

// As a call of scarbon log does: the index is opened and brought up to date, and sums are made.
int64_t Query(const std::string& log, const DecisionFilter& filter, const char* group_by) {
  auto index = DecisionIndex::Open(log);
  Check(index.status());
  Check((*index)->Update(IndexScope::kAllFiles).status());
  std::string error;
  const bool has_groups = group_by != std::string();
  const auto fields =
      has_groups ? *ParseLogGroups(group_by, &error) : std::vector<const LogField*>();
  LogGroups groups(fields);
  LogTotals totals;
  int64_t count = 0;
  IndexQuery query = {filter};
  if (has_groups) query.columns = ColumnsForSums(fields, /*for_fates=*/false);
  Check((*index)->JobsToAskFor(query).status());
  Check((*index)->ForEach(query, [&](int64_t, const LoggedDecision& decision) {
    ++count;
    totals.Add(decision);
    if (has_groups) groups.Add(decision);
  }));
  if (totals.Text().empty() || groups.ToTable().Format(Table::Style::kAligned, true).empty()) {
    std::exit(1);
  }
  return count;
}

void Measure(const std::string& folder, int64_t decisions) {
  const std::string log = absl::StrCat(folder, "/log_bench.jsonl");
  if (std::filesystem::exists(log)) {
    std::cerr << "log_bench: " << log << " exists\n";
    std::exit(1);
  }
  LogWriter writer(decisions);
  writer.Write(decisions, log);
  const auto megabytes = [](const std::string& path) {
    return static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  };
  const DecisionFilter all;
  const double files = SecondsOf([&] {
    LogTotals totals;
    auto contents = ReadLogs({log}, {.start = writer.start(), .users = {"10007"}}, false,
                             [](const std::string&) {});
    Check(contents.status());
    for (const LoggedDecision& decision : contents->decisions) totals.Add(decision);
  });
  const double made = SecondsOf([&] { Query(log, all, "account"); });
  std::cout << "| decisions | log MB | index MB | index made s | without index, one user s |\n"
               "|--:|--:|--:|--:|--:|\n"
            << absl::StrFormat("| %d | %.0f | %.0f | %.1f | %.1f |\n\n", decisions, megabytes(log),
                               megabytes(log + ".index"), made, files);

  std::cout << "| query | decisions | median s | of five runs s |\n|:--|--:|--:|--:|\n";
  const auto row = [&](const char* name, const DecisionFilter& filter, const char* group_by) {
    std::array<double, 5> seconds;
    int64_t count = 0;
    for (double& each : seconds) {
      each = SecondsOf([&] { count = Query(log, filter, group_by); });
    }
    std::sort(seconds.begin(), seconds.end());
    std::cout << absl::StrFormat("| %s | %d | %.2f | %.2f-%.2f |\n", name, count, seconds[2],
                                 seconds.front(), seconds.back());
  };
  row("--group-by account", all, "account");
  row("--group-by site,outcome", all, "site,outcome");
  row("--group-by reason -S of the last month", {.start = writer.start() + absl::Hours(24 * 335)},
      "reason");
  row("-u of one user", {.users = {"10007"}}, "");
  row("-S of the last day", {.start = writer.start() + absl::Hours(24 * 364)}, "");
  writer.Write(1000, log);
  const double added = SecondsOf([&] { Query(log, all, "account"); });
  std::cout << absl::StrFormat("| --group-by account, 1000 decisions new | %d | %.2f | |\n",
                               decisions + 1000, added);
  std::filesystem::remove(log);
  DecisionIndex::RemoveDamaged(log);
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) {
  int64_t decisions = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &decisions) || decisions < 1) {
    std::cerr << "usage: log_bench FOLDER DECISIONS\n";
    return 2;
  }
  carbon::Measure(argv[1], decisions);
}
