// The plugin as slurmctld sees it: exported symbols that only dispatch. slurmctld must not die,
// wait or refuse a job for carbon, so nothing is thrown out of here and every answer is
// SLURM_SUCCESS.
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurm_version.h>
#include <slurm/spank.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "plugin/descriptor.h"
#include "plugin/engine.h"
#include "plugin/quiet_thread.h"

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

// A disk that hangs must not hang slurmctld, which calls fini() under its locks: an engine that has
// not stopped in time is left behind, and ends when the disk lets it. Its code stays loaded, thanks
// to -z nodelete.
void Stop(std::unique_ptr<carbon::Engine> engine) {
  if (engine == nullptr) return;
  auto stopped = std::make_shared<std::promise<void>>();
  std::future<void> soon = stopped->get_future();
  carbon::StartQuietThread([engine = std::move(engine), stopped]() mutable {
    engine.reset();
    stopped->set_value();
  }).detach();
  soon.wait_for(kStopAtMost);
}

// slurmctld does not call fini() when it shuts down, and a thread that is still joinable then would
// abort it: the destructor stops the engine.
struct Running {
  std::unique_ptr<carbon::Engine> engine;
  ~Running() { StopQuietly(); }
  void StopQuietly() noexcept {
    try {
      Stop(std::move(engine));
    } catch (...) {
      // No thread to be had: the engine was stopped while the exception passed.
    }
  }
};
Running running;

time_t loaded_at = 0;

// slurmctld reads its configuration when it starts, when it takes over from another controller, and
// when it is told to. Before that the queue may have been somebody else's to change.
absl::Time InChargeSince() { return absl::FromTimeT(std::max(loaded_at, slurm_conf.last_update)); }

void LogLine(const char* line) { slurm_error("%s", line); }

}  // namespace

CARBON_EXPORT int init(void) {
  try {
    loaded_at = std::time(nullptr);
    const char* folder = std::getenv("SLURM_CARBON_SNAPSHOT_DIR");
    running.engine = std::make_unique<carbon::Engine>(
        carbon::EngineOptions{.snapshot_folder = folder != nullptr ? folder : CARBON_SNAPSHOT_DIR,
                              .in_charge_since = InChargeSince,
                              .log_line = LogLine});
  } catch (...) {
    // Any other return value would keep slurmctld from starting.
    slurm_error("carbon: the plugin could not start; jobs pass unchanged");
  }
  return SLURM_SUCCESS;
}

CARBON_EXPORT void fini(void) { running.StopQuietly(); }

CARBON_EXPORT int job_submit(job_desc_msg_t* job_desc, uint32_t submit_uid, char** err_msg) {
  try {
    if (running.engine == nullptr || job_desc == nullptr) return SLURM_SUCCESS;
    const carbon::JobRequest job = carbon::ReadDescriptor(*job_desc, submit_uid);
    carbon::ApplyVerdict(running.engine->Submit(job, absl::Now()), job_desc, err_msg);
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
