// The decision: a pure function of (job, snapshot, booking ledger, now, draw). Deterministic: the
// same arguments give the same bits. Never fails: a job that carbon cannot help with is left alone,
// and the reason is recorded.
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
#include "core/decision/plan.h"
#include "core/job/hints.h"
#include "core/job/job.h"
#include "core/reason/reason.h"
#include "core/snapshot/pool_names.h"
#include "core/snapshot/snapshot.h"
#include "core/trial/arm.h"

namespace carbon {

// A pool that was not a candidate, or had no feasible start, and why.
struct Exclusion {
  std::optional<size_t> pool;  // of Decision::pools; absent: a record does not name it
  Reason reason = Reason::kUnknown;
  std::string text = {};  // of kUnknown only, as a record has it
};

// Why, for people.
absl::string_view ExclusionText(const Exclusion& exclusion);

// Home minus plan in one figure: positive if carbon is saved. Low and high bound the middle 90% of
// the error scenarios.
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

// Which rule chose. Rule 1 asked that more than the floor be saved with the confidence, and fell
// back to the static best pool only if that passed too. Rule 2 is as Policy says.
inline constexpr int kDecisionRule = 2;

// Raised with each change after which the same job, snapshot, bookings, circumstances and time may
// give other bits: when tests/core/placer/decisions.golden changes. 2 computes the gate's
// probability without the C library, and records reasons as codes. 3 charges and books 8 devices
// over 3 nodes as 8, not as 3 on each.
inline constexpr int kDecisionArithmetic = 3;

// At most this many candidates are kept in Decision::best. The others are not evaluated in full.
inline constexpr int kMaxCandidates = 8;

// A job that its policy would change, where the policy has an exempt share.
struct Trial {
  Arm arm = Arm::kPlaced;
  double exempt = 0;  // the share that is drawn as exempt
  // Of an exempt job: the plan that it would have got. Otherwise that is Decision::chosen.
  std::optional<Plan> spared = {};
};

struct Decision {
  Outcome outcome = Outcome::kLeftAlone;
  DecisionReason reason;
  bool bad_hint = false;  // `reason` is about the user's hint and should be shown
  std::string policy;     // empty: none matched
  Mode mode = Mode::kOff;
  Notice message = Notice::kAll;  // as the policy says
  Hints hints;

  // The names of the pools that `excluded` counts; nullptr: a record was read, or there are none.
  PoolNameList pools;

  // Absent when left alone.
  std::optional<Plan> home;
  std::optional<Plan> chosen;       // its runs have what to book if the decision is carried out
  std::optional<Plan> static_best;  // cleanest pool by its long-run mean, as soon as possible
  std::vector<Plan> best;           // of the kMaxCandidates best pools, by emission
  std::vector<Exclusion> excluded;
  // Chosen against home; all zeros when kept home. The second is absent if the consequential
  // emission of either is not known.
  std::optional<Saving> saving;
  std::optional<Saving> consequential_saving;
  // Absent: the job is in no arm, because there was no draw or the policy would not change it.
  std::optional<Trial> trial;
  // The figure by which the choice was made: consequential only if it is known of home and of every
  // candidate.
  Figure minimised = Figure::kAttributional;
  SignalKind signal = SignalKind::kAverageLifecycle;
  bool runtime_is_limit = false;   // the runtime is neither hinted nor learnt, but the time limit
  bool runtime_is_learnt = false;  // the runtime is from JobRequest::learnt_runtime
};

// In the figure that was minimised: the emission of one of the decision's plans, which has that
// figure; and the saving, absent if the job is left alone.
GramsCo2e MinimisedEmission(const Decision& decision, const Plan& plan);
const std::optional<Saving>& MinimisedSaving(const Decision& decision);

// Whether the job gets another time limit where it is placed.
bool HasNewTimeLimit(const Decision& decision);

// `draw` is as in Circumstances. An exempt job is kept home; else it is as without a draw.
Decision Decide(const JobRequest& job, const Snapshot& snapshot, const BookingLedger& ledger,
                absl::Time now, std::optional<double> draw = std::nullopt);

}  // namespace carbon

#endif  // CORE_DECISION_DECISION_H_
