// The plugin as slurmctld sees it: exported symbols that only dispatch. slurmctld must not die,
// wait or refuse a job for carbon, so nothing is thrown out of here and every answer is
// SLURM_SUCCESS.
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
#include "plugin/job_submit/descriptor.h"
#include "plugin/job_submit/engine.h"
#include "plugin/job_submit/quiet_thread.h"

#define CARBON_EXPORT extern "C" __attribute__((visibility("default")))

// slurmctld's own: its configuration, and what is never looked into.
extern "C" slurm_conf_t slurm_conf;
typedef struct job_record job_record_t;

CARBON_EXPORT const char plugin_name[] = "Carbon-aware placement of jobs";
CARBON_EXPORT const char plugin_type[] = "job_submit/carbon";
CARBON_EXPORT const uint32_t plugin_version = SLURM_VERSION_NUMBER;

namespace {

// How long slurmctld waits for the engine to write what it has.
constexpr auto kStopAtMost = std::chrono::seconds(2);

// The engine, and how to part with it. RPC threads of slurmctld can still be in job_submit when it
// shuts down or calls fini(): each works on a share of its own, and the last to let go of the
// engine has it stopped.
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

  // A disk that hangs must not hang slurmctld, which calls fini() under its locks: an engine that
  // has not stopped in time is left behind, and ends when the disk lets it. Its code stays loaded,
  // thanks to -z nodelete.
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
      // It was let go of all the same.
    }
  }

 private:
  // Whoever lets go last may hold slurmctld's locks, so the engine ends on a thread of its own.
  static void StopElsewhere(carbon::Engine* engine,
                            std::shared_ptr<std::promise<void>> stopped) noexcept {
    try {
      carbon::StartQuietThread("carbon-end", [engine, stopped] {
        delete engine;
        stopped->set_value();
      }).detach();
    } catch (...) {
      // No thread to be had.
      delete engine;
      stopped->set_value();
    }
  }

  std::mutex mutex_;
  std::shared_ptr<carbon::Engine> engine_;
  std::shared_future<void> stopped_;
};

// Never destroyed: a late thread may look at it while slurmctld exits.
Running& running = *new Running;

// slurmctld does not call fini() when it shuts down, and a thread that is still joinable then would
// abort it: this stops the engine.
struct StopAtExit {
  ~StopAtExit() { running.Stop(); }
} stop_at_exit;

// A call that is still in the engine of before may read it while init() writes.
std::atomic<time_t> loaded_at{0};

// slurmctld reads its configuration when it starts, when it takes over from another controller, and
// when it is told to. Before that the queue may have been somebody else's to change.
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
    // slurmctld's environment is root's or SlurmUser's to set, as the plugin itself is.
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
    // Any other return value would keep slurmctld from starting.
    slurm_error("carbon: the plugin could not start; jobs pass unchanged");
  }
  return SLURM_SUCCESS;
}

CARBON_EXPORT void fini(void) { running.Stop(); }

CARBON_EXPORT int job_submit(job_desc_msg_t* job_desc, uint32_t submit_uid, char** err_msg) {
  try {
    const std::shared_ptr<carbon::Engine> engine = running.engine();
    if (engine == nullptr || job_desc == nullptr) return SLURM_SUCCESS;
    carbon::JobRequest job = carbon::ReadDescriptor(*job_desc, submit_uid);
    carbon::ApplyVerdict(engine->Submit(std::move(job), absl::Now()), job_desc, err_msg);
  } catch (...) {
    // The engine reports its own failures; what is left is memory running out.
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
