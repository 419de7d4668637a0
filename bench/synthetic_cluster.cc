#include "bench/synthetic_cluster.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/config/profile.h"

namespace carbon {
namespace {

constexpr absl::Duration kHorizon = absl::Hours(24 * 14);
constexpr int kJobs = 1024;
constexpr int64_t kDevicesPerNode = 8;
constexpr int64_t kNodesPerGroup = 128;
constexpr double kLoad = 0.5;

// They are about equally good, so a job that may run on any of them has three pools at each site.
const char* const kHardware[] = {"h100-sxm", "h200", "mi300x"};

// The standard defines every bit of mt19937, but of no distribution.
class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  double Uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(engine_()) / 4294967296.0);
  }
  int64_t Integer(int64_t low, int64_t high) {  // both included
    return low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1));
  }
  template <class T>
  const T& OneOf(const std::vector<T>& of) {
    return of[static_cast<size_t>(Integer(0, static_cast<int64_t>(of.size()) - 1))];
  }

 private:
  std::mt19937 engine_;
};

// A level, a daily swing, and drifting weather.
ZoneForecast Forecast(const std::string& zone, absl::Time now, absl::Duration step,
                      Random* random) {
  const double level = random->Uniform(30, 600), swing = random->Uniform(0.1, 0.5);
  const double phase = random->Uniform(0, 24);
  double weather = 0, sum = 0;
  std::vector<IntensitySeries::Step> steps;
  for (absl::Time at = now - absl::Hours(1); at < now + kHorizon; at += step) {
    weather = 0.99 * weather + random->Uniform(-0.03, 0.03);
    const double hour = absl::ToDoubleHours(at - now);
    // A triangle wave, because the last bits of a sine differ between C libraries.
    const double day = std::abs(std::fmod(hour + phase + 24, 24.0) - 12) / 6 - 1;
    const double value = std::max(1.0, level * (1 + swing * day + weather));
    sum += value;
    steps.push_back({at, GramsPerKilowattHour(value)});
  }
  const absl::StatusOr<IntensitySeries> series = IntensitySeries::Create(steps, now + kHorizon);
  if (!series.ok()) {
    std::fprintf(stderr, "%s\n", series.status().ToString().c_str());
    std::abort();
  }
  return {.zone = zone,
          .source = "synthetic",
          .fetched_at = now,
          .valid_until = now + absl::Hours(24),
          .series = *series,
          .horizon = now + absl::Hours(96),
          .long_run_mean = GramsPerKilowattHour(sum / static_cast<double>(steps.size()))};
}

// Hourly for four days, then every three hours, from ten factors of decreasing weight, like our own
// errors (docs/forecast.md).
ErrorFactors Errors(absl::Time origin, Random* random) {
  constexpr size_t kFactors = 10;
  ErrorFactors errors;
  errors.origin = origin;
  errors.factor_count = kFactors;
  errors.remainder_correlation = 0.6f;
  const int64_t hours = absl::ToInt64Hours(kHorizon);
  for (int64_t end = 1; end <= hours; end += end < 96 ? 1 : 3) {
    errors.bucket_end_hours.push_back(static_cast<uint16_t>(end));
    const auto far = static_cast<double>(end) / static_cast<double>(end + 24);
    for (size_t j = 1; j <= kFactors; ++j) {
      const double loading = 0.2 * far / static_cast<double>(j);
      errors.loadings.push_back(static_cast<float>(random->Uniform(-loading, loading)));
    }
    errors.remainder.push_back(static_cast<float>(0.02 + 0.05 * far));
  }
  for (size_t i = 0; i < kFactors * ErrorFactors::kPairs; ++i) {
    errors.scores.push_back(static_cast<float>(random->Uniform(-1.732, 1.732)));
  }
  return errors;
}

TimeInterval SomeTime(absl::Time now, Random* random) {
  const absl::Time start = now + absl::Seconds(random->Integer(-24 * 3600, 9 * 24 * 3600));
  return {start, start + absl::Seconds(random->Integer(3600, 23 * 3600))};
}

JobRequest SomeJob(const ClusterShape& shape, int number, absl::Time now, Random* random) {
  JobRequest job;
  job.name = absl::StrCat("train-", number);
  job.user_id = static_cast<uint32_t>(random->Integer(1000, 1999));
  job.account = "research";
  if (random->Integer(0, 1) == 0) {
    job.partitions = {absl::StrCat("site-", random->Integer(0, shape.sites - 1), "-h100-sxm")};
    if (random->Integer(0, 3) == 0) job.partitions.push_back("site-0-h200");
  }
  const int64_t hours = random->Integer(1, 48);
  job.time_limit = absl::Hours(hours);
  if (random->Integer(0, 3) == 0) {
    job.deadline = now + absl::Hours(hours + random->Integer(6, 7 * 24));
  }
  if (random->Integer(0, 9) == 0) job.begin = now + absl::Minutes(random->Integer(1, 600));
  const int64_t devices = random->OneOf<int64_t>({1, 2, 4, 8, 8, 8, 16, 32, 64, 128});
  const int64_t nodes = (devices + kDevicesPerNode - 1) / kDevicesPerNode;
  job.demand = {.nodes = nodes, .devices = devices, .cpus = 8 * devices};
  job.per_node = {.devices = devices / nodes, .cpus = 8 * devices / nodes};
  if (random->Integer(0, 9) == 0) {
    job.array_tasks = random->Integer(2, 20);
    job.array_width = random->Integer(1, 4);
  }
  // Seven of eight jobs may run on any hardware, so that every pool is considered.
  std::vector<std::string> hints;
  if (random->Integer(0, 7) != 0) hints.push_back("hardware=any");
  if (random->Integer(0, 1) == 0) {
    hints.push_back(absl::StrCat("runtime=", std::max<int64_t>(1, hours * 3 / 4), "h"));
  } else if (random->Integer(0, 3) == 0) {
    const double flops =
        300e12 * static_cast<double>(devices) * 3600.0 * static_cast<double>(hours);
    hints.push_back(absl::StrCat("flops=", flops));
  }
  if (random->Integer(0, 7) == 0) hints.push_back("wait=12h");
  for (const std::string& hint : hints) {
    absl::StrAppend(&job.comment, job.comment.empty() ? "carbon:" : ",", hint);
  }
  return job;
}

}  // namespace

SyntheticCluster MakeCluster(const ClusterShape& shape) {
  Random random(1), random_errors(2);
  SyntheticCluster cluster;
  cluster.now = absl::FromUnixSeconds(1'795'478'400);
  PlacementConfig config;
  CapacityState capacity;
  auto admission = std::make_shared<AdmissionRules>();
  std::vector<ZoneForecast> forecasts;
  capacity.taken_at = cluster.now;
  capacity.watched_at = cluster.now;
  capacity.watched_until = WatchedUntil(cluster.now, absl::Seconds(5));
  capacity.cluster = "synthetic";
  capacity.default_partition = "site-0-h100-sxm";
  config.hardware = ShippedProfiles();
  Policy policy;
  policy.name = "all";
  policy.mode = Mode::kEnforce;
  policy.max_delay = shape.window;
  policy.learnt_runtime = shape.learnt_runtime;
  policy.may_change_hardware = true;
  policy.may_change_named_partition = true;
  config.policies.push_back(policy);

  const Resources per_node = {
      .nodes = 1, .devices = kDevicesPerNode, .cpus = 128, .memory_mib = 2 << 20};
  const Resources total = TotalOf(kNodesPerGroup, per_node);
  for (int i = 0; i < shape.sites; ++i) {
    const std::string site = absl::StrCat("site-", i), zone = absl::StrCat("zone-", i);
    forecasts.push_back(Forecast(zone, cluster.now, shape.step, &random));
    if (shape.past_errors) forecasts.back().errors = Errors(cluster.now, &random_errors);
    config.zones.push_back({.name = zone});
    config.sites.push_back({.name = site,
                            .zone = zone,
                            .pue = {random.Uniform(1.05, 1.5), Quality::kMeasured, "made up"}});
    for (const char* hardware : kHardware) {
      const std::string name = absl::StrCat(site, "-", hardware);
      config.pools.push_back({.name = name, .site = site, .partition = name, .hardware = hardware});
      capacity.groups.push_back({.name = name, .total = total, .per_node = per_node});
      PoolState state;
      state.pool = state.group = name;
      state.up = true;
      state.defaults.memory_per_cpu_mib = 8192;
      state.is_default = name == capacity.default_partition;
      capacity.pools.push_back(state);
      PartitionRules rules;
      rules.name = name;
      rules.nodes = total.nodes;
      rules.least = rules.most = {
          .cpus = per_node.cpus, .devices = per_node.devices, .memory_mib = per_node.memory_mib};
      admission->partitions.push_back(rules);
    }
  }

  // The average of runs at the same time in a group: 12 hours each, over 10 days and 11 hours of
  // starts.
  const auto groups = static_cast<double>(capacity.groups.size());
  const double at_once = std::max(1.0, shape.bookings / groups * 12 / 240);
  const double devices = kLoad * static_cast<double>(total.devices) / at_once;
  std::vector<Booking> bookings;
  for (int i = 0; i < shape.bookings; ++i) {
    const std::string& group = random.OneOf(capacity.groups).name;
    const auto size = static_cast<int64_t>(devices * random.Uniform(0.5, 1.5));
    const Resources amount = {.devices = std::clamp<int64_t>(size, 1, total.devices),
                              .cpus = std::clamp<int64_t>(8 * size, 1, total.cpus)};
    const TimeInterval when = SomeTime(cluster.now, &random);
    if (i % 10 != 0) {
      capacity.uses.push_back({.job_id = static_cast<uint32_t>(i + 1),
                               .decision_id = absl::StrCat("0123456789abcdef-", i),
                               .group = group,
                               .when = when,
                               .amount = amount});
    } else {
      bookings.push_back({.decision_id = absl::StrCat("0123456789abcdef-", i),
                          .runs = {{group, when, amount}},
                          .made_at = cluster.now});
    }
  }
  cluster.ledger.Rebase(LedgerBase(capacity), cluster.now);
  for (const Booking& booking : bookings) cluster.ledger.Book(booking);
  for (int i = 0; i < kJobs; ++i) {
    cluster.jobs.push_back(SomeJob(shape, i, cluster.now, &random));
  }

  Manifest manifest;
  manifest.published_at = cluster.now;
  auto snapshot = Snapshot::Assemble(manifest, std::move(config),
                                     std::make_shared<const DrawnForecasts>(std::move(forecasts)),
                                     std::move(capacity), std::move(admission));
  if (!snapshot.ok()) {
    std::fprintf(stderr, "%s\n", snapshot.status().ToString().c_str());
    std::abort();
  }
  cluster.snapshot = *std::move(snapshot);
  return cluster;
}

}  // namespace carbon
