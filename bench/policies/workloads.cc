#include "bench/policies/workloads.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <random>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace carbon {
namespace {

constexpr absl::Duration kShortJob = absl::Hours(2);
constexpr int kLetsWaitAwhileJobs = 3387;
constexpr absl::Duration kHalfHour = absl::Minutes(30);

// [0, below), the same on every machine.
uint32_t DrawBelow(uint32_t below, std::mt19937* random) {
  return static_cast<uint32_t>(uint64_t{(*random)()} * below >> 32);
}

}  // namespace

std::vector<StudyJob> GaiaWorkload(const std::vector<GaiaJob>& jobs, absl::Time begin) {
  std::array<absl::Duration, 2> sum;
  std::array<int64_t, 2> count = {0, 0};
  const auto class_of = [](const GaiaJob& job) { return job.length < kShortJob ? 0u : 1u; };
  for (const GaiaJob& job : jobs) {
    sum[class_of(job)] += job.length;
    ++count[class_of(job)];
  }
  std::vector<StudyJob> workload;
  for (const GaiaJob& job : jobs) {
    const size_t its_class = class_of(job);
    workload.push_back(
        {.arrival = begin + job.arrival,
         .length = job.length,
         .mean_length = absl::Trunc(sum[its_class] / count[its_class], absl::Seconds(1)),
         .max_delay = absl::Hours(its_class == 0 ? 6 : 24),
         .weight = static_cast<double>(job.cpus)});
  }
  return workload;
}

std::vector<StudyJob> LetsWaitAwhileWorkload(uint32_t seed) {
  std::vector<absl::CivilDay> workdays;
  for (absl::CivilDay day(2020, 1, 1); day < absl::CivilDay(2021, 1, 1); ++day) {
    const absl::Weekday weekday = absl::GetWeekday(day);
    if (weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday) continue;
    workdays.push_back(day);
  }
  std::mt19937 random(seed);
  std::vector<StudyJob> jobs;
  for (int i = 0; i < kLetsWaitAwhileJobs; ++i) {
    const absl::CivilDay day = workdays[DrawBelow(static_cast<uint32_t>(workdays.size()), &random)];
    StudyJob job;
    job.arrival = absl::FromCivil(day, absl::UTCTimeZone()) + absl::Hours(9) +
                  kHalfHour * DrawBelow(16, &random);
    job.length = absl::Hours(4) + kHalfHour * DrawBelow(2 * 86, &random);
    job.mean_length = job.length;
    job.max_delay = absl::InfiniteDuration();
    jobs.push_back(job);
  }
  std::sort(jobs.begin(), jobs.end(),
            [](const StudyJob& a, const StudyJob& b) { return a.arrival < b.arrival; });
  return jobs;
}

IntensitySeries WithNoise(const IntensitySeries& actual, double error, uint32_t seed) {
  const double deviation = error * actual.Mean(actual.begin(), actual.end())->value();
  std::mt19937 random(seed);
  const auto uniform = [&random] { return (random() + 0.5) / 4294967296.0; };
  std::vector<IntensitySeries::Step> steps = actual.steps();
  for (IntensitySeries::Step& step : steps) {
    // Box and Muller's.
    const double normal = std::sqrt(-2 * std::log(uniform())) * std::cos(2 * M_PI * uniform());
    step.value =
        std::max(GramsPerKilowattHour(0), step.value + GramsPerKilowattHour(deviation * normal));
  }
  return *IntensitySeries::Create(steps, actual.end());
}

absl::StatusOr<IntensitySeries> AtHalfHours(const IntensitySeries& series) {
  std::vector<IntensitySeries::Step> steps;
  for (const IntensitySeries::Step& step : series.steps()) {
    if (absl::ToUnixSeconds(step.start) % 1800 == 0) steps.push_back(step);
  }
  if (steps.empty()) return absl::InvalidArgumentError("no value is at a whole or half hour");
  return IntensitySeries::Create(steps, steps.back().start + kHalfHour);
}

absl::StatusOr<IntensitySeries> Cut(const IntensitySeries& series, absl::Time from, absl::Time to) {
  std::vector<IntensitySeries::Step> steps;
  for (const IntensitySeries::Step& step : series.steps()) {
    if (step.start >= to) break;
    if (step.start <= from) steps.clear();
    steps.push_back({std::max(from, step.start), step.value});
  }
  return IntensitySeries::Create(steps, to);
}

}  // namespace carbon
