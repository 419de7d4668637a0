// The plugin's exported symbols, which only dispatch. slurmctld must never die, wait or refuse a
// job for carbon. So no exception leaves this file and every call returns SLURM_SUCCESS.
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurm_version.h>
#include <slurm/spank.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "core/config/daemon_config.h"
#include "plugin/job_submit/descriptor.h"
#include "plugin/job_submit/engine.h"
#include "plugin/job_submit/quiet_thread.h"

#define CARBON_EXPORT extern "C" __attribute__((visibility("default")))

// Symbols of slurmctld: its configuration, and a type that is never looked into.
extern "C" slurm_conf_t slurm_conf;
typedef struct job_record job_record_t;

CARBON_EXPORT const char plugin_name[] = "Carbon-aware placement of jobs";
CARBON_EXPORT const char plugin_type[] = "job_submit/carbon";
CARBON_EXPORT const uint32_t plugin_version = SLURM_VERSION_NUMBER;

namespace {

// The longest time that slurmctld waits for the engine to write what it has.
constexpr auto kStopAtMost = std::chrono::seconds(2);

// Owns the engine, and stops it. RPC threads of slurmctld can still be in job_submit when it shuts
// down or calls fini(). Each thread works with its own shared pointer, and the engine stops when
// the last one is released.
class Running {
 public:
  std::shared_ptr<carbon::Engine> engine() {
    std::lock_guard lock(mutex_);
    return engine_;
  }

  void Start(carbon::EngineOptions options) {
    auto stopped = std::make_shared<std::promise<void>>();
    std::shared_future<void> soon = stopped->get_future().share();
    std::shared_ptr<carbon::Engine> engine(
        new carbon::Engine(std::move(options)),
        [stopped](carbon::Engine* engine) { StopElsewhere(engine, stopped); });
    std::lock_guard lock(mutex_);
    engine_.swap(engine);
    std::swap(stopped_, soon);
  }

  // slurmctld calls fini() under its locks, and a disk that does not answer must not block it. An
  // engine that has not stopped in time is abandoned, and ends when the disk answers. Its code
  // stays loaded because of -z nodelete.
  void Stop() noexcept {
    try {
      std::shared_ptr<carbon::Engine> engine;
      std::shared_future<void> soon;
      {
        std::lock_guard lock(mutex_);
        engine.swap(engine_);
        std::swap(soon, stopped_);
      }
      engine.reset();
      if (soon.valid()) soon.wait_for(kStopAtMost);
    } catch (...) {
      // The pointer was released all the same.
    }
  }

 private:
  // The last owner may hold slurmctld's locks, so the engine ends on a thread of its own.
  static void StopElsewhere(carbon::Engine* engine,
                            std::shared_ptr<std::promise<void>> stopped) noexcept {
    try {
      carbon::StartQuietThread("carbon-end", [engine, stopped] {
        delete engine;
        stopped->set_value();
      }).detach();
    } catch (...) {
      // No thread could be started.
      delete engine;
      stopped->set_value();
    }
  }

  std::mutex mutex_;
  std::shared_ptr<carbon::Engine> engine_;
  std::shared_future<void> stopped_;
};

// Never destroyed: a late thread may use it while slurmctld exits.
Running& running = *new Running;

// Stops the engine. slurmctld does not call fini() when it shuts down, and a thread that is still
// joinable then would abort it.
struct StopAtExit {
  ~StopAtExit() { running.Stop(); }
} stop_at_exit;

// A call that is still in the last engine may read it while init() writes.
std::atomic<time_t> loaded_at{0};

// slurmctld reads its configuration when it starts, when it takes over from another controller, and
// on request. Before that, another controller may have changed the queue.
absl::Time InChargeSince() {
  return absl::FromTimeT(std::max(loaded_at.load(), slurm_conf.last_update));
}

std::string TextOrEmpty(const char* text) { return text == nullptr ? "" : text; }

void LogLine(carbon::Complaints::Tone tone, const char* line) {
  if (tone == carbon::Complaints::Tone::kTrouble) {
    slurm_error("%s", line);
  } else {
    slurm_info("%s", line);
  }
}

}  // namespace

CARBON_EXPORT int init(void) {
  try {
    loaded_at = std::time(nullptr);
    // Only root or SlurmUser can set slurmctld's environment, and they also install the plugin.
    const auto setting = [](const char* name, const char* otherwise) {
      const char* value = std::getenv(name);
      return std::string(value != nullptr ? value : otherwise);
    };
    running.Start({.snapshot_folder = setting("SLURM_CARBON_SNAPSHOT_DIR", CARBON_SNAPSHOT_DIR),
                   .state_folder = TextOrEmpty(slurm_conf.state_save_location),
                   .cluster = TextOrEmpty(slurm_conf.cluster_name),
                   .publisher = setting("SLURM_CARBON_PUBLISHER", ""),
                   .log = setting("SLURM_CARBON_LOG", carbon::kDefaultLog),
                   .in_charge_since = InChargeSince,
                   .log_line = LogLine});
  } catch (...) {
    // Any other return value would prevent slurmctld from starting.
    slurm_error("carbon: the plugin could not start; jobs pass unchanged");
  }
  return SLURM_SUCCESS;
}

CARBON_EXPORT void fini(void) { running.Stop(); }

CARBON_EXPORT int job_submit(job_desc_msg_t* job_desc, uint32_t submit_uid, char** err_msg) {
  try {
    const std::shared_ptr<carbon::Engine> engine = running.engine();
    if (engine == nullptr || job_desc == nullptr) return SLURM_SUCCESS;
    carbon::ApplyVerdict(engine->Submit(carbon::ReadDescriptor(*job_desc, submit_uid), absl::Now()),
                         job_desc, err_msg);
  } catch (...) {
    // The engine reports its own failures. Only lack of memory is left.
  }
  return SLURM_SUCCESS;
}

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
CARBON_EXPORT int job_modify(job_desc_msg_t*, job_record_t*, uint32_t, char**) {
  return SLURM_SUCCESS;
}
#else
CARBON_EXPORT int job_modify(job_desc_msg_t*, job_record_t*, uint32_t) { return SLURM_SUCCESS; }
#endif
