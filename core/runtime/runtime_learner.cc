#include "core/runtime/runtime_learner.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace carbon {
namespace {

using Entry = LearntRuntimes::Entry;

// How a level learns. docs/runtimes.md says on which logs these were chosen; half or twice as much
// of any of them makes little difference.
struct Pace {
  double fading;        // by which an earlier job weighs less, with each job that ends after it
  double prior;         // the weight of the level above, in jobs
  double error_fading;  // the same for the squared errors, of which more are needed
  double error_prior;
};
constexpr Pace kPaces[kRuntimeLevels] = {
    {0.999, 20, 0.999, 20},  // cluster
    {0.99, 5, 0.99, 5},      // account
    {0.7, 0.5, 0.95, 5},     // user
    {0.65, 0.3, 0.95, 3},    // name
};
// Before anything is learnt: the limit, give or take a third of it.
constexpr double kFirstShare = 1, kFirstVariance = 0.1;

const Pace& PaceOf(RuntimeLevel level) { return kPaces[static_cast<size_t>(level)]; }

Entry EntryOf(std::string key, double share, double variance, int64_t jobs) {
  constexpr auto kScale = static_cast<double>(LearntRuntimes::kScale);
  const double spread = std::sqrt(std::clamp(variance, 0.0, 1.0));
  return {.key = std::move(key),
          .share = std::clamp<int64_t>(static_cast<int64_t>(share * kScale + 0.5), 1,
                                       LearntRuntimes::kScale),
          .spread = static_cast<int64_t>(spread * kScale + 0.5),
          .jobs = jobs};
}

}  // namespace

RuntimeLearner::Belief RuntimeLearner::Refine(const Belief& above, RuntimeLevel which,
                                              const Level* level) {
  if (level == nullptr) return above;
  const Pace& pace = PaceOf(which);
  return {(level->shares + pace.prior * above.share) / (level->weight + pace.prior),
          (level->errors + pace.error_prior * above.variance) /
              (level->error_weight + pace.error_prior)};
}

void RuntimeLearner::Add(double share, const Belief& believed, RuntimeLevel which, absl::Time end,
                         Level* level) {
  const Pace& pace = PaceOf(which);
  const double error = share - believed.share;
  level->weight = level->weight * pace.fading + 1;
  level->shares = level->shares * pace.fading + share;
  // The first job was expected to run as the level above says: the error is that level's.
  if (level->jobs > 0 || which == RuntimeLevel::kCluster) {
    level->error_weight = level->error_weight * pace.error_fading + 1;
    level->errors = level->errors * pace.error_fading + error * error;
  }
  ++level->jobs;
  level->last = end;
}

RuntimeLearner::Belief RuntimeLearner::OfCluster() const {
  return Refine({kFirstShare, kFirstVariance}, RuntimeLevel::kCluster, &cluster_);
}

RuntimeLearner::Belief RuntimeLearner::OfAccount(const std::string& account) const {
  const auto found = accounts_.find(account);
  return Refine(OfCluster(), RuntimeLevel::kAccount,
                found == accounts_.end() ? nullptr : &found->second);
}

RuntimeLearner::Belief RuntimeLearner::OfUser(const std::string& user,
                                              const std::string& account) const {
  const auto found = users_.find(user);
  return Refine(OfAccount(account), RuntimeLevel::kUser,
                found == users_.end() ? nullptr : &found->second);
}

void RuntimeLearner::Learn(const EndedJob& job) {
  if (job.limit <= absl::ZeroDuration() || job.limit == absl::InfiniteDuration() ||
      job.ran < absl::ZeroDuration()) {
    return;
  }
  const double share = std::min(1.0, absl::FDivDuration(job.ran, job.limit));
  newest_ = std::max(newest_, job.end);
  // Each level is judged by what it believed before the job.
  const Belief cluster = OfCluster();
  const Belief account = OfAccount(job.keys.account);
  const Belief user = OfUser(job.keys.user, job.keys.account);
  Add(share, cluster, RuntimeLevel::kCluster, job.end, &cluster_);
  if (!job.keys.account.empty()) {
    Add(share, account, RuntimeLevel::kAccount, job.end, &accounts_[job.keys.account]);
    Bound(&accounts_);
  }
  if (!job.keys.user.empty()) {
    Level& level = users_[job.keys.user];
    level.above = job.keys.account;
    Add(share, user, RuntimeLevel::kUser, job.end, &level);
    Bound(&users_);
  }
  if (!job.keys.name.empty()) {
    Level& level = names_[job.keys.name];
    level.above = job.keys.user;
    Add(share, Refine(user, RuntimeLevel::kName, &level), RuntimeLevel::kName, job.end, &level);
    Bound(&names_);
  }
}

ExpectedRuntime RuntimeLearner::Expect(const RuntimeKeys& keys) const {
  Belief belief = OfUser(keys.user, keys.account);
  RuntimeLevel which = RuntimeLevel::kCluster;
  int64_t jobs = cluster_.jobs;
  const auto know = [&](const Levels& levels, const std::string& key, RuntimeLevel level) {
    const auto found = levels.find(key);
    if (found == levels.end()) return false;
    which = level;
    jobs = found->second.jobs;
    return true;
  };
  know(accounts_, keys.account, RuntimeLevel::kAccount);
  know(users_, keys.user, RuntimeLevel::kUser);
  if (know(names_, keys.name, RuntimeLevel::kName)) {
    belief = Refine(belief, RuntimeLevel::kName, &names_.at(keys.name));
  }
  const Entry entry = EntryOf("", belief.share, belief.variance, jobs);
  return {.share = static_cast<double>(entry.share) / LearntRuntimes::kScale,
          .spread = static_cast<double>(entry.spread) / LearntRuntimes::kScale,
          .jobs = jobs,
          .level = which};
}

std::vector<const RuntimeLearner::Levels::value_type*> RuntimeLearner::Kept(
    const Levels& levels) const {
  std::vector<const Levels::value_type*> kept;
  kept.reserve(levels.size());
  for (const auto& entry : levels) {
    if (!IsForgotten(entry.second)) kept.push_back(&entry);
  }
  if (kept.size() <= max_entries_) return kept;
  std::nth_element(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(max_entries_),
                   kept.end(), [](const auto* a, const auto* b) {
                     if (a->second.jobs != b->second.jobs) return a->second.jobs > b->second.jobs;
                     if (a->second.last != b->second.last) return a->second.last > b->second.last;
                     return a->first < b->first;
                   });
  kept.resize(max_entries_);
  return kept;
}

void RuntimeLearner::Bound(Levels* levels) const {
  // With slack, so that it is rarely done.
  if (levels->size() <= max_entries_ + max_entries_ / 4 + 1) return;
  Levels kept;
  for (const auto* entry : Kept(*levels)) kept.insert(*entry);
  *levels = std::move(kept);
}

LearntRuntimes RuntimeLearner::Learnt() const {
  LearntRuntimes learnt;
  if (cluster_.jobs == 0) return learnt;
  learnt.newest = absl::FromUnixSeconds(absl::ToUnixSeconds(newest_));
  const Belief cluster = OfCluster();
  learnt.cluster = EntryOf("", cluster.share, cluster.variance, cluster_.jobs);
  const auto list = [this](const Levels& levels, auto belief_of, std::vector<Entry>* entries) {
    for (const auto* entry : Kept(levels)) {
      const Belief belief = belief_of(entry->first, entry->second);
      entries->push_back(EntryOf(entry->first, belief.share, belief.variance, entry->second.jobs));
    }
    std::sort(entries->begin(), entries->end(),
              [](const Entry& a, const Entry& b) { return a.key < b.key; });
  };
  list(
      accounts_, [this](const std::string& key, const Level&) { return OfAccount(key); },
      &learnt.accounts);
  list(
      users_,
      [this](const std::string& key, const Level& level) { return OfUser(key, level.above); },
      &learnt.users);
  list(
      names_,
      [this](const std::string&, const Level& level) {
        const auto user = users_.find(level.above);
        const std::string account = user == users_.end() ? "" : user->second.above;
        return Refine(OfUser(level.above, account), RuntimeLevel::kName, &level);
      },
      &learnt.names);
  return learnt;
}

}  // namespace carbon
