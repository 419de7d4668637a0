// The checks of scarbon doctor, in the order in which they are made: each adds its lines, and
// leaves in the installation what those after it need. What cannot be looked at is a line too, and
// never ends the program. They read local files and /proc; CheckRunningSlurmctld alone asks
// slurmctld, and only one that runs on this machine; CheckAdminComments asks its database.
#ifndef CLI_DOCTOR_DOCTOR_CHECKS_H_
#define CLI_DOCTOR_DOCTOR_CHECKS_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/doctor/check.h"
#include "cli/process/server_process.h"
#include "core/config/config.h"
#include "plugin/installation/plugin_file.h"
#include "plugin/installation/slurm_settings.h"

namespace carbon {

struct DoctorOptions {
  std::string config;
  std::string slurm_conf;  // empty: the one that Slurm takes
  std::string slurmctld;   // empty: that of the Slurm it was built for, or else the one in PATH
  std::string
      slurm_version;  // of a slurmctld that is yet to be installed; empty: the installed one
};

struct Installation {
  std::string slurmctld;                // the program; empty: not found
  std::optional<SlurmVersion> version;  // of the slurmctld that will be started next
  std::string library;                  // Slurm's own
  std::string scarbond;                 // the program; empty: not found
  std::string scarbond_library;         // the libslurm that its loader finds; empty: none
  std::optional<SlurmSettings> settings;
  std::optional<uid_t> slurm_user;      // as whom slurmctld runs, or will run
  bool plugin_fits = false;             // the next slurmctld will load a plugin
  std::optional<ServerProcess> server;  // slurmctld, where it runs
  // The slurmctld that runs was started before JobSubmitPlugins named carbon.
  bool awaits_restart = false;
  std::optional<Config> config;

  // Of slurmctld's environment; empty where it is not set. Absent where slurmctld does not run, or
  // only root may see it.
  std::optional<std::string> Variable(const std::string& name) const;

  // Empty where slurm.conf could not be read or does not set it.
  std::string Setting(const std::string& name) const;
};

// The scarbond that belongs to this scarbon, and the libslurm that it finds by its own search path.
void FindScarbondProgram(Installation* found);
void CheckSlurmctldProgram(const DoctorOptions& options, Installation* found, Checks* checks);
void CheckSlurmConf(const DoctorOptions& options, Installation* found, Checks* checks);
// Every copy of the plugin in PluginDir, by Slurm's own rule: see
// plugin/installation/plugin_file.h.
void CheckPluginFiles(Installation* found, Checks* checks);
void CheckCarbonConfig(const DoctorOptions& options, Installation* found, Checks* checks);
void CheckRunningSlurmctld(const DoctorOptions& options, Installation* found, Checks* checks);
// Whether the plugin looks where scarbond publishes, and the user it runs as may read and write
// what it must: tried out as that user, which takes root.
void CheckFolders(const Installation& found, Checks* checks);
void CheckScarbond(const Installation& found, Checks* checks);
// What a scarbond of a user needs that is neither root nor SlurmUser: that the plugin believes its
// snapshot (SLURM_CARBON_PUBLISHER), that SlurmUser may read it, that the log is the one that the
// plugin writes, and that Slurm counts it among its operators: sacctmgr is asked.
void CheckPublisher(const Installation& found, uid_t scarbond_user, Checks* checks);
// What `scarbon status` finds. While slurmctld is down its findings are warnings: they say nothing
// of whether it may be started.
void CheckStatus(const DoctorOptions& options, const Installation& found, Checks* checks);
// Whether the last jobs that the placement log names have lost our part of their AdminComment in
// Slurm's database, or have another tool's beside it: sacct is asked.
void CheckAdminComments(const DoctorOptions& options, const Installation& found, Checks* checks);

// What `read` gives, called in a child process, as it must be.
using SettingsReader = absl::StatusOr<SlurmSettings> (*)(const std::string& library,
                                                         const std::string& slurm_conf);
absl::StatusOr<SlurmSettings> SettingsInChild(SettingsReader read, const std::string& library,
                                              const std::string& slurm_conf);

// "slurm", or "uid 123" where nobody has that name.
std::string NameOfUser(uid_t user);

}  // namespace carbon

#endif  // CLI_DOCTOR_DOCTOR_CHECKS_H_
