#include "core/placer/record_budget.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace carbon {
namespace {

// The time to look for unused shares grows with the number of users.
constexpr absl::Duration kSweepEvery = absl::Seconds(10);

}  // namespace

RecordBudget::Share& RecordBudget::ShareOf(uint32_t user_id, absl::Time now) {
  const auto known = shares_.find(user_id);
  if (known != shares_.end()) return known->second;
  // Must happen even if the clock was set back.
  const bool is_due = now >= swept_at_ + kSweepEvery || now < swept_at_;
  if (shares_.size() >= options_.max_users && is_due) {
    swept_at_ = now;
    std::erase_if(shares_, [now](const auto& share) {
      return share.second.full_at <= now && share.second.withheld.count == 0;
    });
  }
  return shares_.size() < options_.max_users ? shares_[user_id] : others_;
}

bool RecordBudget::Take(uint32_t user_id, Kind kind, size_t bytes, absl::Time now) {
  constexpr uint32_t kRoot = 0;
  if (user_id == kRoot) return true;
  Share& share = ShareOf(user_id, now);
  // At most all of it is used, even if the clock was set back.
  const absl::Time full_at = std::clamp(share.full_at, now, now + options_.refill);
  const double part = static_cast<double>(bytes) / static_cast<double>(options_.bytes);
  const absl::Time full_after = full_at + options_.refill * part;
  const absl::Duration room = kind == Kind::kDecision ? options_.refill : options_.refill / 2;
  if (full_after - now <= room) {
    share.full_at = full_after;
    return true;
  }
  share.full_at = full_at;
  if (share.withheld.count == 0) share.withheld.first = now;
  share.withheld.last = now;
  ++share.withheld.count;
  if (kind == Kind::kLeftAlone) ++share.withheld.left_alone;
  ++withheld_;
  return false;
}

std::vector<WithheldRecords> RecordBudget::TakeWithheld(Which which, absl::Time now) {
  std::vector<WithheldRecords> told;
  const auto take = [&](std::optional<uint32_t> user_id, Share& share) {
    if (share.withheld.count == 0) return;
    const absl::Duration age = now - share.withheld.first;
    const bool is_due = age >= options_.tell_after || age < absl::ZeroDuration();
    if (which == Which::kDue && !is_due) return;
    told.push_back(std::exchange(share.withheld, {}));
    told.back().user_id = user_id;
  };
  for (auto& [user_id, share] : shares_) take(user_id, share);
  take(std::nullopt, others_);
  return told;
}

}  // namespace carbon
