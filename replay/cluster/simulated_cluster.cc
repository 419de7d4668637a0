#include "replay/cluster/simulated_cluster.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

namespace carbon {

SimulatedCluster::SimulatedCluster(std::vector<SimulatedPool> pools) {
  view_.cluster = "replay";
  view_.counts_memory = false;
  for (SimulatedPool& config : pools) {
    Pool& pool = pools_.emplace_back();
    const PoolShape shape = config.shape;
    pool.config = std::move(config);
    pool.nodes.assign(static_cast<size_t>(shape.nodes),
                      {shape.devices_per_node, shape.cpus_per_node, 0});
    pool.free_devices = shape.nodes * shape.devices_per_node;
    pool.free_cpus = shape.nodes * shape.cpus_per_node;
    first_node_.push_back(static_cast<int>(view_.nodes.size()));
    if (shape.nodes == 0) continue;
    const PoolConfig& described = *pool.config.config;
    auto partition = std::find_if(
        view_.partitions.begin(), view_.partitions.end(),
        [&](const ClusterPartition& other) { return other.name == described.partition; });
    if (partition == view_.partitions.end()) {
      view_.partitions.push_back({.name = described.partition, .up = true});
      partition = view_.partitions.end() - 1;
      partition->is_default = view_.partitions.size() == 1;
    }
    for (int64_t i = 0; i < shape.nodes; ++i) {
      ClusterNode node;
      node.name = absl::StrCat(described.name, "-", i);
      node.usable = true;
      node.resources = {.nodes = 1, .devices = shape.devices_per_node, .cpus = shape.cpus_per_node};
      if (shape.devices_per_node > 0) {
        node.devices = {{described.gres_type, shape.devices_per_node}};
      }
      node.features = described.features;
      // What carbon.json does not say to power down stays on.
      node.stays_powered = 1;
      if (!described.nodelist.empty()) {
        view_.nodelists[described.nodelist].push_back(static_cast<int>(view_.nodes.size()));
      }
      partition->nodes.push_back(static_cast<int>(view_.nodes.size()));
      view_.nodes.push_back(std::move(node));
    }
  }
}

bool SimulatedCluster::Fits(const SimulatedJob& job) const {
  const PoolShape& shape = pools_[job.pool].config.shape;
  return job.nodes <= shape.nodes && job.devices_per_node <= shape.devices_per_node &&
         job.cpus_per_node <= shape.cpus_per_node;
}

void SimulatedCluster::AdvanceTo(absl::Time time) {
  while (true) {
    if (now_ < time) Settle();
    absl::Time next = absl::InfiniteFuture();
    if (!ends_.empty()) next = std::min(next, ends_.top().first);
    if (!begins_.empty()) next = std::min(next, begins_.top().first);
    if (next > time || next == absl::InfiniteFuture()) break;
    now_ = next;
    for (; !ends_.empty() && ends_.top().first == next; ends_.pop()) End(ends_.top().second);
    for (; !begins_.empty() && begins_.top().first == next; begins_.pop()) {
      const uint32_t job = begins_.top().second;
      Pool& pool = pools_[jobs_[job].asked.pool];
      pool.queue.insert({jobs_[job].asked.priority, next, job});
      pool.is_dirty = true;
      NoteChange(job);
    }
  }
  if (time != absl::InfiniteFuture()) now_ = std::max(now_, time);
}

uint32_t SimulatedCluster::Submit(SimulatedJob job) {
  const auto number = static_cast<uint32_t>(jobs_.size());
  const absl::Time begin = std::max(job.begin, now_);
  Pool& pool = pools_[job.pool];
  if (begin > now_) {
    begins_.emplace(begin, number);
  } else {
    pool.queue.insert({job.priority, begin, number});
    pool.is_dirty = true;
  }
  job.begin = begin;
  if (calendars_ != nullptr && !job.decision_id.empty()) {
    Decided& decided = decided_[job.decision_id];
    if (decided.in_queue++ == 0) decided.job = number;
  }
  jobs_.push_back({.asked = std::move(job), .nodes = {}});
  NoteChange(number);
  return number;
}

void SimulatedCluster::Settle() {
  for (Pool& pool : pools_) {
    if (!pool.is_dirty) continue;
    pool.is_dirty = false;
    Schedule(&pool);
  }
}

// By sums, which is quick.
bool SimulatedCluster::MayHaveRoom(const Pool& pool, const SimulatedJob& job) const {
  return job.nodes * job.devices_per_node <= pool.free_devices &&
         job.nodes * job.cpus_per_node <= pool.free_cpus;
}

std::vector<int32_t> SimulatedCluster::FindNodes(const Pool& pool, const SimulatedJob& job,
                                                 const std::vector<Node>& free,
                                                 const std::vector<Node>* also) {
  const auto has_room = [&job](const Node& node) {
    return node.devices >= job.devices_per_node && node.cpus >= job.cpus_per_node &&
           (!job.whole_nodes || node.jobs == 0);
  };
  const auto wanted = static_cast<size_t>(job.nodes);
  std::vector<int32_t> nodes;
  for (size_t i = 0; i < free.size(); ++i) {
    if (!has_room(free[i]) || (also != nullptr && !has_room((*also)[i]))) continue;
    nodes.push_back(static_cast<int32_t>(i));
    // Of nodes that it takes whole, any are as good.
    const bool is_exact = job.devices_per_node == pool.config.shape.devices_per_node &&
                          pool.config.shape.devices_per_node > 0;
    if ((is_exact || job.whole_nodes) && nodes.size() == wanted) return nodes;
  }
  if (nodes.size() < wanted) return {};
  const auto has_less = [&free](int32_t a, int32_t b) {
    const Node &one = free[static_cast<size_t>(a)], &other = free[static_cast<size_t>(b)];
    return std::tie(one.devices, one.cpus, a) < std::tie(other.devices, other.cpus, b);
  };
  std::partial_sort(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(wanted), nodes.end(),
                    has_less);
  nodes.resize(wanted);
  return nodes;
}

void SimulatedCluster::Take(const SimulatedJob& job, const std::vector<int32_t>& nodes, int sign,
                            const Pool& pool, std::vector<Node>* free) {
  const PoolShape& shape = pool.config.shape;
  for (const int32_t index : nodes) {
    Node& node = (*free)[static_cast<size_t>(index)];
    node.devices -= sign * (job.whole_nodes ? shape.devices_per_node : job.devices_per_node);
    node.cpus -= sign * (job.whole_nodes ? shape.cpus_per_node : job.cpus_per_node);
    node.jobs += sign;
  }
}

absl::Time SimulatedCluster::ExpectedEnd(const Job& job) const {
  return std::max(job.start + job.asked.limit, now_ + absl::Seconds(1));
}

void SimulatedCluster::Start(Pool* pool, uint32_t number, std::vector<int32_t> nodes) {
  Job& job = jobs_[number];
  Take(job.asked, nodes, 1, *pool, &pool->nodes);
  const auto count = static_cast<int64_t>(nodes.size());
  const PoolShape& shape = pool->config.shape;
  const bool whole = job.asked.whole_nodes;
  pool->free_devices -= count * (whole ? shape.devices_per_node : job.asked.devices_per_node);
  pool->free_cpus -= count * (whole ? shape.cpus_per_node : job.asked.cpus_per_node);
  job.start = now_;
  job.nodes = std::move(nodes);
  pool->running.insert(number);
  ends_.emplace(now_ + job.asked.runtime, number);
  if (calendars_ != nullptr) limits_.emplace(now_ + job.asked.limit, number);
  NoteChange(number);
}

void SimulatedCluster::End(uint32_t number) {
  Job& job = jobs_[number];
  Pool& pool = pools_[job.asked.pool];
  Take(job.asked, job.nodes, -1, pool, &pool.nodes);
  const auto count = static_cast<int64_t>(job.nodes.size());
  const PoolShape& shape = pool.config.shape;
  const bool whole = job.asked.whole_nodes;
  pool.free_devices += count * (whole ? shape.devices_per_node : job.asked.devices_per_node);
  pool.free_cpus += count * (whole ? shape.cpus_per_node : job.asked.cpus_per_node);
  job.nodes = {};
  pool.running.erase(number);
  pool.is_dirty = true;
  if (!job.asked.decision_id.empty()) {
    ended_.push_back({number + 1, job.asked.decision_id, TimeInterval{job.start, now_}});
    if (calendars_ != nullptr) --decided_[job.asked.decision_id].in_queue;
  }
  NoteChange(number);
}

void SimulatedCluster::Schedule(Pool* pool) {
  // In order, as far as there is room.
  while (!pool->queue.empty()) {
    const uint32_t first = pool->queue.begin()->job;
    const SimulatedJob& job = jobs_[first].asked;
    if (!MayHaveRoom(*pool, job)) break;
    std::vector<int32_t> nodes = FindNodes(*pool, job, pool->nodes, nullptr);
    if (nodes.empty()) break;
    pool->queue.erase(pool->queue.begin());
    Start(pool, first, std::move(nodes));
  }
  if (pool->queue.size() < 2) return;

  // When, and where, the first will have room; what is free then beside it is `later`.
  const SimulatedJob& head = jobs_[pool->queue.begin()->job].asked;
  std::vector<std::pair<absl::Time, uint32_t>> running;
  running.reserve(pool->running.size());
  for (const uint32_t job : pool->running) running.emplace_back(ExpectedEnd(jobs_[job]), job);
  std::sort(running.begin(), running.end());
  std::vector<Node> later = pool->nodes;
  int64_t devices = pool->free_devices, cpus = pool->free_cpus;
  absl::Time reserved = absl::InfiniteFuture();
  for (size_t i = 0; i < running.size(); ++i) {
    const Job& job = jobs_[running[i].second];
    Take(job.asked, job.nodes, -1, *pool, &later);
    const auto count = static_cast<int64_t>(job.nodes.size());
    const PoolShape& shape = pool->config.shape;
    devices +=
        count * (job.asked.whole_nodes ? shape.devices_per_node : job.asked.devices_per_node);
    cpus += count * (job.asked.whole_nodes ? shape.cpus_per_node : job.asked.cpus_per_node);
    if (i + 1 < running.size() && running[i + 1].first == running[i].first) continue;
    if (head.nodes * head.devices_per_node > devices || head.nodes * head.cpus_per_node > cpus) {
      continue;
    }
    const std::vector<int32_t> nodes = FindNodes(*pool, head, later, nullptr);
    if (nodes.empty()) continue;
    reserved = running[i].first;
    Take(head, nodes, 1, *pool, &later);
    // What else ends later is not free then, and what ends at that time is.
    break;
  }

  size_t looked_at = 0;
  for (auto next = std::next(pool->queue.begin()); next != pool->queue.end();) {
    if (++looked_at > kMaxBackfill || (pool->free_devices == 0 && pool->free_cpus == 0)) break;
    const uint32_t number = next->job;
    const SimulatedJob& job = jobs_[number].asked;
    if (!MayHaveRoom(*pool, job)) {
      ++next;
      continue;
    }
    const bool ends_before = now_ + job.limit <= reserved;
    std::vector<int32_t> nodes = FindNodes(*pool, job, pool->nodes, ends_before ? nullptr : &later);
    if (nodes.empty()) {
      ++next;
      continue;
    }
    if (!ends_before) Take(job, nodes, 1, *pool, &later);
    next = pool->queue.erase(next);
    Start(pool, number, std::move(nodes));
  }
}

ClusterLook SimulatedCluster::Look(absl::Duration refresh) {
  view_.taken_at = now_;
  view_.jobs.clear();
  const auto show = [this](const Pool& pool, uint32_t number) {
    const Job& job = jobs_[number];
    const SimulatedJob& asked = job.asked;
    ClusterJob& shown = view_.jobs.emplace_back();
    shown.job_id = number + 1;
    shown.decision_id = asked.decision_id;
    shown.partitions = {pool.config.config->partition};
    shown.amount = {.nodes = asked.nodes,
                    .devices = asked.nodes * asked.devices_per_node,
                    .cpus = asked.nodes * asked.cpus_per_node};
    shown.devices_per_node = asked.devices_per_node;
    shown.pool = pool.config.config->name;
    shown.features = pool.config.config->features;
    shown.exclusive = asked.whole_nodes;
    shown.priority = asked.priority;
    return &shown;
  };
  for (size_t i = 0; i < pools_.size(); ++i) {
    const Pool& pool = pools_[i];
    for (const uint32_t number : pool.running) {
      ClusterJob* const shown = show(pool, number);
      for (const int32_t node : jobs_[number].nodes) shown->nodes.push_back(first_node_[i] + node);
      shown->when = {jobs_[number].start, ExpectedEnd(jobs_[number])};
    }
    for (const Waiting& waiting : pool.queue) {
      ClusterJob* const shown = show(pool, waiting.job);
      shown->when = {now_, now_ + jobs_[waiting.job].asked.limit};
    }
  }
  Events begins = begins_;
  for (; !begins.empty(); begins.pop()) {
    const uint32_t number = begins.top().second;
    ClusterJob* const shown = show(pools_[jobs_[number].asked.pool], number);
    shown->when = {begins.top().first, begins.top().first + jobs_[number].asked.limit};
    shown->is_promised = jobs_[number].asked.is_promised;
  }
  view_.decided = std::move(ended_);
  ended_.clear();
  std::vector<PoolConfig> configs;
  for (const Pool& pool : pools_) configs.push_back(*pool.config.config);
  ClusterLook look;
  look.capacity = BuildCapacity(view_, configs);
  look.capacity.watched_at = now_;
  look.capacity.watched_until = WatchedUntil(now_, refresh);
  look.jobs = static_cast<int64_t>(view_.jobs.size());
  return look;
}

void SimulatedCluster::NoteChange(uint32_t job) {
  ++changes_;
  if (calendars_ != nullptr) changed_.push_back(job);
}

const CapacityState& SimulatedCluster::Frame() {
  if (calendars_ == nullptr) {
    std::vector<PoolConfig> configs;
    for (const Pool& pool : pools_) configs.push_back(*pool.config.config);
    calendars_ = std::make_unique<QueueCalendars>(view_, configs);
  }
  return calendars_->frame();
}

std::optional<QueuedJob> SimulatedCluster::Shown(uint32_t number) const {
  using State = QueuedJob::State;
  const Job& job = jobs_[number];
  const SimulatedJob& asked = job.asked;
  const bool has_started = job.start != absl::InfiniteFuture();
  if (has_started && job.nodes.empty()) return std::nullopt;
  QueuedJob shown = {.pool = asked.pool,
                     .nodes = asked.nodes,
                     .devices_per_node = asked.devices_per_node,
                     .cpus_per_node = asked.cpus_per_node,
                     .whole_nodes = asked.whole_nodes,
                     .priority = asked.priority};
  if (has_started) {
    shown.state = State::kRunning;
    shown.when = {job.start, ExpectedEnd(job)};
    const int first = first_node_[static_cast<size_t>(asked.pool)];
    for (const int32_t node : job.nodes) shown.on_nodes.push_back(first + node);
  } else if (asked.begin <= now_) {
    shown.when = {now_, now_ + asked.limit};
  } else {
    shown.state = asked.is_promised ? State::kPromised : State::kHeld;
    shown.when = {asked.begin, asked.begin + asked.limit};
  }
  return shown;
}

void SimulatedCluster::UpdateCalendars(GroupCalendars* calendars) {
  Frame();
  for (const std::string& id : shown_ended_) {
    const auto decided = decided_.find(id);
    if (decided == decided_.end()) continue;
    decided->second.ended.reset();
    if (decided->second.in_queue == 0) decided_.erase(decided);
  }
  shown_ended_.clear();
  for (DecidedJob& job : ended_) {
    std::optional<DecidedJob>& ended = decided_[job.decision_id].ended;
    shown_ended_.push_back(job.decision_id);
    if (!ended.has_value()) ended = std::move(job);
  }
  ended_.clear();

  const auto runs = [this](uint32_t job) { return !jobs_[job].nodes.empty(); };
  for (; !limits_.empty() && limits_.top().first <= now_; limits_.pop()) {
    if (runs(limits_.top().second)) overdue_.push_back(limits_.top().second);
  }
  std::erase_if(overdue_, [&runs](uint32_t job) { return !runs(job); });
  changed_.insert(changed_.end(), overdue_.begin(), overdue_.end());
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  for (const uint32_t job : changed_) {
    const std::optional<QueuedJob> shown = Shown(job);
    if (shown.has_value()) {
      calendars_->Set(job, *shown);
    } else {
      calendars_->Remove(job);
    }
  }
  changed_.clear();
  calendars_->Apply(now_, calendars);
}

std::optional<LedgerBase::Job> SimulatedCluster::FindDecided(absl::string_view decision_id) const {
  const auto found = decided_.find(std::string(decision_id));
  if (found == decided_.end()) return std::nullopt;
  const Decided& decided = found->second;
  if (decided.in_queue > 0) return LedgerBase::Job{decided.job + 1, false};
  if (!decided.ended.has_value()) return std::nullopt;
  const TimeInterval ran = *decided.ended->ran;
  return LedgerBase::Job{decided.ended->job_id, ran.start == ran.end};
}

}  // namespace carbon
