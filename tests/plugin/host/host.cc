// slurmctld's part in a program of its own, so that the built plugin can be called as no slurmctld
// would call it: from many threads at once, with the clock stepping, the disk hanging, the snapshot
// changing and breaking, and the plugin unloaded in the middle.
//
//   plugin_host PLUGIN [--threads N] [--seconds S | --jobs N] [--seed N] [--step-clock] [--reload]
//   plugin_host PLUGIN --hang
//
// Checks of each job what FuzzedDescriptor says must hold, and at the end that each decision has
// its record, that the log has whole lines only, that each string of Slurm's allocator was freed,
// and that memory and latency did not grow. Prints figures; exits 1 when a promise is broken.
#include <stdio.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/plugin/bent_libc.h"
#include "tests/plugin/host/loaded_plugin.h"
#include "tests/plugin/host/promise.h"
#include "tests/plugin/host/publications.h"
#include "tests/plugin/host/storm.h"
#include "tests/plugin/slurm_symbols.h"

namespace carbon {
namespace {

using Clock = std::chrono::steady_clock;

// Lines for slurmctld's log: trouble is an error, its end is none.
std::atomic<int> troubles{0};
std::atomic<int> reliefs{0};
std::atomic<uint64_t> unwritten{0};  // records, at the end of a plugin
void CheckLogLine(const char* function, const char* line) {
  const bool is_relief = absl::EndsWith(line, "works again");
  ++(is_relief ? reliefs : troubles);
  uint64_t records = 0;
  if (sscanf(line, "carbon: end: %" SCNu64 " records", &records) == 1) unwritten += records;
  if (!absl::StartsWith(line, "carbon: ")) Broken(absl::StrCat("a line begins otherwise: ", line));
  if (function != absl::string_view(is_relief ? "slurm_info" : "slurm_error")) {
    Broken(absl::StrCat(function, " is given: ", line));
  }
}

void RunStorm(const StormOptions& options, const LoadedPlugin& plugin, Publications* publications) {
  const double started_mib = ResidentMib();
  Storm storm(options, plugin, publications);
  storm.Run();
  // Whatever went on, it decides again, once the storm's bookings are forgotten.
  publications->Publish(0, absl::Minutes(5));
  WaitUntil([&] { return !DecisionOfAnOrdinaryJob(plugin).empty(); }, 20, "it decides again");
  plugin.fini();
  if (!DecisionOfAnOrdinaryJob(plugin).empty()) Broken("it decides after fini()");

  LogCheck& log = storm.log();
  for (const std::string& path : {publications->rotated_log(), publications->log()}) {
    if (std::filesystem::exists(path)) log.Read(path);
  }
  uint64_t untraced = 0;
  for (const uint64_t id : storm.id_hashes()) untraced += log.Has(id) ? 0 : 1;
  storm.Tell(started_mib);
  printf(
      "log: %llu records, %llu numbers missing, %llu said to be dropped, %llu of %zu ids not in "
      "it\n",
      static_cast<unsigned long long>(log.count()), static_cast<unsigned long long>(log.missing()),
      static_cast<unsigned long long>(log.dropped()), static_cast<unsigned long long>(untraced),
      storm.id_hashes().size());
  if (!options.reload && log.missing() != log.dropped()) {
    Broken("records are missing that nobody says were dropped");
  }
  if (untraced > log.missing() + unwritten) Broken("decisions left no trace");
  printf("slurmctld's log: %d lines of trouble, %d that it is over\n", troubles.load(),
         reliefs.load());
  if (troubles == 0) Broken("nobody said that the snapshot was broken");
  // A plugin that is loaded again may see the repaired snapshot first.
  if (reliefs == 0 && !options.reload) Broken("nobody said that the snapshot was mended");
  printf("Slurm's allocator: %lld strings made, %lld left\n",
         static_cast<long long>(MadeSlurmStrings()), static_cast<long long>(LiveSlurmStrings()));
  if (LiveSlurmStrings() != 0) Broken("strings of Slurm's allocator leak");
}

// The disk of the log never answers: jobs pass, and fini() returns.
void RunHang(const LoadedPlugin& plugin, Publications* publications) {
  HangDisk(std::filesystem::canonical(publications->log()));
  DecisionOfAnOrdinaryJob(plugin);
  WaitUntil(DiskHangs, 20, "the log's writer waits for the disk");
  Clock::duration longest{};
  for (int i = 0; i < 20000; ++i) {
    const Clock::time_point start = Clock::now();
    DecisionOfAnOrdinaryJob(plugin);
    longest = std::max(longest, Clock::now() - start);
  }
  const Clock::time_point start = Clock::now();
  plugin.fini();
  const double stop = std::chrono::duration<double>(Clock::now() - start).count();
  printf("a hanging disk: longest job_submit %.1f ms, fini() %.2f s\n",
         std::chrono::duration<double>(longest).count() * 1000, stop);
  if (longest > std::chrono::seconds(1)) Broken("job_submit waits for the disk");
  if (stop > 3) Broken("fini() waits for the disk");
  if (!DecisionOfAnOrdinaryJob(plugin).empty()) Broken("it decides after fini()");
  // Meanwhile the plugin is wanted again, as after a change of JobSubmitPlugins.
  plugin.init();
  ReleaseDisk();
  publications->Publish(0);
  WaitUntil([&] { return !DecisionOfAnOrdinaryJob(plugin).empty(); }, 20, "it decides again");
  plugin.fini();
}

int Main(int argc, char** argv) {
  StormOptions options;
  std::string path;
  bool hang = false;
  CLI::App app("slurmctld's part in a program of its own");
  app.add_option("plugin", path, "job_submit_carbon.so")->required();
  app.add_option("--threads", options.threads);
  app.add_option("--seconds", options.seconds);
  app.add_option("--jobs", options.jobs, "so many, instead of --seconds");
  app.add_option("--seed", options.seed);
  app.add_flag("--step-clock", options.step_clock, "steps of an hour and a year, and back");
  app.add_flag("--reload", options.reload, "fini() and init() while jobs are submitted");
  app.add_flag("--hang", hang, "a disk that never answers, instead of a storm");
  CLI11_PARSE(app, argc, argv);

  Publications publications;
  publications.Publish(0);
  setenv("SLURM_CARBON_SNAPSHOT_DIR", publications.snapshot().c_str(), 1);
  SetSlurmLog(CheckLogLine);
  SetSlurmConf("alps", publications.folder());
  const LoadedPlugin plugin(path);
  if (plugin.init() != SLURM_SUCCESS) Broken("init() fails");
  WaitUntil([&] { return !DecisionOfAnOrdinaryJob(plugin).empty(); }, 20, "it decides");
  WaitUntil([&] { return std::filesystem::exists(publications.log()); }, 20, "it writes its log");
  if (hang) {
    RunHang(plugin, &publications);
  } else {
    RunStorm(options, plugin, &publications);
  }
  return 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) { return carbon::Main(argc, argv); }
