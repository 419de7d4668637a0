#include "cli/explain/past_bookings.h"

#include "absl/strings/numbers.h"

namespace carbon {
namespace {

// "3f9c21aa04d7be15-42" is number 42 of the boot "3f9c21aa04d7be15".
std::string BootOf(const std::string& decision_id) {
  return decision_id.substr(0, decision_id.find('-'));
}
uint64_t SequenceOf(const std::string& decision_id) {
  uint64_t sequence = 0;
  const size_t dash = decision_id.find('-');
  if (dash == std::string::npos || !absl::SimpleAtoi(decision_id.substr(dash + 1), &sequence))
    return 0;
  return sequence;
}

}  // namespace

void PastBookings::Add(const PlacementRecord& record) {
  const Decision& decision = record.decision;
  if (!decision.booked_when.has_value() || decision.outcome == Outcome::kLeftAlone) return;
  const std::string id = DecisionId(record.id);
  by_boot_[record.id.boot][record.id.sequence] = {
      .decision_id = id,
      .group = decision.booked_group,
      .when = *decision.booked_when,
      .amount = decision.booked_amount,
      .made_at = record.time,
      .shadow = decision.mode == Mode::kShadow && decision.outcome == Outcome::kPlaced,
      .user_id = record.job.user_id,
      .is_nice = record.job.nice > 0};
}

void PastBookings::NoteJob(const std::string& decision_id, uint32_t job_id) {
  auto& bookings = by_boot_[BootOf(decision_id)];
  const auto it = bookings.find(SequenceOf(decision_id));
  if (it != bookings.end()) it->second.job_id = job_id;
}

void PastBookings::End(const std::string& decision_id) {
  by_boot_[BootOf(decision_id)].erase(SequenceOf(decision_id));
}

std::vector<Booking> PastBookings::Of(const std::string& boot) const {
  std::vector<Booking> bookings;
  const auto it = by_boot_.find(boot);
  if (it == by_boot_.end()) return bookings;
  for (const auto& [sequence, booking] : it->second) bookings.push_back(booking);
  return bookings;
}

}  // namespace carbon
