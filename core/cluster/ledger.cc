#include "core/cluster/ledger.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

// FNV-1a over everything that a booked run changes in a calendar, and the decision's id.
uint64_t HashRun(const std::string& decision_id, const BookedRun& run) {
  uint64_t hash = 0xcbf29ce484222325;
  std::string text =
      absl::StrCat(decision_id, "|", run.group, "|", absl::ToUnixSeconds(run.when.start), "|",
                   absl::ToUnixSeconds(run.when.end));
  for (const auto what : kDimensions) absl::StrAppend(&text, "|", run.amount.*what);
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// What a booking adds to the ledger's digest.
uint64_t HashBooking(const Booking& booking) {
  uint64_t sum = 0;
  for (const BookedRun& run : booking.runs) sum += HashRun(booking.decision_id, run);
  return sum;
}

}  // namespace

absl::Time Booking::End() const {
  absl::Time end = absl::InfinitePast();
  for (const BookedRun& run : runs) end = std::max(end, run.when.end);
  return end;
}

LedgerBase::LedgerBase(const CapacityState& capacity)
    : taken_at(capacity.taken_at), calendars(capacity.groups, capacity.uses) {
  for (const QueuedUse& use : capacity.uses) {
    if (use.decision_id.empty()) continue;
    const bool uses_nothing = use.when.start == use.when.end && use.amount == Resources{};
    jobs.emplace(use.decision_id, Job{use.job_id, uses_nothing});
  }
  if (const auto others = WithoutYielding(capacity.uses)) {
    without_yielding.emplace(capacity.groups, *others);
  }
}

std::vector<BookingEvent> BookingLedger::Rebase(LedgerBase&& base, absl::Time now) {
  std::swap(calendars_, base.calendars);
  std::swap(without_yielding_, base.without_yielding);
  const auto find = [&base](absl::string_view id) {
    const auto job = base.jobs.find(id);
    return job == base.jobs.end() ? std::nullopt : std::optional(job->second);
  };
  return Settle(base.taken_at, find, now);
}

std::vector<BookingEvent> BookingLedger::Rebase(const LedgerUpdate& update, absl::Time now) {
  std::set<absl::string_view> uncounted(for_nobody_.begin(), for_nobody_.end());
  for (const auto& [user_id, user] : users_) {
    if (user_id != viewer_) uncounted.insert(user.own.begin(), user.own.end());
  }
  for (const auto& [id, booking] : bookings_) {
    if (!uncounted.contains(id)) Discount(booking);
  }
  update.change(&calendars_);
  return Settle(update.taken_at, update.find, now);
}

std::vector<BookingEvent> BookingLedger::Settle(absl::Time taken_at, FindJob find, absl::Time now) {
  taken_at_ = taken_at;
  std::vector<BookingEvent> events;
  std::vector<Booking> held;
  for (auto& [id, booking] : bookings_) {
    const std::optional<LedgerBase::Job> job = find(id);
    const bool is_late = booking.made_at + kGrace < taken_at;
    const bool uses_nothing = booking.job_id == 0 && job.has_value() && job->uses_nothing;
    const bool is_new = booking.job_id == 0 && job.has_value() && (!uses_nothing || is_late);
    if (is_new) booking.job_id = job->job_id;
    std::optional<BookingFate> fate;
    bool is_held = false;
    if (booking.End() <= now) {
      fate = BookingFate::kEnded;
    } else if (booking.job_id != 0 && (!booking.shadow || uses_nothing)) {
      fate = BookingFate::kConfirmed;
    } else if (booking.job_id == 0 && is_late) {
      fate = BookingFate::kExpired;
    } else {
      is_held = true;
      if (is_new) fate = BookingFate::kSeen;
    }
    if (fate.has_value()) {
      const bool was_for_nothing = *fate == BookingFate::kConfirmed && uses_nothing;
      if (*fate == BookingFate::kExpired || was_for_nothing) NoteExpired(booking, now);
      events.push_back({id, *fate, booking.job_id, was_for_nothing});
    }
    if (is_held) held.push_back(std::move(booking));
  }
  bookings_.clear();
  for_nobody_.clear();
  digest_ = 0;
  for (auto& [user_id, user] : users_) {
    user.tentative_for_all = 0;
    user.own.clear();
  }
  // The oldest bookings count for all users.
  std::stable_sort(held.begin(), held.end(),
                   [](const Booking& a, const Booking& b) { return a.made_at < b.made_at; });
  for (const Booking& booking : held) Book(booking);
  // A pause is forgotten a day after its end.
  std::erase_if(users_, [now](const auto& user) {
    return user.second.paused_until + kMaxPause < now && user.second.tentative_for_all == 0 &&
           user.second.own.empty();
  });
  return events;
}

// A booking that was made before or during a pause causes no further pause: it has blocked nothing
// for others since then.
void BookingLedger::NoteExpired(const Booking& booking, absl::Time now) {
  User& user = users_[booking.user_id];
  if (booking.made_at < user.paused_until) return;
  const bool is_first = user.pause == absl::ZeroDuration();
  user.pause = is_first ? kFirstPause : std::min(2 * user.pause, kMaxPause);
  user.paused_until = now + user.pause;
}

bool BookingLedger::CountsForAll(const Booking& booking, const User& user) const {
  // The job exists if the queue has shown it. And root could block other users anyway.
  if (booking.job_id != 0 || booking.user_id == 0) return true;
  if (booking.is_nice || booking.made_at < user.paused_until) return false;
  return booking.made_at + kShownWithin >= taken_at_ && user.tentative_for_all < kMaxForAll;
}

void BookingLedger::Book(const Booking& booking) {
  if (!bookings_.emplace(booking.decision_id, booking).second) return;
  User& user = users_[booking.user_id];
  if (CountsForAll(booking, user)) {
    user.tentative_for_all += booking.job_id == 0 ? 1 : 0;
    Count(booking);
  } else if (user.own.size() < kMaxOwn) {
    user.own.push_back(booking.decision_id);
    if (booking.user_id == viewer_) Count(booking);
  } else {
    for_nobody_.insert(booking.decision_id);
  }
}

void BookingLedger::ViewAs(uint32_t user_id, bool is_nice) {
  is_nice_ = is_nice;
  if (user_id == viewer_) return;
  if (const auto before = users_.find(viewer_); before != users_.end()) {
    for (const std::string& id : before->second.own) Discount(bookings_.at(id));
  }
  viewer_ = user_id;
  if (const auto viewer = users_.find(viewer_); viewer != users_.end()) {
    for (const std::string& id : viewer->second.own) Count(bookings_.at(id));
  }
}

void BookingLedger::Count(const Booking& booking) {
  digest_ += HashBooking(booking);
  for (const BookedRun& run : booking.runs) {
    calendars_.Book(run.group, run.when, run.amount);
    if (without_yielding_.has_value()) without_yielding_->Book(run.group, run.when, run.amount);
  }
}

void BookingLedger::Discount(const Booking& booking) {
  digest_ -= HashBooking(booking);
  for (const BookedRun& run : booking.runs) {
    calendars_.Release(run.group, run.when, run.amount);
    if (without_yielding_.has_value()) without_yielding_->Release(run.group, run.when, run.amount);
  }
}

std::string BookingLedger::digest() const {
  return absl::StrCat(absl::Hex(digest_, absl::kZeroPad16));
}

}  // namespace carbon
