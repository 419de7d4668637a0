// The booking ledger contains the capacity that the last look at the queue showed in use, and what
// was decided since then and is not in the queue yet. It stores nothing for good. It is rebuilt
// from the queue at every new look, and tentative bookings that the queue does not confirm expire.
// (A will-run request leaves no job in the queue, and looks like a submission.)
//
// A user who only asks must not block the clean site for others. A tentative booking counts for all
// users until the first look that should have shown its job, and for jobs of its own user until it
// expires. After a booking of a user has expired, the user is paused: each of the user's bookings
// counts only for the user's own jobs. The pause is kFirstPause at first, and each further one is
// twice as long. A waiting job that uses nothing, for example a held one, counts as a missing job,
// except that its number is known. Jobs in the queue with a nice value (QueuedUse::yields) do not
// block users' jobs that have none.
//
// Not thread-safe; the caller holds its lock. No I/O.
#ifndef CORE_CLUSTER_LEDGER_H_
#define CORE_CLUSTER_LEDGER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/cluster/capacity.h"
#include "core/cluster/cluster_state.h"
#include "core/cluster/group_calendars.h"

namespace carbon {

// What one run of a job takes of a group of nodes.
struct BookedRun {
  std::string group;
  TimeInterval when;
  Resources amount;
};
using BookedRuns = absl::InlinedVector<BookedRun, 1>;

// What one decision takes: each run of its plan. It is kept or ended as a whole.
struct Booking {
  std::string decision_id;
  BookedRuns runs;
  absl::Time made_at;
  // A shadow booking represents a start that the queue will never show. After the queue has shown
  // its job, it is kept until it ends. So a thousand shadow jobs do not all count on the same green
  // hour.
  bool shadow = false;
  // As a look at the queue showed it. 0: none has shown it. Only the ledger sets it.
  uint32_t job_id = 0;
  uint32_t user_id = 0;
  bool is_nice = false;  // its job has a nice value above zero

  // When its last run ends; InfinitePast: it has none.
  absl::Time End() const;
};

// kSeen: the queue shows its job, and the ledger keeps the booking. The other fates end the
// booking.
enum class BookingFate { kSeen, kConfirmed, kExpired, kEnded };

struct BookingEvent {
  std::string decision_id;
  BookingFate fate;
  uint32_t job_id;  // 0: the queue never showed it
  // kConfirmed, but the job waits and uses nothing: treated as kExpired.
  bool uses_nothing = false;
};

// A look at the queue, prepared as the ledger's base. The preparation takes long, and needs no
// lock.
struct LedgerBase {
  explicit LedgerBase(const CapacityState& capacity);

  absl::Time taken_at;
  GroupCalendars calendars;
  // Without the uses that yield. Absent: none does.
  std::optional<GroupCalendars> without_yielding;
  struct Job {
    uint32_t job_id = 0;
    bool uses_nothing = false;  // and never used anything
  };
  std::map<std::string, Job, std::less<>> jobs;  // by the decision that placed them
};

// A new look at the queue that differs little from the one before. To make a LedgerBase of it costs
// more than the change.
struct LedgerUpdate {
  absl::Time taken_at;
  // Brings the calendars of the look before, without tentative bookings, to what this one shows.
  // Nothing in either yields.
  absl::FunctionRef<void(GroupCalendars*)> change;
  // As LedgerBase::jobs of this look; absent: it shows no job of the decision.
  absl::FunctionRef<std::optional<LedgerBase::Job>(absl::string_view decision_id)> find;
};

class BookingLedger {
 public:
  // A look at the queue that lacks a booking's job counts only if it was taken at least this long
  // after the booking.
  static constexpr absl::Duration kGrace = absl::Seconds(30);

  BookingLedger() = default;

  // Takes a new look at the queue as the base. It leaves the calendars of the last look in `base`,
  // because freeing them takes long too. Returns the fate of each tentative booking that is no
  // longer kept, or whose job is shown for the first time, in order of decision id.
  std::vector<BookingEvent> Rebase(LedgerBase&& base, absl::Time now);

  // The same for a look that differs little from the one before.
  std::vector<BookingEvent> Rebase(const LedgerUpdate& update, absl::Time now);

  void Book(const Booking& booking);

  // Sets whose decisions come next: calendars() and digest() are then for a job of this user, with
  // or without a nice value. The default is root, without a nice value.
  void ViewAs(uint32_t user_id, bool is_nice = false);

  // Returns the calendars with the uses of the last base, and with the bookings that count for the
  // job that is decided on.
  const GroupCalendars& calendars() const {
    return without_yielding_.has_value() && !is_nice_ ? *without_yielding_ : calendars_;
  }

  // A job's record in slurmctld follows its decision within this time, unless the machine is
  // overloaded.
  static constexpr absl::Duration kShownWithin = absl::Seconds(2);
  static constexpr absl::Duration kFirstPause = absl::Minutes(10);
  static constexpr absl::Duration kMaxPause = absl::Hours(24);
  // The limits for one user at a time: bookings that count for all users, and bookings that count
  // only for the user's own jobs. Further bookings count for no job.
  static constexpr int kMaxForAll = 512;
  static constexpr size_t kMaxOwn = 64;

  size_t tentative() const { return bookings_.size(); }

  // Identifies the bookings that count, independent of their order: the sum modulo 2^64 of a hash
  // of each booked run, in hexadecimal. For an empty ledger it is "0000000000000000".
  std::string digest() const;

 private:
  struct User {
    // Bookings made from then on count for all users.
    absl::Time paused_until = absl::InfinitePast();
    absl::Duration pause;  // the last pause
    int tentative_for_all = 0;
    std::vector<std::string> own;
  };

  using FindJob = absl::FunctionRef<std::optional<LedgerBase::Job>(absl::string_view)>;

  // Sorts out the bookings by what a new look shows, and books those that are held. The calendars
  // are those of the look.
  std::vector<BookingEvent> Settle(absl::Time taken_at, FindJob find, absl::Time now);
  bool CountsForAll(const Booking& booking, const User& user) const;
  void Count(const Booking& booking);
  void Discount(const Booking& booking);
  void NoteExpired(const Booking& booking, absl::Time now);

  GroupCalendars calendars_;
  std::optional<GroupCalendars> without_yielding_;
  std::map<std::string, Booking> bookings_;
  std::set<std::string> for_nobody_;  // bookings that count for nobody
  std::map<uint32_t, User> users_;
  absl::Time taken_at_ = absl::InfinitePast();  // of the base
  uint32_t viewer_ = 0;
  bool is_nice_ = false;
  uint64_t digest_ = 0;
};

}  // namespace carbon

#endif  // CORE_CLUSTER_LEDGER_H_
