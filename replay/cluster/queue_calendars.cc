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
  nodes_.resize(view.nodes.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    node.group = found.of_node[i];
    node.cpus = view.nodes[i].resources.cpus;
    if (node.group >= 0)
      components_[component_of_[node.group]].nodes.push_back(static_cast<int>(i));
    if (view.nodes[i].devices.empty()) continue;
    node.device_group = found.of_device[i].front();
    node.devices = view.nodes[i].devices.front().count;
  }
}

void QueueCalendars::BookLater(const Use& use) {
  if (use.when.start < use.when.end && use.amount != Resources{}) pending_.push_back(use);
}

void QueueCalendars::ReleaseLater(const Use& use) {
  BookLater({use.group, use.when, Resources{} - use.amount});
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
  for (const Use& use : shown->booked) BookLater(use);
  for (const int node : job.on_nodes) {
    nodes_[node].runs.push_back({number, job.devices_per_node, job.whole_nodes, job.when});
    TouchNode(node);
  }
  shown->on_nodes = job.on_nodes;
  components_[shown->component].running.insert(number);
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
  Component& component = components_[shown.component];
  if (job.state == QueuedJob::State::kRunning) {
    component.is_dirty = true;
    return SetRunning(number, job, &shown);
  }
  const Resources amount = WaitingAmount(job, frame_.groups[group]);
  if (job.state == QueuedJob::State::kPromised) {
    shown.booked.push_back({group, job.when, amount});
    return BookLater(shown.booked.front());
  }
  component.is_dirty = true;
  ++waiting_;
  component.waiting[number] = {{.job_id = number + 1,
                                .groups = {frame_.groups[group].name},
                                .priority = job.priority,
                                .earliest = job.when.start,
                                .length = std::min(kUnlimitedRun, job.when.end - job.when.start),
                                .amount = amount},
                               job.state == QueuedJob::State::kQueued};
}

void QueueCalendars::Remove(uint32_t number) {
  const auto found = jobs_.find(number);
  if (found == jobs_.end()) return;
  const Shown& shown = found->second;
  Component& component = components_[shown.component];
  for (const Use& use : shown.booked) ReleaseLater(use);
  for (const int node : shown.on_nodes) {
    std::erase_if(nodes_[node].runs, [number](const NodeRun& run) { return run.job == number; });
    TouchNode(node);
  }
  if (component.waiting.erase(number) > 0) {
    --waiting_;
    component.is_dirty = true;
  }
  if (component.running.erase(number) > 0) component.is_dirty = true;
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
    for (const Use& use : node.booked) ReleaseLater(use);
    node.booked = UsesOf(node);
    for (const Use& use : node.booked) BookLater(use);
  }
  dirty_nodes_.clear();
}

void QueueCalendars::LayOut(absl::Time now, const std::vector<Component*>& components) {
  std::vector<NodeGroup> groups;
  std::vector<QueuedUse> running;
  std::vector<WaitingRun> waiting;
  const auto add = [&](const Use& use) {
    running.push_back(
        {.group = frame_.groups[use.group].name, .when = use.when, .amount = use.amount});
  };
  for (Component* component : components) {
    for (const Use& use : component->laid_out) ReleaseLater(use);
    component->laid_out.clear();
    component->is_dirty = component->has_unplaced = false;
    groups.insert(groups.end(), component->groups.begin(), component->groups.end());
    for (const uint32_t job : component->running) {
      for (const Use& use : jobs_.at(job).booked) add(use);
    }
    for (const int node : component->nodes) {
      for (const Use& use : nodes_[node].booked) add(use);
    }
    for (const auto& [number, waits] : component->waiting) {
      waiting.push_back(waits.run);
      if (waits.starts_now) waiting.back().earliest = now;
    }
  }
  if (waiting.empty()) return;
  const size_t first = running.size();
  const std::vector<QueuedUse> uses = LayOutQueue(groups, std::move(running), waiting);
  for (size_t i = first; i < uses.size(); ++i) {
    const int group = group_index_.find(uses[i].group)->second;
    Component& component = components_[component_of_[group]];
    if (uses[i].when.start == uses[i].when.end) component.has_unplaced = true;
    component.laid_out.push_back({group, uses[i].when, uses[i].amount});
    BookLater(component.laid_out.back());
  }
}

void QueueCalendars::RenewLayouts(absl::Time now) {
  const auto is_due = [now](const Component& component) {
    if (component.is_dirty) return !component.waiting.empty() || !component.laid_out.empty();
    return component.has_unplaced ||
           std::any_of(component.laid_out.begin(), component.laid_out.end(),
                       [now](const Use& use) { return use.when.start < now; });
  };
  if (waiting_ > kMaxLaidOut) {
    // What is laid out one by one depends on all that waits.
    if (std::none_of(components_.begin(), components_.end(), is_due)) return;
    std::vector<Component*> all;
    for (Component& component : components_) all.push_back(&component);
    are_laid_out_together_ = true;
    return LayOut(now, all);
  }
  const bool were_together = std::exchange(are_laid_out_together_, false);
  for (Component& component : components_) {
    component.is_dirty |= were_together;
    if (is_due(component)) LayOut(now, {&component});
    component.is_dirty = false;
  }
}

void QueueCalendars::Apply(absl::Time now, GroupCalendars* calendars) {
  RenewNodes();
  RenewLayouts(now);
  // Much of it cancels out: what was laid out again mostly starts when it did before.
  const auto key = [](const Use& use) {
    return std::tuple(use.group, use.when.start, use.when.end);
  };
  std::sort(pending_.begin(), pending_.end(),
            [&key](const Use& a, const Use& b) { return key(a) < key(b); });
  for (auto use = pending_.begin(); use != pending_.end();) {
    Use sum = *use;
    while (++use != pending_.end() && key(*use) == key(sum)) sum.amount += use->amount;
    if (sum.amount != Resources{}) {
      calendars->Book(frame_.groups[sum.group].name, sum.when, sum.amount);
    }
  }
  pending_.clear();
}

}  // namespace carbon
