#include "replay/cluster/queue_calendars.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "core/cluster/node_groups.h"

namespace carbon {
namespace {

Resources Largest(Resources a, const Resources& b) {
  for (const auto what : kDimensions) a.*what = std::max(a.*what, b.*what);
  return a;
}

// The first of the groups that hang together with `group`.
int Root(std::vector<int>* parents, int group) {
  while ((*parents)[group] != group) group = (*parents)[group] = (*parents)[(*parents)[group]];
  return group;
}

}  // namespace

QueueCalendars::QueueCalendars(const ClusterView& view, const std::vector<PoolConfig>& pools) {
  ClusterView empty = view;
  empty.jobs.clear();
  empty.decided.clear();
  const NodeGroups found = FindNodeGroups(empty, pools);
  group_of_pool_ = found.of_pool;
  frame_ = BuildCapacity(empty, pools);
  const std::vector<NodeGroup>& groups = frame_.groups;
  for (size_t i = 0; i < groups.size(); ++i) {
    group_index_.emplace(groups[i].name, static_cast<int>(i));
  }
  std::vector<int> parents(groups.size());
  std::iota(parents.begin(), parents.end(), 0);
  for (size_t i = 0; i < groups.size(); ++i) {
    std::vector<std::string> others = groups[i].within;
    if (!groups[i].beside.empty()) others.push_back(groups[i].beside);
    for (const std::string& other : others) {
      parents[Root(&parents, static_cast<int>(i))] = Root(&parents, group_index_.at(other));
    }
  }
  component_of_.assign(groups.size(), -1);
  for (size_t i = 0; i < groups.size(); ++i) {
    int& root = component_of_[Root(&parents, static_cast<int>(i))];
    if (root < 0) {
      root = static_cast<int>(components_.size());
      components_.emplace_back();
    }
    component_of_[i] = root;
    components_[root].groups.push_back(groups[i]);
  }
  for (Component& component : components_) {
    component.running = GroupCalendars(component.groups, {});
  }
  nodes_.resize(view.nodes.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    node.group = found.of_node[i];
    node.cpus = view.nodes[i].resources.cpus;
    if (view.nodes[i].devices.empty()) continue;
    node.device_group = found.of_device[i].front();
    node.devices = view.nodes[i].devices.front().count;
  }
}

void QueueCalendars::Book(const Use& use, std::vector<Use>* changes) {
  if (use.when.start < use.when.end && use.amount != Resources{}) changes->push_back(use);
}

void QueueCalendars::Release(const Use& use, std::vector<Use>* changes) {
  Book({use.group, use.when, Resources{} - use.amount}, changes);
}

void QueueCalendars::AddUp(std::vector<Use>* changes) {
  const auto key = [](const Use& use) {
    return std::tuple(use.group, use.when.start, use.when.end);
  };
  std::sort(changes->begin(), changes->end(),
            [&key](const Use& a, const Use& b) { return key(a) < key(b); });
  auto sum = changes->begin();
  for (auto use = changes->begin(); use != changes->end();) {
    *sum = *use;
    while (++use != changes->end() && key(*use) == key(*sum)) sum->amount += use->amount;
    if (sum->amount != Resources{}) ++sum;
  }
  changes->erase(sum, changes->end());
}

void QueueCalendars::TouchNode(int node) {
  if (!std::exchange(nodes_[node].is_dirty, true)) dirty_nodes_.push_back(node);
}

void QueueCalendars::SetRunning(uint32_t number, const QueuedJob& job, Shown* shown) {
  const auto all = static_cast<int64_t>(job.on_nodes.size());
  const Node& first = nodes_[job.on_nodes.front()];
  Resources amount = {.devices = job.nodes * job.devices_per_node,
                      .cpus = job.nodes * job.cpus_per_node};
  if (job.whole_nodes) {
    Resources whole = {.cpus = all * first.cpus};
    const Resources devices = {.devices = all * first.devices};
    if (first.device_group == first.group) {
      whole += devices;
    } else if (first.device_group >= 0) {
      shown->booked.push_back({first.device_group, job.when, devices});
    }
    amount = Largest(amount, whole);
  }
  shown->booked.push_back({first.group, job.when, amount});
  for (const Use& use : shown->booked) Book(use, &running_changes_);
  for (const int node : job.on_nodes) {
    nodes_[node].runs.push_back({number, job.devices_per_node, job.whole_nodes, job.when});
    TouchNode(node);
  }
  shown->on_nodes = job.on_nodes;
}

Resources QueueCalendars::WaitingAmount(const QueuedJob& job, const NodeGroup& group) const {
  Resources amount = {.nodes = job.nodes,
                      .devices = job.nodes * job.devices_per_node,
                      .cpus = job.nodes * job.cpus_per_node};
  if (job.whole_nodes) {
    Resources whole = TotalOf(job.nodes, group.per_node);
    whole.memory_mib = 0;
    amount = Largest(amount, whole);
  } else {
    AddNodeParts(job.nodes, job.devices_per_node, group.per_node.devices, &amount);
    amount.nodes = 0;
  }
  for (const auto part : kNodeParts) {
    if (group.total.*part >= Resources::kUnlimited) amount.*part = 0;
  }
  return amount;
}

void QueueCalendars::Set(uint32_t number, const QueuedJob& job) {
  Remove(number);
  const int group = group_of_pool_[job.pool];
  if (group < 0 || job.when.end <= job.when.start) return;
  Shown& shown = jobs_[number];
  shown.component = component_of_[group];
  if (job.state == QueuedJob::State::kRunning) return SetRunning(number, job, &shown);
  const Resources amount = WaitingAmount(job, frame_.groups[group]);
  if (job.state == QueuedJob::State::kPromised) {
    shown.booked.push_back({group, job.when, amount});
    return Book(shown.booked.front(), &changes_);
  }
  shown.priority = job.priority;
  Component& component = components_[shown.component];
  component.is_dirty = true;
  ++waiting_;
  component.waiting[{job.priority, number}] = {
      .run = {.job_id = number + 1,
              .groups = {frame_.groups[group].name},
              .priority = job.priority,
              .earliest = job.when.start,
              .length = std::min(kUnlimitedRun, job.when.end - job.when.start),
              .amount = amount},
      .group = group,
      .starts_now = job.state == QueuedJob::State::kQueued};
}

void QueueCalendars::Remove(uint32_t number) {
  const auto found = jobs_.find(number);
  if (found == jobs_.end()) return;
  const Shown& shown = found->second;
  // Runs are on nodes, promises are not.
  std::vector<Use>& changes = shown.on_nodes.empty() ? changes_ : running_changes_;
  for (const Use& use : shown.booked) Release(use, &changes);
  for (const int node : shown.on_nodes) {
    std::erase_if(nodes_[node].runs, [number](const NodeRun& run) { return run.job == number; });
    TouchNode(node);
  }
  Component& component = components_[shown.component];
  const auto waits = component.waiting.find({shown.priority, number});
  if (waits != component.waiting.end()) {
    if (waits->second.start.has_value()) Release(waits->second.BookedUse(), &changes_);
    component.waiting.erase(waits);
    component.is_dirty = true;
    --waiting_;
  }
  jobs_.erase(found);
}

std::vector<QueueCalendars::Use> QueueCalendars::UsesOf(const Node& node) const {
  std::vector<Use> uses;
  if (node.group < 0) return uses;
  std::vector<absl::Time> turns;
  for (const NodeRun& run : node.runs) {
    turns.push_back(run.when.start);
    turns.push_back(run.when.end);
  }
  std::sort(turns.begin(), turns.end());
  turns.erase(std::unique(turns.begin(), turns.end()), turns.end());
  for (size_t i = 0; i + 1 < turns.size(); ++i) {
    int64_t devices = 0;
    bool is_whole = false, is_occupied = false;
    for (const NodeRun& run : node.runs) {
      if (run.when.start > turns[i] || run.when.end <= turns[i]) continue;
      devices += run.devices;
      is_whole = is_whole || run.is_whole;
      is_occupied = true;
    }
    if (!is_occupied) continue;
    const int64_t free = is_whole ? 0 : std::max<int64_t>(0, node.devices - devices);
    const TimeInterval when = {turns[i], turns[i + 1]};
    Resources parts;
    if (node.device_group >= 0) {
      parts = NodePartsOf(node.devices, node.devices) - NodePartsOf(node.devices, free);
    }
    if (node.device_group == node.group) {
      parts.nodes = 1;
      uses.push_back({node.group, when, parts});
    } else {
      uses.push_back({node.group, when, {.nodes = 1}});
      if (node.device_group >= 0) uses.push_back({node.device_group, when, parts});
    }
  }
  return uses;
}

void QueueCalendars::RenewNodes() {
  for (const int index : dirty_nodes_) {
    Node& node = nodes_[index];
    node.is_dirty = false;
    for (const Use& use : node.booked) Release(use, &running_changes_);
    node.booked = UsesOf(node);
    for (const Use& use : node.booked) Book(use, &running_changes_);
  }
  dirty_nodes_.clear();
}

void QueueCalendars::RenewRunning(absl::Time now) {
  RenewNodes();
  AddUp(&running_changes_);
  for (const Use& use : running_changes_) {
    Component& component = components_[component_of_[use.group]];
    component.running.Book(frame_.groups[use.group].name, use.when, use.amount);
    if (use.when.end > now) component.is_dirty = true;
  }
  changes_.insert(changes_.end(), running_changes_.begin(), running_changes_.end());
  running_changes_.clear();
}

void QueueCalendars::LayOut(absl::Time now, const std::optional<Rank>& end, Component* component) {
  for (const Use& use : component->blocks) Release(use, &changes_);
  component->blocks.clear();
  component->is_dirty = component->has_unplaced = false;
  component->first_start = absl::InfiniteFuture();
  QueueLayout layout(component->groups, component->running);
  for (auto& [rank, waits] : component->waiting) {
    if (waits.starts_now) waits.run.earliest = now;
    std::optional<absl::Time> start;
    if (!end.has_value() || rank < *end) {
      if (const auto found = layout.LayOut(waits.run)) start = found->at;
    } else {
      layout.AddToBlock(waits.run);
    }
    component->has_unplaced |= !start.has_value();
    component->first_start = std::min(component->first_start, start.value_or(now));
    if (start == waits.start) continue;
    if (waits.start.has_value()) Release(waits.BookedUse(), &changes_);
    waits.start = start;
    if (waits.start.has_value()) Book(waits.BookedUse(), &changes_);
  }
  for (const QueuedUse& use : layout.Blocks()) {
    component->blocks.push_back({group_index_.find(use.group)->second, use.when, use.amount});
    component->first_start = std::min(component->first_start, use.when.start);
    Book(component->blocks.back(), &changes_);
  }
}

void QueueCalendars::RenewLayouts(absl::Time now) {
  const auto is_due = [now](const Component& component) {
    if (component.waiting.empty() && component.blocks.empty()) return false;
    return component.is_dirty || component.has_unplaced || component.first_start < now;
  };
  // What is laid out one by one depends on all that waits, where this is too much.
  const bool are_together = has_blocks_ || waiting_ > kMaxLaidOut;
  const bool is_any_due = std::any_of(components_.begin(), components_.end(), is_due);
  if (!is_any_due) return;
  std::optional<Rank> end;
  has_blocks_ = waiting_ > kMaxLaidOut;
  if (has_blocks_) {
    std::vector<Rank> ranks;
    for (const Component& component : components_) {
      for (const auto& [rank, waits] : component.waiting) ranks.push_back(rank);
    }
    std::nth_element(ranks.begin(), ranks.begin() + kMaxLaidOut, ranks.end());
    end = ranks[kMaxLaidOut];
  }
  for (Component& component : components_) {
    if (are_together || is_due(component)) LayOut(now, end, &component);
  }
}

void QueueCalendars::Apply(absl::Time now, GroupCalendars* calendars) {
  RenewRunning(now);
  RenewLayouts(now);
  AddUp(&changes_);
  for (const Use& use : changes_) {
    calendars->Book(frame_.groups[use.group].name, use.when, use.amount);
  }
  changes_.clear();
}

}  // namespace carbon
