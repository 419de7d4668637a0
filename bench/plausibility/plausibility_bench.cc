// Measures what the plausibility rules cost and find on measured grids: false alarms by zone and
// year, the share of injected faults that is found, and how much the others worsen forecasts from
// history.
//
//   plausibility_bench --data DIR             every .csv file in the folders of DIR
//   plausibility_bench --data DIR --every 30  fewer injected faults, faster
//   plausibility_bench --data DIR --errors    the forecasts' errors too, about a second for each
//
// A file has `time,value` lines (forecast/sources/csv.h), and the name of its zone. Prints
// Markdown. Exit code 0; 1 if a file cannot be read or there is none; 2 for a wrong option.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "CLI/CLI.hpp"
#include "bench/plausibility/fault_study.h"
#include "forecast/own/hourly_intervals.h"
#include "forecast/sources/csv.h"
#include "store/file.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxFileBytes = 64 << 20;

struct Options {
  std::string data;
  int every = 10;
  bool errors = false;
};

std::vector<fs::path> CsvFiles(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void Merge(const std::vector<FaultCount>& counts, std::vector<FaultCount>* all) {
  for (const FaultCount& count : counts) {
    const auto known = std::find_if(all->begin(), all->end(), [&](const FaultCount& entry) {
      return entry.fault == count.fault;
    });
    FaultCount& sum = known != all->end() ? *known : all->emplace_back(FaultCount{count.fault});
    sum.injected += count.injected;
    sum.found += count.found;
  }
}

void PrintFaults(const char* of, const std::vector<FaultCount>& counts) {
  std::printf("\n| fault in a %s | injected | found |\n|---|---|---|\n", of);
  for (const FaultCount& count : counts) {
    std::printf("| %s | %lld | %.0f%% |\n", count.fault.c_str(),
                static_cast<long long>(count.injected),
                100.0 * static_cast<double>(count.found) / static_cast<double>(count.injected));
  }
}

void PrintErrors(const std::string& zone, const std::vector<FaultError>& errors) {
  std::printf("\n| %s | forecasts | growth of the error |\n|---|---|---|\n", zone.c_str());
  for (const FaultError& error : errors) {
    std::printf("| %s | %lld | %+.1f%% |\n", error.fault.c_str(),
                static_cast<long long>(error.forecasts),
                100 * (error.error / error.error_with_holes - 1));
  }
}

int Run(const Options& options) {
  const std::vector<fs::path> files = CsvFiles(options.data);
  if (files.empty()) {
    std::fprintf(stderr, "plausibility_bench: %s: holds no .csv file\n", options.data.c_str());
    return 1;
  }
  std::vector<FaultCount> forecast_faults, history_faults;
  std::vector<std::pair<std::string, std::vector<FaultError>>> errors;
  std::printf(
      "| zone | years | alarms a year: history | forecasts | bridged | frozen in the data |"
      "\n|---|---|---|---|---|---|\n");
  for (const fs::path& file : files) {
    const absl::StatusOr<std::string> bytes = ReadFile(file.string(), kMaxFileBytes);
    const absl::StatusOr<IntensityHistory> history =
        bytes.ok() ? ParseHistoryCsv(*bytes) : absl::StatusOr<IntensityHistory>(bytes.status());
    if (!history.ok()) {
      std::fprintf(stderr, "plausibility_bench: %s: %s\n", file.c_str(),
                   std::string(history.status().message()).c_str());
      return 1;
    }
    const IntensityHistory hours = ByHour(*history);
    const std::string zone = (file.parent_path().filename() / file.stem()).string();
    const AlarmStudy study = StudyAlarms(hours, options.every);
    const auto a_year = [&](int64_t count) { return static_cast<double>(count) / study.years; };
    std::printf("| %s | %.1f | %.2f | %.2f | %.2f | %lld |\n", zone.c_str(), study.years,
                a_year(study.history_alarms), a_year(study.forecast_alarms), a_year(study.bridged),
                static_cast<long long>(study.frozen));
    std::fflush(stdout);
    Merge(study.forecast_faults, &forecast_faults);
    Merge(study.history_faults, &history_faults);
    if (!options.errors || study.years < 1) continue;
    const absl::Time end = hours.intervals().back().end;
    errors.push_back({zone, StudyErrors(hours, end - absl::Hours(24 * 180), options.every)});
  }
  PrintFaults("forecast", forecast_faults);
  PrintFaults("history", history_faults);
  for (const auto& [zone, of_zone] : errors) PrintErrors(zone, of_zone);
  return 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) {
  CLI::App app("False alarms and detected faults of the plausibility rules", "plausibility_bench");
  carbon::Options options;
  app.add_option("--data", options.data, "Folder with measured grids")
      ->envname("SLURM_CARBON_DATA")
      ->required();
  app.add_option("--every", options.every, "Inject faults every so many days")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--errors", options.errors, "Also how faults worsen forecasts from history");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return carbon::Run(options);
}
