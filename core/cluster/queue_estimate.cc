#include "core/cluster/queue_estimate.h"

#include <algorithm>
#include <numeric>
#include <utility>

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

QueuedUse Waits(const WaitingRun& run) {
  return {.job_id = run.job_id,
          .decision_id = run.decision_id,
          .group = run.groups.front(),
          .when = {run.earliest, run.earliest},
          .amount = run.amount,
          .yields = run.yields};
}

}  // namespace

QueueLayout::QueueLayout(const std::vector<NodeGroup>& groups, GroupCalendars calendars)
    : calendars_(std::move(calendars)) {
  for (const NodeGroup& group : groups) groups_[group.name] = &group;
}

std::optional<QueueLayout::Start> QueueLayout::LayOut(const WaitingRun& run) {
  std::optional<Start> best;
  for (const std::string& group : run.groups) {
    const absl::Time before = best.has_value() ? best->at : absl::InfiniteFuture();
    const std::optional<absl::Time> start = FirstStart(run, group, before);
    if (start.has_value()) best = {group, *start};
  }
  if (!best.has_value()) return best;
  calendars_.Book(best->group, {best->at, best->at + run.length}, run.amount);
  absl::Time& end = end_of_.try_emplace(best->group, best->at).first->second;
  end = std::max(end, best->at);
  return best;
}

void QueueLayout::AddToBlock(const WaitingRun& run) {
  const auto group = groups_.find(run.groups.front());
  if (group == groups_.end() || !group->second->total.Covers(run.amount)) return;
  Block& block = blocks_[group->first];
  Part& part = run.yields ? block.yielding : block.others;
  part.start = std::max(part.start, run.earliest);
  part.length += run.length * DominantShare(run.amount, group->second->total);
}

std::vector<QueuedUse> QueueLayout::Blocks() const {
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
      uses.push_back(
          {.group = std::string(name), .when = {start, end}, .amount = whole, .yields = yields});
    }
  }
  return uses;
}

std::optional<absl::Time> QueueLayout::FirstStart(const WaitingRun& run, absl::string_view group,
                                                  absl::Time before) {
  // Room only decreases: where an earlier run of this shape found no room, this one finds none.
  Tried& tried = tried_[Shape{run.length, run.amount, group}];
  const bool in_vain = tried.from <= run.earliest && run.earliest <= tried.until;
  const absl::Time from = in_vain ? tried.until : run.earliest;
  const std::optional<absl::Time> start =
      calendars_.FirstStart(group, from, std::min(before, from + kReach), run.length, run.amount);
  if (start.has_value() && (in_vain || run.earliest < tried.from)) {
    tried = {std::min(tried.from, run.earliest), *start};
  }
  return start;
}

std::vector<QueuedUse> LayOutQueue(const std::vector<NodeGroup>& groups,
                                   std::vector<QueuedUse> running,
                                   const std::vector<WaitingRun>& waiting) {
  QueueLayout layout(groups, GroupCalendars(groups, running));
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
      continue;
    }
    QueuedUse& use = uses[first + index] = Waits(run);
    if (++laid_out > kMaxLaidOut) {
      layout.AddToBlock(run);
    } else if (const auto start = layout.LayOut(run)) {
      use.group = std::string(start->group);
      use.when = {start->at, start->at + run.length};
    }
  }
  for (QueuedUse& block : layout.Blocks()) uses.push_back(std::move(block));
  return uses;
}

}  // namespace carbon
