// Measures how large the archive becomes in a year: providers of zones issue forecasts at an
// interval, and each value is corrected once. Writes a file into the given folder, best one in
// memory, and prints a row of docs/performance.md:
//
//   archive_bench FOLDER ZONES STEP_MINUTES FORECAST_HOURS ISSUED_EVERY_MINUTES DAYS
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "forecast/archive/archive.h"

namespace carbon {
namespace {

struct Site {
  int zones, step_minutes, forecast_hours, issued_every, days;
};

// A daily wave with the noise of a real grid.
GramsPerKilowattHour ValueAt(absl::Time time, std::mt19937* random) {
  const int64_t hour = absl::ToUnixSeconds(time) / 3600 % 24;
  const double wave = 300 + 10.0 * static_cast<double>(hour < 12 ? hour : 24 - hour);
  return GramsPerKilowattHour(wave + std::uniform_real_distribution<double>(-20, 20)(*random));
}

IntensitySeries Forecast(absl::Time at, const Site& site, std::mt19937* random) {
  const absl::Duration step = absl::Minutes(site.step_minutes);
  std::vector<IntensitySeries::Step> steps;
  absl::Time time = at;
  for (; time < at + absl::Hours(site.forecast_hours); time += step) {
    steps.push_back({time, ValueAt(time, random)});
  }
  return *IntensitySeries::Create(steps, time);
}

IntensityHistory Day(absl::Time day, const Site& site, std::mt19937* random) {
  const absl::Duration step = absl::Minutes(site.step_minutes);
  std::vector<IntensityHistory::Interval> values;
  for (absl::Time time = day; time < day + absl::Hours(24); time += step) {
    values.push_back({time, time + step, ValueAt(time, random)});
  }
  return *IntensityHistory::Create(std::move(values));
}

absl::Status Fill(Archive* archive, const Site& site, int64_t* lost) {
  const absl::Time begin = absl::FromUnixSeconds(1767225600);  // 2026-01-01
  std::mt19937 random(1);
  for (int zone = 0; zone < site.zones; ++zone) {
    const Feed feed{absl::StrCat("zone-", zone), "electricity-maps:DE"};
    for (int day = 0; day < site.days; ++day) {
      const absl::Time today = begin + absl::Hours(24 * day);
      for (int minute = 0; minute < 24 * 60; minute += site.issued_every) {
        const absl::Time at = today + absl::Minutes(minute);
        const absl::Status status =
            archive->AddForecast(feed, at, Forecast(at, site, &random), at).status();
        if (!status.ok()) return status;
        for (const ArchiveLoss& loss : archive->TakeLosses()) *lost += loss.forecasts;
      }
      for (int told = 0; told < 2; ++told) {
        const absl::Status status =
            archive->AddActuals(feed, Day(today, site, &random), today + absl::Hours(24 + told))
                .status();
        if (!status.ok()) return status;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) {
  using namespace carbon;
  Site site;
  if (argc != 7 || !absl::SimpleAtoi(argv[2], &site.zones) ||
      !absl::SimpleAtoi(argv[3], &site.step_minutes) ||
      !absl::SimpleAtoi(argv[4], &site.forecast_hours) ||
      !absl::SimpleAtoi(argv[5], &site.issued_every) || !absl::SimpleAtoi(argv[6], &site.days)) {
    std::cerr
        << "archive_bench FOLDER ZONES STEP_MINUTES FORECAST_HOURS ISSUED_EVERY_MINUTES DAYS\n";
    return 2;
  }
  const std::string path = absl::StrCat(argv[1], "/archive-year.sqlite");
  std::vector<std::string> problems;
  auto archive = Archive::Open(path, absl::Now(), &problems);
  int64_t lost = 0;
  absl::Status status = archive.status();
  if (status.ok()) status = Fill(archive->get(), site, &lost);
  if (!status.ok()) {
    std::cerr << "archive_bench: " << status << "\n";
    return 1;
  }
  archive->reset();
  std::cout << "| " << site.zones << " | " << site.step_minutes << " | " << site.forecast_hours
            << " | " << site.issued_every << " | " << site.days << " | "
            << static_cast<double>(std::filesystem::file_size(path)) / 1e6 << " | " << lost
            << " |\n";
  std::filesystem::remove(path);
  return 0;
}
