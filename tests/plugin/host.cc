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
#include <dlfcn.h>
#include <slurm/slurm.h>
#include <stdio.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <cinttypes>
#include <bit>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <unordered_set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/admin_comment.h"
#include "core/config.h"
#include "core/record.h"
#include "core/snapshot_store.h"
#include "tests/plugin/bent_libc.h"
#include "tests/plugin/fuzzed_descriptor.h"
#include "tests/plugin/slurm_symbols.h"

namespace carbon {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Broken(const std::string& what) {
  fprintf(stderr, "plugin_host: broken promise: %s\n", what.c_str());
  // Not exit(): other threads are at work in what it would take down.
  fflush(nullptr);
  _exit(1);
}

// Polls; `seconds` is generous, for a machine that is busy with other things.
template <class Condition>
void WaitUntil(Condition condition, int seconds, const std::string& what) {
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(seconds);
  while (!condition()) {
    if (Clock::now() > deadline) Broken(absl::StrCat("not within ", seconds, " s: ", what));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

struct Plugin {
  int (*init)();
  void (*fini)();
  int (*job_submit)(job_desc_msg_t*, uint32_t, char**);

  explicit Plugin(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) Broken(dlerror());
    init = Symbol<int (*)()>(library, "init");
    fini = Symbol<void (*)()>(library, "fini");
    job_submit = Symbol<int (*)(job_desc_msg_t*, uint32_t, char**)>(library, "job_submit");
    Symbol<const char*>(library, "plugin_name");
    Symbol<const uint32_t*>(library, "plugin_version");
  }

 private:
  template <class T>
  static T Symbol(void* library, const char* name) {
    void* symbol = dlsym(library, name);
    if (symbol == nullptr) Broken(absl::StrCat("the plugin exports no ", name));
    return reinterpret_cast<T>(symbol);
  }
};

// How much larger than in the fuzz target its sites are: a storm would fill those in an instant.
constexpr int64_t kSize = 200;

// What memory may grow by in a storm. A sanitizer keeps a record of every block and access.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kMostGrowthMib = 1024;
#else
constexpr double kMostGrowthMib = 64;
#endif

// A folder with the snapshot and the log; the publisher's part.
class Publications {
 public:
  Publications() {
    std::string name = std::filesystem::temp_directory_path() / "carbon-host-XXXXXX";
    folder_ = mkdtemp(name.data());
    std::filesystem::create_directory(folder_ + "/log");
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(snapshot());
    if (!publisher.ok()) Broken(std::string(publisher.status().message()));
    publisher_.emplace(*std::move(publisher));
  }
  ~Publications() { std::filesystem::remove_all(folder_); }

  std::string snapshot() const { return folder_ + "/snapshot"; }
  std::string log() const { return folder_ + "/log/placements.jsonl"; }
  std::string rotated_log() const { return log() + ".1"; }

  // Grids that differ from round to round. `look_ahead`: how much later than now the queue was
  // looked at, so that the look is newer than the plugin's loading, or bookings without a job
  // expire.
  Manifest Publish(int round, absl::Duration look_ahead = absl::Seconds(2)) {
    World world = DescriptorWorld(TrueNow(), round % 2 == 0 ? 0 : 40, kSize);
    world.capacity.taken_at += look_ahead;
    world.config.paths.snapshot = snapshot();
    world.config.paths.log = log();
    const absl::StatusOr<Manifest> manifest = publisher_->Publish(
        {SerializeConfig(world.config), SerializeForecasts(world.forecasts),
         SerializeCapacity(world.capacity), SerializeAdmission(world.admission)},
        world.now, absl::Seconds(5));
    if (!manifest.ok()) Broken(std::string(manifest.status().message()));
    return *manifest;
  }

  // A publish whose parts do not belong together, are not all there, or are no snapshot at all.
  void PublishBroken(int round) {
    const Manifest manifest = Publish(round);
    const std::string part = snapshot() + "/" + CapacityPartName(manifest.capacity_hash);
    switch (round % 3) {
      case 0:
        std::filesystem::remove(part);
        break;
      case 1:
        std::filesystem::resize_file(part, uintmax_t{1} << 31);
        break;
      default:
        std::ofstream(snapshot() + "/" + kManifestFile) << "{\"no\": [\"manifest";
    }
  }

 private:
  std::string folder_;
  std::optional<SnapshotPublisher> publisher_;
};

// Latencies by powers of two and their quarters: a sixth of precision is enough to see a drift, and
// recording must not make memory grow.
class Latencies {
 public:
  void Add(Clock::duration latency) {
    const uint64_t ns =
        std::max<int64_t>(4, std::chrono::duration_cast<std::chrono::nanoseconds>(latency).count());
    const int power = std::bit_width(ns) - 1;
    ++counts_[static_cast<size_t>(power * 4) + ((ns >> (power - 2)) & 3)];
    ++count_;
  }
  void Add(const Latencies& other) {
    for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
  }
  uint64_t count() const { return count_; }
  double Microseconds(double quantile) const {
    uint64_t left = static_cast<uint64_t>(static_cast<double>(count_) * quantile);
    for (size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) {
        return static_cast<double>(4 + i % 4) * static_cast<double>(uint64_t{1} << (i / 4)) / 4000;
      }
      left -= counts_[i];
    }
    return 0;
  }

 private:
  std::array<uint64_t, 256> counts_{};
  uint64_t count_ = 0;
};

double ResidentMib() {
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

// The log's records, looked at file by file so that a long run needs no disk.
// A decision's id in eight bytes: what the host keeps must not look like a leak of the plugin's.
uint64_t IdHash(const std::string& id) { return std::hash<std::string>{}(id); }

class LogCheck {
 public:
  void Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      const nlohmann::json record = nlohmann::json::parse(line, nullptr, false);
      if (!record.is_object()) Broken("a line of the log is no record: " + line.substr(0, 200));
      const std::string boot = record.at("boot");
      const uint64_t sequence = record.at("seq");
      uint64_t& last = last_[boot];
      if (sequence <= last) Broken(absl::StrCat("record ", boot, "-", sequence, " comes again"));
      missing_ += sequence - last - 1;
      last = sequence;
      ++count_;
      const std::string type = record.at("type");
      if (type == "dropped") dropped_ += record.at("count").get<uint64_t>();
      if (type == "decision") decisions_.insert(IdHash(absl::StrCat(boot, "-", sequence)));
    }
    file.clear();
    file.seekg(-1, std::ios::end);
    if (file && file.get() != '\n') Broken(path + ": its last line is torn");
  }

  bool Has(uint64_t id_hash) const { return decisions_.contains(id_hash); }
  uint64_t count() const { return count_; }
  uint64_t missing() const { return missing_; }
  uint64_t dropped() const { return dropped_; }

 private:
  std::map<std::string, uint64_t> last_;
  std::unordered_set<uint64_t> decisions_;  // hashes of their ids
  uint64_t count_ = 0;
  uint64_t missing_ = 0;
  uint64_t dropped_ = 0;
};

struct Options {
  std::string plugin;
  int threads = 16;
  double seconds = 5;
  uint64_t jobs = 0;
  uint64_t seed = 1;
  bool step_clock = false;
  bool reload = false;
  bool hang = false;
};

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

// An ordinary job for eight GPUs at any site.
std::string DecisionOfAnOrdinaryJob(const Plugin& plugin) {
  constexpr uint8_t kOrdinary[] = {2};
  FuzzedDescriptor job(kOrdinary, sizeof(kOrdinary), TrueNow());
  if (plugin.job_submit(job.descriptor(), 0, job.err_msg()) != SLURM_SUCCESS) {
    Broken("a job was refused");
  }
  const char* comment = job.descriptor()->admin_comment;
  return comment == nullptr ? "" : DecisionIdInComment(comment);
}

class Storm {
 public:
  static constexpr int kWindows = 10;

  Storm(const Options& options, const Plugin& plugin, Publications* publications)
      : options_(options), plugin_(plugin), publications_(publications) {}

  void Run() {
    begin_ = Clock::now();
    std::vector<std::thread> threads;
    for (int t = 0; t < options_.threads; ++t) threads.emplace_back([this, t] { Submit(t); });
    std::thread publisher([this] { PublishOnAndOn(); });
    std::thread trouble([this] { MakeTrouble(); });
    std::thread memory([this] { WatchMemory(); });
    for (std::thread& thread : threads) thread.join();
    done_ = true;
    publisher.join();
    trouble.join();
    memory.join();
    StepClock(absl::ZeroDuration());
  }

  const std::vector<uint64_t>& id_hashes() const { return id_hashes_; }
  LogCheck& log() { return log_; }
  uint64_t jobs() const { return submitted_; }

  // Prints the figures and judges them.
  void Tell(double started_mib) const {
    printf("%12s %12s %12s %12s %10s\n", "jobs", "median us", "p99 us", "max us", "RSS MiB");
    for (int w = 0; w < kWindows; ++w) {
      const Latencies& l = latencies_[w];
      printf("%12llu %12.1f %12.1f %12.1f %10.1f\n", static_cast<unsigned long long>(l.count()),
             l.Microseconds(0.5), l.Microseconds(0.99), l.Microseconds(0.999999), resident_[w]);
    }
    printf("%llu jobs, %llu changed, %llu decisions, RSS %.1f MiB at first\n",
           static_cast<unsigned long long>(submitted_), static_cast<unsigned long long>(changed_),
           static_cast<unsigned long long>(decided_), started_mib);
    if (changed_ == 0) Broken("no job was changed: nothing was tried");
    // The first windows fill queues, the ledger and the allocator's arenas.
    const double growth = resident_[kWindows - 1] - resident_[3];
    if (growth > kMostGrowthMib) Broken(absl::StrFormat("memory grew by %.0f MiB", growth));
    const double before = latencies_[3].Microseconds(0.5);
    const double after = latencies_[kWindows - 1].Microseconds(0.5);
    // Between fini() and init() nothing is decided, which is fast.
    if (!options_.reload && after > 3 * before + 200) {
      Broken(absl::StrFormat("the median latency went from %.0f to %.0f us", before, after));
    }
  }

 private:
  int Window() const {
    const double share =
        options_.jobs > 0
            ? static_cast<double>(next_.load()) / static_cast<double>(options_.jobs)
            : std::chrono::duration<double>(Clock::now() - begin_).count() / options_.seconds;
    return std::clamp(static_cast<int>(share * kWindows), 0, kWindows - 1);
  }
  bool MoreToDo() {
    if (options_.jobs > 0) return next_.fetch_add(1) < options_.jobs;
    return Clock::now() - begin_ < std::chrono::duration<double>(options_.seconds);
  }

  void Submit(int thread) {
    std::mt19937_64 random(options_.seed * 1000 + static_cast<uint64_t>(thread));
    std::array<Latencies, kWindows> latencies;
    std::vector<uint64_t> id_hashes;
    uint64_t submitted = 0, changed = 0, decided = 0;
    std::vector<uint8_t> bytes;
    while (MoreToDo()) {
      bytes.resize(random() % 4 == 0 ? random() % 200 : random() % 12);
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
      const absl::Time earliest = TrueNow();
      FuzzedDescriptor job(bytes.data(), bytes.size(), earliest);
      const Clock::time_point start = Clock::now();
      const int answer = plugin_.job_submit(job.descriptor(), job.submit_uid(), job.err_msg());
      latencies[static_cast<size_t>(Window())].Add(Clock::now() - start);
      if (answer != SLURM_SUCCESS) Broken("a job was refused");
      const std::string what = job.WhatIsBroken(earliest, TrueNow());
      if (!what.empty()) Broken(what);
      ++submitted;
      changed += job.was_changed() ? 1 : 0;
      // The last of them is ours: users' words may hold another.
      const char* comment = job.descriptor()->admin_comment;
      const std::string text = comment == nullptr ? "" : comment;
      const size_t at = text.rfind("carbon:id=");
      if (at == std::string::npos) continue;
      ++decided;
      if (id_hashes.size() < 20000) {
        id_hashes.push_back(IdHash(DecisionIdInComment(text.substr(at))));
      }
    }
    std::lock_guard lock(mutex_);
    for (size_t w = 0; w < kWindows; ++w) latencies_[w].Add(latencies[w]);
    id_hashes_.insert(id_hashes_.end(), id_hashes.begin(), id_hashes.end());
    submitted_ += submitted;
    changed_ += changed;
    decided_ += decided;
  }

  void PublishOnAndOn() {
    for (int round = 1; !done_; ++round) {
      // The plugin looks once a second: what is broken stays so until it has been seen.
      if (round % 5 == 0) {
        publications_->PublishBroken(round / 5);
      } else {
        publications_->Publish(round);
      }
      Pause(std::chrono::milliseconds(round % 5 == 0 ? 1300 : 150));
    }
  }

  void WatchMemory() {
    for (; !done_; Pause(std::chrono::milliseconds(20))) {
      resident_[static_cast<size_t>(Window())] = ResidentMib();
    }
  }

  // Rotates the log, steps the clock and reloads the plugin.
  void MakeTrouble() {
    constexpr absl::Duration kSteps[] = {absl::Hours(1), -absl::Hours(1), absl::Hours(24 * 365),
                                         -absl::Hours(24 * 365)};
    for (int round = 0; !done_; ++round) {
      Pause(std::chrono::milliseconds(400));
      if (options_.step_clock) {
        StepClock(kSteps[round % 4]);
        Pause(std::chrono::milliseconds(300));
        StepClock(absl::ZeroDuration());
      }
      if (options_.reload) {
        plugin_.fini();
        plugin_.init();
      } else if (round % 5 == 4) {
        RotateLog();
      }
    }
  }

  // As logrotate does: the writer may go on with the old file until it sees that it moved, so that
  // is only read the next time.
  void RotateLog() {
    if (std::filesystem::exists(publications_->rotated_log())) {
      log_.Read(publications_->rotated_log());
      std::filesystem::remove(publications_->rotated_log());
    }
    std::error_code error;
    std::filesystem::rename(publications_->log(), publications_->rotated_log(), error);
  }

  void Pause(std::chrono::milliseconds time) {
    const Clock::time_point end = Clock::now() + time;
    while (!done_ && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  const Options& options_;
  const Plugin& plugin_;
  Publications* publications_;
  Clock::time_point begin_;
  std::atomic<uint64_t> next_{0};
  std::atomic<bool> done_{false};
  std::array<double, kWindows> resident_{};
  LogCheck log_;

  std::mutex mutex_;
  std::array<Latencies, kWindows> latencies_;
  std::vector<uint64_t> id_hashes_;
  uint64_t submitted_ = 0;
  uint64_t changed_ = 0;
  uint64_t decided_ = 0;
};

void RunStorm(const Options& options, const Plugin& plugin, Publications* publications) {
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
  // A plugin that is loaded again may meet the mended snapshot first.
  if (reliefs == 0 && !options.reload) Broken("nobody said that the snapshot was mended");
  printf("Slurm's allocator: %lld strings made, %lld left\n",
         static_cast<long long>(MadeSlurmStrings()), static_cast<long long>(LiveSlurmStrings()));
  if (LiveSlurmStrings() != 0) Broken("strings of Slurm's allocator leak");
}

// The disk under the log never answers: jobs go on, and so does whoever calls fini().
void RunHang(const Plugin& plugin, Publications* publications) {
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
  Options options;
  CLI::App app("slurmctld's part in a program of its own");
  app.add_option("plugin", options.plugin, "job_submit_carbon.so")->required();
  app.add_option("--threads", options.threads);
  app.add_option("--seconds", options.seconds);
  app.add_option("--jobs", options.jobs, "so many, instead of --seconds");
  app.add_option("--seed", options.seed);
  app.add_flag("--step-clock", options.step_clock, "steps of an hour and a year, and back");
  app.add_flag("--reload", options.reload, "fini() and init() while jobs are submitted");
  app.add_flag("--hang", options.hang, "a disk that never answers, instead of a storm");
  CLI11_PARSE(app, argc, argv);

  Publications publications;
  publications.Publish(0);
  setenv("SLURM_CARBON_SNAPSHOT_DIR", publications.snapshot().c_str(), 1);
  SetSlurmLog(CheckLogLine);
  const Plugin plugin(options.plugin);
  if (plugin.init() != SLURM_SUCCESS) Broken("init() fails");
  WaitUntil([&] { return !DecisionOfAnOrdinaryJob(plugin).empty(); }, 20, "it decides");
  WaitUntil([&] { return std::filesystem::exists(publications.log()); }, 20, "it writes its log");
  if (options.hang) {
    RunHang(plugin, &publications);
  } else {
    RunStorm(options, plugin, &publications);
  }
  return 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) { return carbon::Main(argc, argv); }
