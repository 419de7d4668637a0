#include "bench/placement/federation.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/admission/admission.h"
#include "core/config/profile.h"
#include "core/decision/gate.h"
#include "core/decision/placement.h"

namespace carbon {
namespace {

constexpr char kHardware[] = "h100-sxm";
constexpr double kPue = 1.1;
constexpr Resources kPerNode = {.nodes = 1, .devices = 8, .cpus = 64, .memory_mib = 1 << 20};
constexpr int64_t kNodes = 1 << 20;

// The account of a job selects its policy.
std::string AccountOf(size_t rule, size_t slack) { return absl::StrCat(rule, "/", slack); }

// Returns the share of scenarios in which `candidate` emits less than `alternative` by more than
// `floor` of the latter.
double SavingProbability(const ErrorScenarios::Draws& candidate,
                         const ErrorScenarios::Draws& alternative, double floor) {
  double saves = 0;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    if (alternative[s] - candidate[s] > floor * alternative[s]) ++saves;
  }
  return saves / ErrorScenarios::kCount;
}

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
  PlacementConfig config;
  config.hardware[kHardware] = ShippedProfiles().at(kHardware);
  config.policies = Policies(rules, slacks);
  CapacityState capacity;
  capacity.taken_at = now;
  capacity.watched_at = now;
  capacity.watched_until = WatchedUntil(now, absl::Seconds(5));
  capacity.cluster = "bench";
  capacity.default_partition = forecasts->zones.front().zone;
  auto admission = std::make_shared<AdmissionRules>();
  const Resources total = TotalOf(kNodes, kPerNode);
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
  return Federation(*std::move(snapshot), rules, slacks, now);
}

Federation::Federation(std::shared_ptr<const Snapshot> snapshot, std::vector<Rule> rules,
                       std::vector<absl::Duration> slacks, absl::Time now)
    : snapshot_(std::move(snapshot)),
      rules_(std::move(rules)),
      slacks_(std::move(slacks)),
      now_(now) {
  ledger_.Rebase(LedgerBase(snapshot_->capacity()), now);
}

absl::StatusOr<ZonePlan> Federation::Decide(size_t rule, size_t slack, size_t home,
                                            absl::Duration runtime) const {
  if (rules_[rule].is_rule_1) return DecideByRule1(rules_[rule], slacks_[slack], home, runtime);
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
    return absl::InternalError(absl::StrCat("a job was left alone: ", ReasonText(decision.reason)));
  }
  if (!decision.excluded.empty()) {
    const Exclusion& first = decision.excluded.front();
    return absl::InternalError(absl::StrCat((*decision.pools)[*first.pool]->pool,
                                            " was excluded: ", ReasonText(first.reason)));
  }
  for (const Snapshot::Pool& pool : snapshot_->pools()) {
    if (pool.config->name != decision.chosen->first().pool()) continue;
    return ZonePlan{static_cast<size_t>(pool.zone_index), decision.chosen->start()};
  }
  return absl::InternalError("a decision names an unknown pool");
}

ZonePlan Federation::DecideByRule1(const Rule& rule, absl::Duration slack, size_t home,
                                   absl::Duration runtime) const {
  std::vector<PlacementOption> options;
  size_t cleanest = 0;
  for (size_t zone = 0; zone < snapshot_->forecasts().size(); ++zone) {
    const ZoneForecast& forecast = snapshot_->forecasts()[zone];
    if (forecast.long_run_mean < snapshot_->forecasts()[cleanest].long_run_mean) cleanest = zone;
    options.push_back({&forecast.series, runtime, Watts(1000), {{now_, now_ + slack}}, {}});
  }
  std::vector<const PlacementOption*> views;
  for (const PlacementOption& option : options) views.push_back(&option);
  const std::optional<GreenestPlacement> placed = PlaceGreenest(views, 1);
  const auto beats = [&](const ZonePlan& plan, const ZonePlan& other) {
    return plan != other &&
           SavingProbability(EmissionDraws(plan, runtime), EmissionDraws(other, runtime),
                             rule.saving_floor) >= rule.confidence;
  };
  const ZonePlan at_home = {home, now_}, static_best = {cleanest, now_};
  const ZonePlan fallback = beats(static_best, at_home) ? static_best : at_home;
  if (!placed.has_value()) return fallback;
  const ZonePlan greenest = {placed->greenest.option, placed->greenest.placement.start};
  return beats(greenest, fallback) ? greenest : fallback;
}

double Federation::Probability(size_t rule, const ZonePlan& plan, const ZonePlan& other,
                               absl::Duration runtime) const {
  const ErrorScenarios::Draws draws = EmissionDraws(plan, runtime);
  const ErrorScenarios::Draws others = EmissionDraws(other, runtime);
  return rules_[rule].is_rule_1
             ? SavingProbability(draws, others, 0)
             : ProspectOf(draws, others, plan.zone == other.zone && plan.start != other.start)
                   .probability;
}

ErrorScenarios::Draws Federation::EmissionDraws(const ZonePlan& plan,
                                                absl::Duration runtime) const {
  PoolRun run{};
  run.pool = &snapshot_->pools()[plan.zone];
  run.option.intensity = &run.pool->forecast->series;
  run.option.runtime = runtime;
  // All zones have the same hardware, whose errors do not count (Decide).
  return DrawPerWatt(run, plan.start, *snapshot_);
}

}  // namespace carbon
