#include "bench/placement/federation.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/admission.h"
#include "core/gate.h"
#include "core/profile.h"

namespace carbon {
namespace {

constexpr char kHardware[] = "h100-sxm";
constexpr double kPue = 1.1;
constexpr Resources kPerNode = {.nodes = 1, .devices = 8, .cpus = 64, .memory_mib = 1 << 20};
constexpr int64_t kNodes = 1 << 20;

// A policy is found by the account of the job.
std::string AccountOf(size_t rule, size_t slack) { return absl::StrCat(rule, "/", slack); }

std::vector<Policy> Policies(const std::vector<Rule>& rules,
                             const std::vector<absl::Duration>& slacks) {
  std::vector<Policy> policies;
  for (size_t rule = 0; rule < rules.size(); ++rule) {
    for (size_t slack = 0; slack < slacks.size(); ++slack) {
      Policy policy;
      policy.name = AccountOf(rule, slack);
      policy.match.accounts = {policy.name};
      policy.mode = Mode::kEnforce;
      policy.max_delay = slacks[slack];
      policy.saving_floor = rules[rule].saving_floor;
      policy.confidence = rules[rule].confidence;
      policy.may_change_named_partition = true;
      policies.push_back(std::move(policy));
    }
  }
  return policies;
}

}  // namespace

absl::StatusOr<Federation> Federation::Create(std::shared_ptr<const DrawnForecasts> forecasts,
                                              const std::vector<Rule>& rules,
                                              const std::vector<absl::Duration>& slacks,
                                              absl::Time now) {
  if (forecasts->zones.empty()) return absl::InvalidArgumentError("federation: has no zones");
  Config config;
  config.hardware[kHardware] = ShippedProfiles().at(kHardware);
  config.policies = Policies(rules, slacks);
  CapacityState capacity;
  capacity.taken_at = now;
  capacity.watched_at = now;
  capacity.cluster = "bench";
  capacity.default_partition = forecasts->zones.front().zone;
  auto admission = std::make_shared<AdmissionRules>();
  const Resources total = {.nodes = kNodes,
                           .devices = kNodes * kPerNode.devices,
                           .cpus = kNodes * kPerNode.cpus,
                           .memory_mib = kNodes * kPerNode.memory_mib};
  for (const ZoneForecast& forecast : forecasts->zones) {
    const std::string& name = forecast.zone;
    config.zones.push_back({.name = name});
    config.sites.push_back({.name = name, .zone = name, .pue = {kPue, Quality::kMeasured, "set"}});
    config.pools.push_back({.name = name, .site = name, .partition = name, .hardware = kHardware});
    capacity.groups.push_back({.name = name, .total = total, .per_node = kPerNode});
    PoolState state;
    state.pool = state.group = name;
    state.up = true;
    state.defaults.memory_per_cpu_mib = 1;
    state.is_default = name == capacity.default_partition;
    capacity.pools.push_back(std::move(state));
    PartitionRules rules_of_partition;
    rules_of_partition.name = name;
    rules_of_partition.nodes = kNodes;
    rules_of_partition.least = rules_of_partition.most = {
        .cpus = kPerNode.cpus, .devices = kPerNode.devices, .memory_mib = kPerNode.memory_mib};
    admission->partitions.push_back(std::move(rules_of_partition));
  }
  Manifest manifest;
  manifest.published_at = now;
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = Snapshot::Assemble(
      manifest, std::move(config), std::move(forecasts), std::move(capacity), std::move(admission));
  if (!snapshot.ok()) return snapshot.status();
  return Federation(*std::move(snapshot), now);
}

Federation::Federation(std::shared_ptr<const Snapshot> snapshot, absl::Time now)
    : snapshot_(std::move(snapshot)), now_(now) {
  ledger_.Rebase(LedgerBase(snapshot_->capacity()), now);
}

absl::StatusOr<Plan> Federation::Decide(size_t rule, size_t slack, size_t home,
                                        absl::Duration runtime) const {
  JobRequest job;
  job.name = "train";
  job.user_id = 1000;
  job.account = AccountOf(rule, slack);
  job.partitions = {snapshot_->forecasts()[home].zone};
  job.time_limit = runtime;
  job.demand = {.nodes = 1, .devices = kPerNode.devices, .cpus = kPerNode.devices};
  job.per_node = {.devices = kPerNode.devices, .cpus = kPerNode.devices};
  const Decision decision = carbon::Decide(job, *snapshot_, ledger_, now_);
  if (decision.outcome == Outcome::kLeftAlone) {
    return absl::InternalError(absl::StrCat("a job was left alone: ", decision.reason));
  }
  if (!decision.excluded.empty()) {
    const Exclusion& first = decision.excluded.front();
    return absl::InternalError(absl::StrCat(first.pool, " was excluded: ", first.reason));
  }
  for (const Snapshot::Pool& pool : snapshot_->pools()) {
    if (pool.config->name != decision.chosen->pool) continue;
    return Plan{static_cast<size_t>(pool.zone_index), decision.chosen->start};
  }
  return absl::InternalError("a decision names an unknown pool");
}

ErrorScenarios::Draws Federation::EmissionDraws(const Plan& plan, absl::Duration runtime) const {
  PoolRun run{};
  run.pool = &snapshot_->pools()[plan.zone];
  run.option.intensity = &run.pool->forecast->series;
  run.option.runtime = runtime;
  run.option.power = Watts(1000);
  return DrawEmissions(run, plan.start, *snapshot_);
}

}  // namespace carbon
