// The decision: a pure function of (job, snapshot, booking ledger, now). Deterministic: the same
// arguments give the same bits. Never fails: what carbon cannot help with is left alone, and the
// reason recorded.
#ifndef CORE_DECISION_DECISION_H_
#define CORE_DECISION_DECISION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/cluster/capacity.h"
#include "core/cluster/ledger.h"
#include "core/config/policy.h"
#include "core/decision/decision_reason.h"
#include "core/job/hints.h"
#include "core/job/job.h"
#include "core/reason/reason.h"
#include "core/snapshot/pool_names.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// A pool and a start, with what the run would emit there: the whole job, all array tasks. Holds no
// text of its own: the names are the snapshot's, and outlive it.
struct Candidate {
  std::shared_ptr<const PoolNames> names;  // nullptr: it has none
  absl::Time start;
  absl::Duration runtime;     // of the whole job, array rounds included
  absl::Duration wake_up;     // of its nodes, before it; its energy is charged too
  int64_t rounds = 1;         // in which an array runs its tasks, one after another
  int64_t units = 0;          // of the hardware's unit, charged for one task
  absl::Duration time_limit;  // of one task there
  // The job's --time-min there, where it changes with the limit.
  std::optional<absl::Duration> time_min;
  KilowattHours energy;            // PUE included
  GramsPerKilowattHour intensity;  // mean over the run
  bool on_own_forecast = false;    // part of the run is judged by our forecast, not the source's
  bool beyond_horizon = false;     // part of the run is judged by climatology, not by a forecast
  bool past_errors = false;        // the zone errs as past forecasts did, not by lead time alone
  GramsCo2e gross;                 // location-based, of all that the hardware draws
  // Location-based, of what is drawn more than without the job; absent: not known (Figure).
  std::optional<GramsCo2e> consequential;
  std::optional<double> stays_powered;  // the share of its nodes that do so without jobs
  std::optional<GramsCo2e> net;         // market-based, where the site states it
  std::optional<GramsCo2e> embodied;    // of the hardware reserved, where the profile states it

  // Where; empty without names.
  const std::string& pool() const { return Names().pool; }
  const std::string& site() const { return Names().site; }
  const std::string& zone() const { return Names().zone; }
  const std::string& partition() const { return Names().partition; }
  const std::string& hardware() const { return Names().hardware; }

 private:
  const PoolNames& Names() const;
};

// A pool that was no candidate, or had no feasible start, and why.
struct Exclusion {
  std::optional<size_t> pool;  // of Decision::pools; absent: a record does not name it
  Reason reason = Reason::kUnknown;
  std::string text = {};  // of kUnknown only, as a record has it
};

// Why, for people.
absl::string_view ExclusionText(const Exclusion& exclusion);

// Home minus candidate in one figure, positive where carbon is saved. Low and high bound the middle
// 90% of the error scenarios.
struct Saving {
  GramsCo2e mean, low, high;
  double share = 0, share_low = 0, share_high = 0;  // of the home's emission
};

enum class Outcome {
  kPlaced,     // chosen differs from home
  kKeptHome,   // home is best, or nothing else is likely enough to be better
  kLeftAlone,  // carbon has no say in this job
};

absl::string_view OutcomeName(Outcome outcome);

// Which rule chose: 1 asked that more than the floor be saved with the confidence, and fell back to
// the static best pool only where that passed too. 2 is as Policy says.
inline constexpr int kDecisionRule = 2;

// Raised with each change after which the same job, snapshot, bookings, circumstances and time may
// give other bits: when tests/core/placer/decisions.golden changes. 2 computes the gate's
// probability without the C library, and records reasons as codes.
inline constexpr int kDecisionArithmetic = 2;

// At most this many candidates are kept in Decision::best. The others are not evaluated in full.
inline constexpr int kMaxCandidates = 8;

struct Decision {
  Outcome outcome = Outcome::kLeftAlone;
  DecisionReason reason;
  bool bad_hint = false;  // `reason` is about the user's hint and should be shown
  std::string policy;     // empty: none matched
  Mode mode = Mode::kOff;
  Notice message = Notice::kAll;  // as the policy says
  Hints hints;

  // What the pools are called that `excluded` counts; nullptr: a record was read, or there are
  // none.
  PoolNameList pools;

  // Absent when left alone.
  std::optional<Candidate> home;
  std::optional<Candidate> chosen;
  std::optional<Candidate>
      static_best;              // cleanest pool by its long-run mean, started as soon as possible
  std::vector<Candidate> best;  // of the kMaxCandidates best pools, by emission
  std::vector<Exclusion> excluded;
  // Chosen against home; all zeros when kept home. The second is absent where either's
  // consequential emission is.
  std::optional<Saving> saving;
  std::optional<Saving> consequential_saving;
  // By which the choice was made: consequential only where it is known of home and of every
  // candidate.
  Figure minimised = Figure::kAttributional;
  SignalKind signal = SignalKind::kAverageLifecycle;
  bool runtime_is_limit = false;  // no hint said how long it runs: the time limit was taken

  // What to book if the decision is carried out.
  std::optional<TimeInterval> booked_when;
  std::string booked_group;
  Resources booked_amount;
};

// In the figure that was minimised: the emission of home or of a candidate, which has that figure,
// and the saving; absent where the job is left alone.
GramsCo2e MinimisedEmission(const Decision& decision, const Candidate& candidate);
const std::optional<Saving>& MinimisedSaving(const Decision& decision);

// Whether the job gets another time limit where it is placed.
bool HasNewTimeLimit(const Decision& decision);

Decision Decide(const JobRequest& job, const Snapshot& snapshot, const BookingLedger& ledger,
                absl::Time now);

}  // namespace carbon

#endif  // CORE_DECISION_DECISION_H_
