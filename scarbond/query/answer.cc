#include "scarbond/query/answer.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/record/event_records.h"
#include "core/record/log_entry.h"
#include "core/record/record_reader.h"
#include "core/snapshot/part.h"
#include "store/file.h"
#include "store/log_file.h"
#include "store/rotated_logs.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

// Joins bytes to pieces of the size that one credential takes, and counts them.
class PieceWriter {
 public:
  explicit PieceWriter(const SendBytes& send) : send_(send) {}

  // ResourceExhausted beyond kMaxAnswerBytes: "is longer than 64 MiB".
  absl::Status Write(absl::string_view bytes) {
    sent_ += static_cast<int64_t>(bytes.size());
    if (sent_ > kMaxAnswerBytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("is longer than ", kMaxAnswerBytes >> 20, " MiB"));
    }
    while (!bytes.empty()) {
      const size_t taken = std::min(bytes.size(), kMaxPieceData - piece_.size());
      piece_.append(bytes.data(), taken);
      bytes.remove_prefix(taken);
      if (piece_.size() < kMaxPieceData) continue;
      if (absl::Status sent = Send(); !sent.ok()) return sent;
    }
    return absl::OkStatus();
  }

  // Sends what there is, if nothing was sent for long: the asker then knows that the answer is
  // being made, and an asker who is gone is noticed.
  absl::Status KeepAlive() {
    return absl::Now() - sent_at_ < kMaxSilence ? absl::OkStatus() : Send();
  }

  // Sends the rest.
  absl::Status Flush() { return piece_.empty() ? absl::OkStatus() : Send(); }

 private:
  static constexpr absl::Duration kMaxSilence = absl::Seconds(5);

  absl::Status Send() {
    absl::Status sent = send_(piece_);
    piece_.clear();
    sent_at_ = absl::Now();
    return sent;
  }

  const SendBytes& send_;
  std::string piece_;
  int64_t sent_ = 0;
  absl::Time sent_at_ = absl::Now();
};

absl::Status SendFile(const std::string& path, int64_t max_bytes, PieceWriter* writer) {
  const absl::StatusOr<std::string> bytes = ReadFile(path, max_bytes);
  if (!bytes.ok()) return bytes.status();
  return writer->Write(*bytes);
}

// Returns the part whose file has a name like "forecast-<sha256>.bin"; nullptr: none has.
const PartInfo* FindPart(absl::string_view name) {
  for (const PartInfo& info : kParts) {
    absl::string_view hash = name;
    if (!absl::ConsumePrefix(&hash, absl::StrCat(info.name, "-")) ||
        !absl::ConsumeSuffix(&hash, info.suffix)) {
      continue;
    }
    const bool is_hash =
        hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == hash.npos;
    if (is_hash) return &info;
  }
  return nullptr;
}

absl::Status SendPart(const DaemonConfig& config, const std::string& name, PieceWriter* writer) {
  const PartInfo* const info = FindPart(name);
  if (info == nullptr) return absl::InvalidArgumentError("part: is not the name of a part");
  if (info->is_private) {
    return absl::PermissionDeniedError(
        absl::StrCat(info->name, ": is shown on slurmctld's machine only"));
  }
  return SendFile(absl::StrCat(config.paths.snapshot, "/", name), info->max_bytes, writer);
}

// Decides which records of a log the asker sees.
class RecordFilter {
 public:
  RecordFilter(const Asker& asker, const Query& query)
      : asker_(asker),
        query_(query),
        has_bounds_(query.start != absl::InfinitePast() || query.end != absl::InfiniteFuture()),
        user_(absl::StrCat("\"user_id\":", asker.user)) {}

  // Returns the lines to send after this one was read, each with its newline: none, this one, or
  // before it also the events of its decision that were read earlier.
  std::string Take(absl::string_view line) {
    // To read a record takes ten times as long as to search it.
    if (!asker_.sees_all_jobs && absl::StrContains(line, "\"type\":\"decision\"") &&
        !absl::StrContains(line, user_)) {
      return "";
    }
    const absl::StatusOr<LogEntry> entry = ReadLogLine(line);
    const bool is_sent =
        entry.ok() ? std::visit([&](const auto& record) { return Admits(record, line); }, *entry)
                   : asker_.sees_all_jobs;
    return is_sent ? absl::StrCat(std::exchange(earlier_, ""), line, "\n") : "";
  }

 private:
  // An event may be written before its decision, but not long before.
  static constexpr size_t kMaxWaiting = 10'000;

  bool Admits(const PlacementRecord& record, absl::string_view) {
    if (!asker_.sees_all_jobs && record.job.user_id != asker_.user) return false;
    if (has_bounds_ && (record.time < query_.start || record.time > query_.end)) return false;
    const std::string id = DecisionId(record.id);
    const auto [begin, end] = waiting_.equal_range(id);
    for (auto one = begin; one != end; ++one) absl::StrAppend(&earlier_, one->second, "\n");
    waiting_.erase(begin, end);
    decisions_.insert(id);
    return true;
  }
  bool Admits(const BookingRecord& record, absl::string_view line) {
    return AdmitsEvent(record.event.decision_id, line);
  }
  bool Admits(const ReturnRecord& record, absl::string_view line) {
    return AdmitsEvent(record.given_back.decision_id, line);
  }
  bool AdmitsEvent(const std::string& decision, absl::string_view line) {
    if ((asker_.sees_all_jobs && !has_bounds_) || decisions_.contains(decision)) return true;
    if (waiting_.size() >= kMaxWaiting) waiting_.clear();
    waiting_.emplace(decision, line);
    return false;
  }
  bool Admits(const WithheldRecord& record, absl::string_view) const {
    return asker_.sees_all_jobs || record.withheld.user_id == asker_.user;
  }
  bool Admits(const DroppedRecord&, absl::string_view) const { return asker_.sees_all_jobs; }
  bool Admits(const ExcerptRecord&, absl::string_view) const { return false; }
  bool Admits(const UnknownRecord&, absl::string_view) const { return asker_.sees_all_jobs; }

  const Asker& asker_;
  const Query& query_;
  const bool has_bounds_;
  const std::string user_;
  std::set<std::string> decisions_;                  // that were sent
  std::multimap<std::string, std::string> waiting_;  // lines of events, by their decision
  std::string earlier_;                              // of these, the lines to send now
};

// Whether a file was written last before the span begins.
bool IsOlder(const std::string& path, absl::Time start) {
  struct stat facts;
  if (start == absl::InfinitePast() || stat(path.c_str(), &facts) != 0) return false;
  // An hour, because the clock may have been set.
  return absl::TimeFromTimespec(facts.st_mtim) < start - absl::Hours(1);
}

absl::Status SendRecords(const DaemonConfig& config, const Asker& asker, const Query& query,
                         PieceWriter* writer, std::vector<std::string>* notes) {
  ExcerptRecord head{{{std::string(16, '0'), 0}, absl::Now()}};
  if (!asker.sees_all_jobs) head.user_id = asker.user;
  head.start = query.start;
  head.end = query.end;
  if (absl::Status sent = writer->Write(WriteRecord(head)); !sent.ok()) return sent;
  std::vector<std::string> paths = {config.paths.log};
  if (query.rotated) {
    std::vector<std::string> skipped;
    paths = WithRotated(config.paths.log, CompressedLogs::kIncluded, &skipped);
    if (asker.sees_all_jobs) notes->insert(notes->end(), skipped.begin(), skipped.end());
  }
  RecordFilter filter(asker, query);
  for (const std::string& path : paths) {
    if (IsOlder(path, query.start)) continue;
    absl::StatusOr<LogFile> file = LogFile::Open(path);
    // logrotate may have renamed it meanwhile.
    if (absl::IsNotFound(file.status()) && path != config.paths.log) continue;
    if (!file.ok()) return file.status();
    for (std::string line; file->Next(&line);) {
      if (absl::Status alive = writer->KeepAlive(); !alive.ok()) return alive;
      if (line.empty() || line.size() > kMaxLogLine) continue;
      if (absl::Status sent = writer->Write(filter.Take(line)); !sent.ok()) {
        if (!absl::IsResourceExhausted(sent)) return sent;
        return absl::ResourceExhaustedError(
            absl::StrCat("the records of this time are more than ", kMaxAnswerBytes >> 20,
                         " MiB; ask for a shorter one (-S, -E), or on slurmctld's machine"));
      }
    }
    if (!file->status().ok()) notes->push_back(std::string(file->status().message()));
  }
  return absl::OkStatus();
}

absl::Status SendAnswer(const DaemonConfig& config, const Asker& asker, const Query& query,
                        PieceWriter* writer, std::vector<std::string>* notes) {
  switch (query.kind) {
    case QueryKind::kManifest:
      return SendFile(absl::StrCat(config.paths.snapshot, "/", kManifestFile),
                      SnapshotReader::kMaxManifestBytes, writer);
    case QueryKind::kPart:
      return SendPart(config, query.part, writer);
    case QueryKind::kRecords:
      return SendRecords(config, asker, query, writer, notes);
  }
  return absl::UnimplementedError("this kind of query is not known here");
}

}  // namespace

absl::Status AnswerQuery(const DaemonConfig& config, const Asker& asker, const Query& query,
                         const SendBytes& send, std::vector<std::string>* notes) {
  PieceWriter writer(send);
  if (absl::Status sent = SendAnswer(config, asker, query, &writer, notes); !sent.ok()) return sent;
  return writer.Flush();
}

}  // namespace carbon
