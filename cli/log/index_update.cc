#include "cli/log/index_update.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/log/index_tables.h"
#include "cli/log/logged_decision.h"
#include "core/record/decision_summary.h"

namespace carbon {
namespace {

std::optional<int64_t> NumberUnlessZero(uint32_t job_id) {
  return job_id == 0 ? std::nullopt : std::optional<int64_t>(job_id);
}

// Rows are in the order of the files, and of the lines in each, whenever they are added.
int64_t RowOf(const IndexedFile& file) {
  constexpr int kOffsetBits = 42;  // 4 TB of text
  return (file.number << kOffsetBits) + file.place.line_offset;
}

}  // namespace

absl::Status IndexUpdate::Begin() {
  absl::Status status = names_.Load();
  status.Update(ForEachRow(
      database_->Prepare("SELECT boot, sequence FROM boots"), [this](const Statement& row) {
        sequences_[std::string(row.Bytes(0))] = static_cast<uint64_t>(row.Integer(1));
        return absl::OkStatus();
      }));
  status.Update(ForEachRow(database_->Prepare("SELECT boot, sequence FROM pending_events"),
                           [this](const Statement& row) {
                             pending_events_.emplace(row.Integer(0), row.Integer(1));
                             return absl::OkStatus();
                           }));
  if (!status.ok()) return status;
  std::string marks = "?, ?";
  for (int i = 0; i < CountDecisionColumns(); ++i) marks += ", ?";
  absl::StatusOr<Statement> insert = database_->Prepare(
      absl::StrCat("INSERT INTO decisions (row, file, ", DecisionColumnNames(SelectColumns({})),
                   ") VALUES (", marks, ")"));
  if (!insert.ok()) return insert.status();
  insert_.emplace(*std::move(insert));
  return absl::OkStatus();
}

absl::Status IndexUpdate::Read(const std::string& path, bool is_live, int64_t max_bytes,
                               IndexedFile* file) {
  file->damage.end.clear();
  const absl::StatusOr<bool> is_at_end =
      ReadPlacementLogFrom(path, is_live, max_bytes, &file->place, &sequences_, &file->damage,
                           [&](const LogEntry& entry, absl::string_view) {
                             if (status_.ok()) status_.Update(Add(entry, *file));
                           });
  if (!is_at_end.ok()) return absl::AbortedError(is_at_end.status().message());
  if (!status_.ok()) return status_;
  for (const std::string& gap : std::exchange(file->damage.gaps, {})) {
    absl::Status kept =
        database_->Run("INSERT INTO gaps (file, gap) VALUES (?, ?)", file->number, gap);
    if (!kept.ok()) return kept;
  }
  file->is_final = *is_at_end && !is_live;
  // No file has this size, so that it is read on.
  if (!*is_at_end) file->mark.size = -1;
  return WriteIndexedFile(*file, database_);
}

absl::Status IndexUpdate::End() {
  for (const auto& [boot, sequence] : sequences_) {
    absl::Status kept =
        database_->Run("INSERT OR REPLACE INTO boots (boot, sequence) VALUES (?, ?)", boot,
                       static_cast<int64_t>(sequence));
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

absl::Status IndexUpdate::Add(const LogEntry& entry, const IndexedFile& file) {
  if (const auto* record = std::get_if<PlacementRecord>(&entry)) return AddDecision(*record, file);
  if (const auto* booking = std::get_if<BookingRecord>(&entry)) {
    const BookingEvent& event = booking->event;
    return AddEvent(event.decision_id, NumberUnlessZero(event.job_id),
                    event.fate == BookingFate::kExpired, std::nullopt);
  }
  if (const auto* returned = std::get_if<ReturnRecord>(&entry)) {
    const JobRestore& restore = returned->given_back;
    std::optional<absl::string_view> reason;
    if (returned->error.empty()) reason = restore.reason;
    return AddEvent(restore.decision_id, NumberUnlessZero(restore.job_id), /*not_queued=*/false,
                    reason);
  }
  if (const auto* record = std::get_if<WithheldRecord>(&entry)) {
    return AddWithheld(record->withheld, file.number);
  }
  return absl::OkStatus();
}

absl::Status IndexUpdate::AddDecision(const PlacementRecord& record, const IndexedFile& file) {
  LoggedDecision decision;
  decision.summary = SummaryOf(record);
  const absl::StatusOr<int64_t> boot = names_.NumberOf(record.id.boot);
  if (!boot.ok()) return boot.status();
  insert_->Rebind(RowOf(file), file.number);
  absl::Status bound = BindDecision(&decision, 3, &names_, &*insert_);
  if (!bound.ok()) return bound;
  absl::Status inserted = insert_->Step().status();
  const Id id(*boot, static_cast<int64_t>(record.id.sequence));
  if (inserted.ok() && pending_events_.erase(id) > 0) return ApplyPendingEvents(id);
  return inserted;
}

absl::Status IndexUpdate::AddWithheld(const WithheldRecords& withheld, int64_t file) {
  // A record without its times counts nowhere.
  if (withheld.first == absl::InfinitePast() || withheld.last == absl::InfinitePast()) {
    return absl::OkStatus();
  }
  return database_->Run(
      "INSERT INTO withheld (file, user_id, count, first, last) VALUES (?, ?, ?, ?, ?)", file,
      withheld.user_id ? std::optional<int64_t>(*withheld.user_id) : std::nullopt,
      static_cast<int64_t>(withheld.count), absl::ToUnixMicros(withheld.first),
      absl::ToUnixMicros(withheld.last));
}

absl::Status IndexUpdate::AddEvent(const std::string& decision_id, std::optional<int64_t> job_id,
                                   bool not_queued, std::optional<absl::string_view> reason) {
  const size_t dash = decision_id.rfind('-');
  uint64_t sequence = 0;
  if (dash == std::string::npos || !absl::SimpleAtoi(decision_id.substr(dash + 1), &sequence)) {
    return absl::OkStatus();  // it names no decision
  }
  const absl::StatusOr<int64_t> boot = names_.NumberOf(decision_id.substr(0, dash));
  if (!boot.ok()) return boot.status();
  const Id id(*boot, static_cast<int64_t>(sequence));
  if (!find_.has_value()) {
    absl::StatusOr<Statement> find =
        database_->Prepare("SELECT 1 FROM decisions WHERE boot = ? AND sequence = ?");
    if (!find.ok()) return find.status();
    find_.emplace(*std::move(find));
  }
  find_->Rebind(id.first, id.second);
  const absl::StatusOr<bool> is_known = find_->Step();
  find_->Reset();
  if (!is_known.ok()) return is_known.status();
  if (*is_known) return Apply(id, job_id, not_queued, reason);
  pending_events_.insert(id);
  return database_->Run(
      "INSERT INTO pending_events (boot, sequence, job_id, not_queued, returned_reason)"
      " VALUES (?, ?, ?, ?, ?)",
      id.first, id.second, job_id, static_cast<int64_t>(not_queued), reason);
}

absl::Status IndexUpdate::ApplyPendingEvents(const Id& id) {
  struct Event {
    std::optional<int64_t> job_id;
    bool not_queued = false;
    std::optional<std::string> reason;
  };
  std::vector<Event> events;
  absl::Status status =
      ForEachRow(database_->Prepare("SELECT job_id, not_queued, returned_reason FROM pending_events"
                                    " WHERE boot = ? AND sequence = ? ORDER BY rowid",
                                    id.first, id.second),
                 [&events](const Statement& row) {
                   Event& event = events.emplace_back();
                   event.job_id = row.OptionalInteger(0);
                   event.not_queued = row.Integer(1) != 0;
                   if (!row.IsNull(2)) event.reason = std::string(row.Bytes(2));
                   return absl::OkStatus();
                 });
  for (const Event& event : events) {
    std::optional<absl::string_view> reason;
    if (event.reason.has_value()) reason = *event.reason;
    status.Update(Apply(id, event.job_id, event.not_queued, reason));
  }
  status.Update(database_->Run("DELETE FROM pending_events WHERE boot = ? AND sequence = ?",
                               id.first, id.second));
  return status;
}

// If there are several events of one kind, the first counts.
absl::Status IndexUpdate::Apply(const Id& id, std::optional<int64_t> job_id, bool not_queued,
                                std::optional<absl::string_view> reason) {
  absl::Status applied;
  if (job_id.has_value()) {
    applied.Update(RunPrepared(&set_job_,
                               "UPDATE decisions SET job_id = ?"
                               " WHERE boot = ? AND sequence = ? AND job_id IS NULL",
                               *job_id, id.first, id.second));
  }
  if (not_queued) {
    applied.Update(
        database_->Run("UPDATE decisions SET not_queued = 1 WHERE boot = ? AND sequence = ?",
                       id.first, id.second));
  }
  if (reason.has_value()) {
    applied.Update(
        database_->Run("UPDATE decisions SET is_returned = 1, returned_reason = ?"
                       " WHERE boot = ? AND sequence = ? AND is_returned = 0",
                       *reason, id.first, id.second));
  }
  return applied;
}

template <class... Values>
absl::Status IndexUpdate::RunPrepared(std::optional<Statement>* statement, const char* sql,
                                      const Values&... values) {
  if (!statement->has_value()) {
    absl::StatusOr<Statement> prepared = database_->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    statement->emplace(*std::move(prepared));
  }
  (*statement)->Rebind(values...);
  return (*statement)->Step().status();
}

}  // namespace carbon
