// Jobs from many threads at once, while the snapshot changes and breaks, the log is rotated and the
// clock steps.
#ifndef TESTS_PLUGIN_HOST_STORM_H_
#define TESTS_PLUGIN_HOST_STORM_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

#include "tests/plugin/host/latencies.h"
#include "tests/plugin/host/loaded_plugin.h"
#include "tests/plugin/host/log_check.h"
#include "tests/plugin/host/publications.h"

namespace carbon {

struct StormOptions {
  int threads = 16;
  double seconds = 5;
  uint64_t jobs = 0;  // the number of jobs, instead of `seconds`
  uint64_t seed = 1;
  bool step_clock = false;  // by an hour and a year, and back
  bool reload = false;      // fini() and init() meanwhile
};

// Returns the memory that this process uses now.
double ResidentMib();

class Storm {
 public:
  // Parts of a run with equal length, whose memory and latencies are measured separately.
  static constexpr int kWindows = 10;

  Storm(const StormOptions& options, const LoadedPlugin& plugin, Publications* publications)
      : options_(options), plugin_(plugin), publications_(publications) {}

  void Run();

  const std::vector<uint64_t>& id_hashes() const { return id_hashes_; }
  LogCheck& log() { return log_; }
  uint64_t jobs() const { return submitted_; }

  // Prints the figures and judges them.
  void Tell(double started_mib) const;

 private:
  int Window() const;
  bool MoreToDo();
  void Submit(int thread);
  void PublishOnAndOn();
  void WatchMemory();
  // Rotates the log, steps the clock and reloads the plugin.
  void MakeTrouble();
  // Rotates as logrotate does. The writer may continue with the old file until it notices, so the
  // old file is read only the next time.
  void RotateLog();
  void Pause(std::chrono::milliseconds time);

  const StormOptions& options_;
  const LoadedPlugin& plugin_;
  Publications* publications_;
  std::chrono::steady_clock::time_point begin_;
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

}  // namespace carbon

#endif  // TESTS_PLUGIN_HOST_STORM_H_
