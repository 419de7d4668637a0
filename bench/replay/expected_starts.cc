#include "bench/replay/expected_starts.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "replay/cluster/node_choice.h"

namespace carbon {
namespace {

NodeDemand DemandOf(const SimulatedJob& job) {
  return {.nodes = job.nodes,
          .devices_per_node = job.devices_per_node,
          .cpus_per_node = job.cpus_per_node,
          .whole_nodes = job.whole_nodes};
}

class Follower {
 public:
  Follower(const std::vector<SimulatedJob>& jobs, const std::vector<PoolShape>& shapes,
           const BackfillSettings& settings)
      : jobs_(jobs), settings_(settings), expected_(jobs.size()) {
    for (const PoolShape& shape : shapes) {
      const FreeNode whole = {.devices = shape.devices_per_node, .cpus = shape.cpus_per_node};
      pools_.push_back({whole, std::vector<FreeNode>(static_cast<size_t>(shape.nodes), whole), {}});
    }
  }

  void Follow(const SchedulerEvent& event) {
    if (event.kind == SchedulerEvent::Kind::kPass) {
      for (size_t i = 0; i < pools_.size(); ++i) ExpectPass(i, event.time);
      return;
    }
    const SimulatedJob& job = jobs_[event.job];
    Pool& pool = pools_[static_cast<size_t>(job.pool)];
    const auto waiting = std::tuple(-job.priority, event.job);
    switch (event.kind) {
      case SchedulerEvent::Kind::kSubmit:
        pool.queue.insert(waiting);
        break;
      case SchedulerEvent::Kind::kStart:
        pool.queue.erase(waiting);
        TakeNodes(DemandOf(job), event.nodes, 1, pool.whole, &pool.free);
        running_[event.job] = {absl::ToUnixSeconds(event.time + job.limit), event.nodes};
        break;
      default:
        if (const auto run = running_.find(event.job); run != running_.end()) {
          TakeNodes(DemandOf(job), run->second.nodes, -1, pool.whole, &pool.free);
          running_.erase(run);
        }
    }
    ExpectInOrder(pool, event.time);
  }

  std::vector<std::optional<absl::Time>> expected() const { return expected_; }

 private:
  struct Pool {
    FreeNode whole;
    std::vector<FreeNode> free;
    std::set<std::tuple<int64_t, size_t>> queue;
  };
  struct Run {
    int64_t end;
    std::vector<int32_t> nodes;
  };

  void Expect(size_t job, absl::Time time) {
    if (!expected_[job].has_value()) expected_[job] = time;
  }

  void ExpectInOrder(const Pool& pool, absl::Time time) {
    std::vector<FreeNode> free = pool.free;
    for (const auto& [priority, job] : pool.queue) {
      const NodeDemand demand = DemandOf(jobs_[job]);
      const std::vector<int32_t> nodes = ChooseNodes(free, NodeSet(free.size()), demand);
      if (nodes.empty()) return;
      Expect(job, time);
      TakeNodes(demand, nodes, 1, pool.whole, &free);
    }
  }

  void ExpectPass(size_t index, absl::Time time) {
    const Pool& pool = pools_[index];
    std::vector<BackfillPass::Running> running;
    for (const auto& [job, run] : running_) {
      const bool is_here = static_cast<size_t>(jobs_[job].pool) == index;
      running.push_back({.demand = DemandOf(jobs_[job]),
                         .end = run.end,
                         .nodes = is_here ? &run.nodes : nullptr});
    }
    std::stable_sort(running.begin(), running.end(),
                     [](const auto& a, const auto& b) { return a.end < b.end; });
    BackfillPass pass(settings_, time, pool.whole, pool.free, std::move(running));
    for (const auto& [priority, job] : pool.queue) {
      if (pass.IsOver()) return;
      if (!pass.Plan(DemandOf(jobs_[job]), jobs_[job].limit).empty()) Expect(job, time);
    }
  }

  const std::vector<SimulatedJob>& jobs_;
  const BackfillSettings& settings_;
  std::vector<Pool> pools_;
  std::map<size_t, Run> running_;
  std::vector<std::optional<absl::Time>> expected_;
};

}  // namespace

absl::StatusOr<std::vector<SchedulerEvent>> ParseEvents(absl::string_view text,
                                                        const std::vector<int64_t>& job_ids) {
  std::unordered_map<int64_t, size_t> index;
  for (size_t i = 0; i < job_ids.size(); ++i) index[job_ids[i]] = i;
  std::vector<SchedulerEvent> events;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    const auto wrong = [line] {
      return absl::InvalidArgumentError(absl::StrCat("\"", line, "\" is not an event"));
    };
    SchedulerEvent event;
    double seconds = 0;
    if (words.size() < 2 || !absl::SimpleAtod(words[0], &seconds)) return wrong();
    event.time = absl::UnixEpoch() + absl::Seconds(seconds);
    if (words[1] != "pass") {
      int64_t number = 0;
      if (words.size() < 3 || !absl::SimpleAtoi(words[2], &number)) return wrong();
      if (words[1] == "submit") {
        event.kind = SchedulerEvent::Kind::kSubmit;
      } else if (words[1] == "start" && words.size() == 4) {
        event.kind = SchedulerEvent::Kind::kStart;
        for (const absl::string_view node : absl::StrSplit(words[3], ',')) {
          if (!absl::SimpleAtoi(node, &event.nodes.emplace_back())) return wrong();
        }
      } else if (words[1] == "end") {
        event.kind = SchedulerEvent::Kind::kEnd;
      } else {
        return wrong();
      }
      const auto job = index.find(number);
      if (job == index.end()) continue;
      event.job = job->second;
    }
    events.push_back(std::move(event));
  }
  return events;
}

std::vector<std::optional<absl::Time>> ExpectedStarts(const std::vector<SchedulerEvent>& events,
                                                      const std::vector<SimulatedJob>& jobs,
                                                      const std::vector<PoolShape>& shapes,
                                                      const BackfillSettings& settings) {
  Follower follower(jobs, shapes, settings);
  for (const SchedulerEvent& event : events) follower.Follow(event);
  return follower.expected();
}

}  // namespace carbon
