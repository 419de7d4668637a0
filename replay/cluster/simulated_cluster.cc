#include "replay/cluster/simulated_cluster.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

namespace carbon {

SimulatedCluster::SimulatedCluster(std::vector<SimulatedPool> pools, BackfillSettings settings)
    : settings_(std::move(settings)) {
  view_.cluster = "replay";
  view_.counts_memory = false;
  for (SimulatedPool& config : pools) {
    Pool& pool = pools_.emplace_back();
    const PoolShape shape = config.shape;
    pool.config = std::move(config);
    pool.whole = {.devices = shape.devices_per_node, .cpus = shape.cpus_per_node};
    pool.nodes.assign(static_cast<size_t>(shape.nodes), pool.whole);
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
      partition->is_default = pool.config.is_default;
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
      // Nodes stay on unless carbon.json says that they power down.
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
    next = std::min(next, NextBackfill());
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
    pool.needs_pass = true;
    Schedule(&pool);
  }
  if (!IsPass(settings_, now_)) return;
  for (Pool& pool : pools_) {
    if (!pool.needs_pass) continue;
    pool.needs_pass = false;
    Backfill(&pool);
  }
}

absl::Time SimulatedCluster::NextBackfill() const {
  const bool is_needed = std::any_of(pools_.begin(), pools_.end(), [](const Pool& pool) {
    return pool.needs_pass && !pool.queue.empty();
  });
  return is_needed ? NextPass(settings_, now_) : absl::InfiniteFuture();
}

NodeDemand SimulatedCluster::DemandOf(const SimulatedJob& job) {
  return {.nodes = job.nodes,
          .devices_per_node = job.devices_per_node,
          .cpus_per_node = job.cpus_per_node,
          .whole_nodes = job.whole_nodes};
}

// Compares sums only, which is fast.
bool SimulatedCluster::MayHaveRoom(const Pool& pool, const SimulatedJob& job) const {
  return job.nodes * job.devices_per_node <= pool.free_devices &&
         job.nodes * job.cpus_per_node <= pool.free_cpus;
}

SimulatedCluster::RunningEnd SimulatedCluster::EndOf(uint32_t job) const {
  const absl::Duration limit = std::min(jobs_[job].asked.limit, kUnlimitedRun);
  return {absl::ToUnixSeconds(jobs_[job].start + limit), job, jobs_[job].asked.pool};
}

absl::Time SimulatedCluster::ExpectedEnd(const Job& job) const {
  return std::max(job.start + job.asked.limit, now_ + absl::Seconds(1));
}

void SimulatedCluster::Start(Pool* pool, uint32_t number, std::vector<int32_t> nodes) {
  Job& job = jobs_[number];
  TakeNodes(DemandOf(job.asked), nodes, 1, pool->whole, &pool->nodes);
  const auto count = static_cast<int64_t>(nodes.size());
  const PoolShape& shape = pool->config.shape;
  const bool whole = job.asked.whole_nodes;
  pool->free_devices -= count * (whole ? shape.devices_per_node : job.asked.devices_per_node);
  pool->free_cpus -= count * (whole ? shape.cpus_per_node : job.asked.cpus_per_node);
  job.start = now_;
  job.nodes = std::move(nodes);
  pool->running.insert(number);
  const RunningEnd end = EndOf(number);
  running_.insert(std::upper_bound(running_.begin(), running_.end(), end), end);
  ends_.emplace(now_ + job.asked.runtime, number);
  if (calendars_ != nullptr) limits_.emplace(now_ + job.asked.limit, number);
  NoteChange(number);
}

void SimulatedCluster::End(uint32_t number) {
  Job& job = jobs_[number];
  Pool& pool = pools_[job.asked.pool];
  TakeNodes(DemandOf(job.asked), job.nodes, -1, pool.whole, &pool.nodes);
  const auto count = static_cast<int64_t>(job.nodes.size());
  const PoolShape& shape = pool.config.shape;
  const bool whole = job.asked.whole_nodes;
  pool.free_devices += count * (whole ? shape.devices_per_node : job.asked.devices_per_node);
  pool.free_cpus += count * (whole ? shape.cpus_per_node : job.asked.cpus_per_node);
  job.nodes = {};
  pool.running.erase(number);
  running_.erase(std::lower_bound(running_.begin(), running_.end(), EndOf(number)));
  pool.is_dirty = true;
  if (!job.asked.decision_id.empty()) {
    ended_.push_back({number + 1, job.asked.decision_id, TimeInterval{job.start, now_}});
    if (calendars_ != nullptr) --decided_[job.asked.decision_id].in_queue;
  }
  NoteChange(number);
}

// In order, up to the first that finds no room.
void SimulatedCluster::Schedule(Pool* pool) {
  const NodeSet all(pool->nodes.size());
  while (!pool->queue.empty()) {
    const uint32_t first = pool->queue.begin()->job;
    const SimulatedJob& job = jobs_[first].asked;
    if (!MayHaveRoom(*pool, job)) return;
    std::vector<int32_t> nodes = ChooseNodes(pool->nodes, all, DemandOf(job));
    if (nodes.empty()) return;
    pool->queue.erase(pool->queue.begin());
    Start(pool, first, std::move(nodes));
  }
}

void SimulatedCluster::Backfill(Pool* pool) {
  // A pass is of use only up to the last job that has room now, if nothing were reserved.
  const NodeSet all(pool->nodes.size());
  size_t looked_at = 0, planned = 0;
  std::vector<std::pair<NodeDemand, bool>> kinds;
  for (const Waiting& waiting : pool->queue) {
    if (++looked_at > settings_.max_jobs) break;
    const SimulatedJob& job = jobs_[waiting.job].asked;
    if (!MayHaveRoom(*pool, job)) continue;
    const NodeDemand demand = DemandOf(job);
    auto kind = std::find_if(kinds.begin(), kinds.end(),
                             [&demand](const auto& each) { return each.first == demand; });
    if (kind == kinds.end()) {
      kinds.emplace_back(demand, CountRoom(pool->nodes, all, demand) >= demand.nodes);
      kind = kinds.end() - 1;
    }
    if (kind->second) planned = looked_at;
  }
  if (planned == 0) return;

  std::vector<BackfillPass::Running> running;
  running.reserve(running_.size());
  for (const RunningEnd& each : running_) {
    BackfillPass::Running& shown = running.emplace_back();
    shown.end = each.end;
    if (&pools_[static_cast<size_t>(each.pool)] != pool) continue;
    const Job& job = jobs_[each.job];
    shown.demand = DemandOf(job.asked);
    shown.nodes = &job.nodes;
  }
  BackfillPass pass(settings_, now_, pool->whole, pool->nodes, running);
  auto next = pool->queue.begin();
  for (size_t i = 0; i < planned && !pass.IsOver(); ++i) {
    const uint32_t number = next->job;
    const SimulatedJob& job = jobs_[number].asked;
    std::vector<int32_t> nodes = pass.Plan(DemandOf(job), job.limit);
    if (nodes.empty()) {
      ++next;
      continue;
    }
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
