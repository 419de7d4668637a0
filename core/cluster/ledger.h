// The booking ledger: the capacity that the last look at the queue showed in use, plus what has
// been decided since and the queue does not show yet. No state of its own survives: it is rebuilt
// from the queue at every new look, and tentative bookings that the queue does not confirm expire
// (a will-run leaves no job behind, and cannot be told from a submission).
//
// Whoever only asks must not keep others from the clean site. A tentative booking counts for all
// users until the first look that should have shown its job, and for its own user's jobs until it
// expires; and for a while after one of hers has expired, each of hers counts for her own jobs
// only: for kFirstPause, and twice as long each further time. A job that waits and uses nothing,
// because it is held, say, counts as one that is not there, but for its number. What waits in the
// queue with a nice value (QueuedUse::yields) is in nobody's way who has none.
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

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/cluster/capacity.h"
#include "core/cluster/cluster_state.h"
#include "core/cluster/group_calendars.h"

namespace carbon {

struct Booking {
  std::string decision_id;
  std::string group;
  TimeInterval when;
  Resources amount;
  absl::Time made_at;
  // A shadow booking stands for a start that the queue will never show. Once the queue has shown
  // its job, it is kept until it ends, so that a thousand shadow jobs do not all count on the same
  // green hour.
  bool shadow = false;
  uint32_t job_id = 0;  // as the queue showed it at some look; 0: not yet. The ledger's own
  uint32_t user_id = 0;
  bool is_nice = false;  // its job has a nice value above zero
};

// kSeen: the queue shows its job, and the booking is held on; the others end it.
enum class BookingFate { kSeen, kConfirmed, kExpired, kEnded };

struct BookingEvent {
  std::string decision_id;
  BookingFate fate;
  uint32_t job_id;  // 0: the queue never showed it
  bool uses_nothing =
      false;  // kConfirmed, of a job that waits but uses nothing: no better than kExpired
};

// A look at the queue made ready to be the ledger's base. Making it is what takes long, and needs
// no lock.
struct LedgerBase {
  explicit LedgerBase(const CapacityState& capacity);

  absl::Time taken_at;
  GroupCalendars calendars;
  // Without what yields; absent: nothing does.
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
  // How long after a booking a look at the queue must have been taken before its silence counts.
  static constexpr absl::Duration kGrace = absl::Seconds(30);

  BookingLedger() = default;

  // Takes a new look at the queue as the base, and leaves the calendars of the one before in it:
  // freeing them takes long as well. Says what became of each tentative booking that is no longer
  // held, or whose job shows for the first time, in order of decision id.
  std::vector<BookingEvent> Rebase(LedgerBase&& base, absl::Time now);

  // The same for a look that differs little from the one before.
  std::vector<BookingEvent> Rebase(const LedgerUpdate& update, absl::Time now);

  void Book(const Booking& booking);

  // Whose decisions come next: what calendars() and digest() say from here on is for a job of this
  // user, and with or without a nice value. At first it is root's, without.
  void ViewAs(uint32_t user_id, bool is_nice = false);

  // What the last base showed, and the bookings, as far as they count for the job that is decided
  // on.
  const GroupCalendars& calendars() const {
    return without_yielding_.has_value() && !is_nice_ ? *without_yielding_ : calendars_;
  }

  // Between a decision and its job's record in slurmctld, but on a machine in distress.
  static constexpr absl::Duration kShownWithin = absl::Seconds(2);
  static constexpr absl::Duration kFirstPause = absl::Minutes(10);
  static constexpr absl::Duration kMaxPause = absl::Hours(24);
  // Of one user at a time: that count for all, and for her only. Others count for nobody.
  static constexpr int kMaxForAll = 512;
  static constexpr size_t kMaxOwn = 64;

  size_t tentative() const { return bookings_.size(); }

  // Identifies the bookings that count, whatever the order they were made in: the sum modulo 2^64
  // of a hash of each, in hexadecimal. Empty ledgers give "0000000000000000".
  std::string digest() const;

 private:
  struct User {
    absl::Time paused_until = absl::InfinitePast();  // from when hers count for all
    absl::Duration pause;                            // the last
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
