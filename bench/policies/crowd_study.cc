#include "bench/policies/crowd_study.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bench/policies/joint_assignment.h"
#include "core/config/profile.h"
#include "replay/bounds/clairvoyant.h"
#include "replay/contender.h"

namespace carbon {
namespace {

constexpr char kHardware[] = "h100-sxm";
constexpr int64_t kDevices = 8;

struct Drawn {
  std::mt19937 random;
  uint32_t Below(uint32_t below) { return static_cast<uint32_t>(uint64_t{random()} * below >> 32); }
};

// What one node of the pool draws at its meter while it works.
Watts NodePower(const PlacementConfig& config, size_t pool) {
  const double pue = config.sites[pool].pue.value;
  return config.hardware.at(kHardware).busy.value * (static_cast<double>(kDevices) * pue);
}

double GramsOf(const ZoneRecord& record, Watts power, absl::Time start, absl::Duration runtime) {
  const auto mean = record.Mean(start, start + runtime);
  return mean.has_value() ? (power * runtime * *mean).value() : -1;
}

}  // namespace

Crowd MakeCrowd(const CrowdPlan& plan) {
  Crowd crowd;
  PlacementConfig& config = crowd.config;
  config.hardware[kHardware] = ShippedProfiles().at(kHardware);
  for (const std::string& zone : plan.zones) {
    config.zones.push_back({.name = zone});
    config.sites.push_back({.name = zone, .zone = zone, .pue = {1.1, Quality::kMeasured, "set"}});
    config.pools.push_back({.name = zone, .site = zone, .partition = zone, .hardware = kHardware});
    crowd.options.shapes[zone] = {plan.nodes, kDevices, 64, "option"};
  }
  Policy policy;
  policy.name = "all";
  policy.mode = Mode::kEnforce;
  policy.max_delay = plan.max_delay;
  policy.may_change_named_partition = true;
  config.policies = {policy};

  Drawn drawn{std::mt19937(plan.seed)};
  for (int i = 0; i < plan.jobs; ++i) {
    TraceJob job;
    job.job_id = i + 1;
    const auto hours = static_cast<uint32_t>(absl::ToInt64Hours(plan.over));
    job.submit = job.eligible = plan.from + absl::Hours(hours == 0 ? 0 : drawn.Below(hours));
    job.start = absl::InfinitePast();
    job.elapsed = absl::Hours(2 + drawn.Below(23));
    job.limit = job.elapsed;
    job.nodes = 1 + drawn.Below(4);
    job.devices = kDevices * job.nodes;
    job.cpus = 64 * job.nodes;
    job.user_id = 2000 + static_cast<uint32_t>(i);
    job.partition =
        crowd.trace.names.Add(plan.zones[drawn.Below(static_cast<uint32_t>(plan.zones.size()))]);
    crowd.trace.jobs.push_back(job);
  }
  FinishTrace(&crowd.trace);
  return crowd;
}

absl::StatusOr<CrowdResult> RunCrowd(const Crowd& crowd, const std::vector<ZoneActuals>& actuals,
                                     const std::vector<std::string>& contenders,
                                     KnownForecasts* forecasts, absl::Duration limit) {
  CrowdResult result;
  const std::vector<TraceJob>& jobs = crowd.trace.jobs;
  const absl::Duration max_delay = crowd.config.policies[0].max_delay;
  std::vector<absl::Time> latest;
  for (const TraceJob& job : jobs) latest.push_back(job.submit + max_delay);
  for (const std::string& name : contenders) {
    absl::StatusOr<Contender> contender = MakeContender(name, crowd.config);
    if (!contender.ok()) return contender.status();
    ReplayOptions options = crowd.options;
    options.comparison = contender->policy;
    OracleForecasts oracle(actuals);
    KnownForecasts* const known = forecasts != nullptr ? forecasts : &oracle;
    const absl::StatusOr<ReplayResult> replayed =
        Replay(crowd.trace, contender->config, actuals, known, options);
    if (!replayed.ok()) return replayed.status();
    if (replayed->jobs.size() != jobs.size()) {
      return absl::InternalError("a job is larger than its pool");
    }
    CrowdOutcome outcome{.name = name};
    absl::Duration waits;
    double home = 0;
    for (size_t i = 0; i < jobs.size(); ++i) {
      const ReplayedJob& job = replayed->jobs[i];
      if (!job.home.footprint.has_value() || !job.enforced.footprint.has_value()) {
        return absl::FailedPreconditionError("the grids are not known of all runs");
      }
      home += job.home.footprint->gross.value();
      outcome.emitted += job.enforced.footprint->gross.value();
      waits += job.enforced.start - job.eligible;
      if (job.enforced.start > jobs[i].submit + max_delay) ++outcome.later;
      latest[i] = std::max({latest[i], job.enforced.start, job.home.start});
    }
    result.bounds.home = home;
    outcome.mean_wait = waits / static_cast<int64_t>(jobs.size());
    result.outcomes.push_back(std::move(outcome));
  }

  std::vector<JointJob> joint;
  for (size_t i = 0; i < jobs.size(); ++i) {
    JointJob& choices = joint.emplace_back();
    choices.amount = jobs[i].nodes;
    double least = -1;
    for (absl::Time start = jobs[i].submit; start <= latest[i]; start += absl::Hours(1)) {
      for (size_t pool = 0; pool < crowd.config.pools.size(); ++pool) {
        const Watts power = NodePower(crowd.config, pool) * static_cast<double>(jobs[i].nodes);
        const double grams = GramsOf(*actuals[pool].record, power, start, jobs[i].elapsed);
        if (grams < 0) return absl::FailedPreconditionError("the grids are not known of all runs");
        choices.choices.push_back({pool, {start, start + jobs[i].elapsed}, grams});
        least = least < 0 ? grams : std::min(least, grams);
      }
    }
    result.bounds.no_capacity += least;
  }
  std::vector<int64_t> capacity;
  for (const PoolConfig& pool : crowd.config.pools) {
    capacity.push_back(crowd.options.shapes.at(pool.name).nodes);
  }
  const absl::StatusOr<JointSolution> solution = SolveJointly(joint, capacity, limit);
  if (!solution.ok()) return solution.status();
  // Each job by itself emits no less, and what a contender did is an assignment too.
  result.bounds.capacity = std::max(solution->bound, result.bounds.no_capacity);
  result.bounds.joint = solution->cost;
  for (const CrowdOutcome& outcome : result.outcomes) {
    result.bounds.joint = std::min(result.bounds.joint, outcome.emitted);
  }
  result.bounds.is_optimal = solution->is_optimal && result.bounds.joint == solution->cost;
  return result;
}

}  // namespace carbon
