#include "cli/explain/search.h"

#include <variant>

namespace carbon {

void Search::Visit(const LogEntry& entry, absl::string_view line) {
  const RecordId& id = HeadOf(entry).id;
  first_.emplace(id.boot, id.sequence);
  std::visit([&](const auto& record) { VisitRecord(record, line); }, entry);
}

void Search::VisitRecord(const PlacementRecord& record, absl::string_view line) {
  const std::string id = DecisionId(record.id);
  if (found_.has_value()) {
    found_->is_alone &= id != id_;
    return;
  }
  if (!record.fault.empty()) {
    if (id == id_) fault_ = record.fault;
    if (unreadable_.empty()) unreadable_ = id;
    return;
  }
  if (id == id_) {
    found_.emplace();
    found_->record = record;
    found_->line = std::string(line);
    found_->bookings = bookings_.Of(record.id.boot);
    found_->first_sequence = first_[record.id.boot];
  }
  bookings_.Add(record);
}

void Search::VisitRecord(const BookingRecord& record, absl::string_view) {
  const BookingEvent& event = record.event;
  const bool is_held = event.fate == BookingFate::kSeen;
  if (found_.has_value()) {  // later records did not count for the decision
    if (event.decision_id != id_) return;
    if (event.job_id != 0) found_->job_id = event.job_id;
    if (!is_held) found_->fate = event.fate;
  } else if (!is_held) {
    bookings_.End(event.decision_id, IsForNothing(event), record.time);
  } else if (event.job_id != 0) {
    bookings_.NoteJob(event.decision_id, event.job_id);
  }
}

void Search::VisitRecord(const ReturnRecord& record, absl::string_view) {
  if (!found_.has_value() || record.given_back.decision_id != id_) return;
  if (record.given_back.job_id != 0) found_->job_id = record.given_back.job_id;
  if (!record.error.empty()) return;
  if (!found_->returned.has_value()) found_->returned = record;  // the first of two counts
}

void Search::VisitRecord(const RecordHead&, absl::string_view) {}

std::optional<NamedJob> JobNamedIn(const LogEntry& entry) {
  NamedJob named = {};
  if (const auto* booking = std::get_if<BookingRecord>(&entry)) {
    named = {booking->event.job_id, booking->event.decision_id};
  } else if (const auto* returned = std::get_if<ReturnRecord>(&entry)) {
    named = {returned->given_back.job_id, returned->given_back.decision_id};
  }
  if (named.job_id == 0) return std::nullopt;
  return named;
}

}  // namespace carbon
