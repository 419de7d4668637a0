#include "core/cluster/queue_estimate.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "core/cluster/group_calendars.h"

namespace carbon {
namespace {

// The limit of the look ahead.
constexpr absl::Duration kReach = absl::Hours(24 * 800);

// Returns the largest share of the group that the run takes in any dimension.
double DominantShare(const Resources& amount, const Resources& total) {
  double share = 0;
  for (const auto thing : kDimensions) {
    if (amount.*thing <= 0) continue;
    share = std::max(share, static_cast<double>(amount.*thing) /
                                static_cast<double>(std::max<int64_t>(1, total.*thing)));
  }
  return std::min(share, 1.0);
}

class QueueLayout {
 public:
  QueueLayout(const std::vector<NodeGroup>& groups, const std::vector<QueuedUse>& running)
      : calendars_(groups, running) {
    for (const NodeGroup& group : groups) groups_[group.name] = &group;
  }

  // Books the run where it fits first.
  QueuedUse LayOut(const WaitingRun& run) {
    QueuedUse use = Waits(run);
    absl::Time best = absl::InfiniteFuture();
    for (const std::string& group : run.groups) {
      const std::optional<absl::Time> start = FirstStart(run, group, best);
      if (!start.has_value()) continue;
      best = *start;
      use.group = group;
    }
    if (best == absl::InfiniteFuture()) return use;
    use.when = {best, best + run.length};
    calendars_.Book(use.group, use.when, use.amount);
    absl::Time& end = end_of_[use.group];
    end = std::max(end, best);
    return use;
  }

  // Adds the run to its group's block.
  QueuedUse AddToBlock(const WaitingRun& run) {
    const auto group = groups_.find(run.groups.front());
    if (group != groups_.end() && group->second->total.Covers(run.amount)) {
      Block& block = blocks_[run.groups.front()];
      Part& part = run.yields ? block.yielding : block.others;
      part.start = std::max(part.start, run.earliest);
      part.length += run.length * DominantShare(run.amount, group->second->total);
    }
    return Waits(run);
  }

  std::vector<QueuedUse> Blocks() const {
    std::vector<QueuedUse> uses;
    for (const auto& [name, block] : blocks_) {
      const auto laid = end_of_.find(name);
      Resources whole = groups_.at(name)->total;
      for (const auto thing : kDimensions) {
        if (whole.*thing == Resources::kUnlimited) whole.*thing = 0;
      }
      // The block fills the group. The CPUs and memory of its nodes remain for jobs of other device
      // types.
      if (!groups_.at(name)->beside.empty()) whole.nodes = 0;
      absl::Time end = laid == end_of_.end() ? absl::InfinitePast() : laid->second;
      for (const bool yields : {false, true}) {
        const Part& part = yields ? block.yielding : block.others;
        if (part.length == absl::ZeroDuration()) continue;
        // The block follows the runs that are laid out. If there are none, it starts when all of it
        // may start.
        const absl::Time start = laid == end_of_.end() ? std::max(end, part.start) : end;
        end = start + absl::Ceil(std::min(part.length, kReach), absl::Seconds(1));
        uses.push_back({.group = name, .when = {start, end}, .amount = whole, .yields = yields});
      }
    }
    return uses;
  }

 private:
  struct Part {
    absl::Time start = absl::InfinitePast();
    absl::Duration length;
  };
  struct Block {
    Part others, yielding;  // the latter follow the others
  };
  // No run of a shape finds room at or after `from` and before `until`.
  struct Tried {
    absl::Time from = absl::InfiniteFuture();
    absl::Time until = absl::InfinitePast();
  };
  using Shape = std::tuple<std::string, Resources, absl::Duration>;

  static QueuedUse Waits(const WaitingRun& run) {
    return {.job_id = run.job_id,
            .decision_id = run.decision_id,
            .group = run.groups.front(),
            .when = {run.earliest, run.earliest},
            .amount = run.amount,
            .yields = run.yields};
  }

  // Returns the first start before `before` at which there is room.
  std::optional<absl::Time> FirstStart(const WaitingRun& run, const std::string& group,
                                       absl::Time before) {
    // Room only decreases: where an earlier run of this shape found no room, this one finds none.
    Tried& tried = tried_[Shape{group, run.amount, run.length}];
    const bool in_vain = tried.from <= run.earliest && run.earliest <= tried.until;
    const absl::Time from = in_vain ? tried.until : run.earliest;
    const std::optional<absl::Time> start =
        calendars_.FirstStart(group, from, std::min(before, from + kReach), run.length, run.amount);
    if (start.has_value() && (in_vain || run.earliest < tried.from)) {
      tried = {std::min(tried.from, run.earliest), *start};
    }
    return start;
  }

  GroupCalendars calendars_;
  std::map<std::string, const NodeGroup*, std::less<>> groups_;
  std::map<Shape, Tried> tried_;
  std::map<std::string, absl::Time> end_of_;  // by group: the last start of a run that is laid out
  std::map<std::string, Block> blocks_;
};

}  // namespace

std::vector<QueuedUse> LayOutQueue(const std::vector<NodeGroup>& groups,
                                   std::vector<QueuedUse> running,
                                   const std::vector<WaitingRun>& waiting) {
  QueueLayout layout(groups, running);
  std::vector<size_t> order(waiting.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&waiting](size_t a, size_t b) {
    return std::tuple(waiting[a].is_promised, -waiting[a].priority, waiting[a].job_id) <
           std::tuple(waiting[b].is_promised, -waiting[b].priority, waiting[b].job_id);
  });
  std::vector<QueuedUse> uses = std::move(running);
  const size_t first = uses.size();
  uses.resize(first + waiting.size());
  size_t laid_out = 0;
  for (const size_t index : order) {
    const WaitingRun& run = waiting[index];
    if (run.is_promised) {
      uses[first + index] = {run.job_id,         run.decision_id,
                             run.groups.front(), {run.earliest, run.earliest + run.length},
                             run.amount,         run.yields};
    } else if (++laid_out <= kMaxLaidOut) {
      uses[first + index] = layout.LayOut(run);
    } else {
      uses[first + index] = layout.AddToBlock(run);
    }
  }
  for (QueuedUse& block : layout.Blocks()) uses.push_back(std::move(block));
  return uses;
}

}  // namespace carbon
