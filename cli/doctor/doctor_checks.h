// The checks of scarbon doctor, in the order in which they run. Each adds its findings, and sets in
// the installation what later checks need. If something cannot be checked, that is a finding too,
// and never ends the program. The checks read local files and /proc. Only CheckRunningSlurmctld
// asks slurmctld, and only one on this machine; only CheckAdminComments and CheckPublisher ask its
// database.
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
  std::string slurm_conf;  // empty: the one that Slurm uses
  // Empty: that of the Slurm for which this was built, or otherwise the one in PATH.
  std::string slurmctld;
  std::string slurm_version;  // of a slurmctld that is not installed yet; empty: the installed one
};

struct Installation {
  std::string slurmctld;                // the program; empty: not found
  std::optional<SlurmVersion> version;  // of the slurmctld that will be started next
  std::string library;                  // the path of libslurm
  std::string scarbond;                 // the program; empty: not found
  std::string scarbond_library;         // the libslurm that its loader finds; empty: none
  std::optional<SlurmSettings> settings;
  std::optional<uid_t> slurm_user;      // the user as which slurmctld runs, or will run
  bool plugin_fits = false;             // the next slurmctld will load a plugin
  std::optional<ServerProcess> server;  // slurmctld, if it runs
  // The running slurmctld was started before JobSubmitPlugins named carbon.
  bool awaits_restart = false;
  std::optional<Config> config;

  // Returns a variable of slurmctld's environment; empty if it is not set. Absent if slurmctld does
  // not run, or if only root may see its environment.
  std::optional<std::string> Variable(const std::string& name) const;

  // Empty if slurm.conf could not be read or does not set it.
  std::string Setting(const std::string& name) const;
};

// Finds the scarbond that belongs to this scarbon, and the libslurm that it finds by its own search
// path.
void FindScarbondProgram(Installation* found);
void CheckSlurmctldProgram(const DoctorOptions& options, Installation* found, Checks* checks);
void CheckSlurmConf(const DoctorOptions& options, Installation* found, Checks* checks);
// Checks every copy of the plugin in PluginDir by Slurm's own rule
// (plugin/installation/plugin_file.h).
void CheckPluginFiles(Installation* found, Checks* checks);
void CheckCarbonConfig(const DoctorOptions& options, Installation* found, Checks* checks);
void CheckRunningSlurmctld(const DoctorOptions& options, Installation* found, Checks* checks);
// Checks that the plugin looks where scarbond publishes, and that slurmctld's user may read and
// write what it must. Tries this out as that user, for which it must run as root.
void CheckFolders(const Installation& found, Checks* checks);
void CheckScarbond(const Installation& found, Checks* checks);
// Checks what scarbond needs if its user is neither root nor SlurmUser: the plugin trusts its
// snapshot (SLURM_CARBON_PUBLISHER), SlurmUser may read the snapshot, the log is the one that the
// plugin writes, and Slurm lists the user as an operator. Runs sacctmgr.
void CheckPublisher(const Installation& found, uid_t scarbond_user, Checks* checks);
// Adds what `scarbon status` finds. While slurmctld is down, its findings are warnings: they do not
// say whether slurmctld may be started.
void CheckStatus(const DoctorOptions& options, const Installation& found, Checks* checks);
// Checks whether the last jobs in the placement log have lost our part of their AdminComment in
// Slurm's database, or have text of another tool in it. Runs sacct.
void CheckAdminComments(const DoctorOptions& options, const Installation& found, Checks* checks);

// Returns "slurm", or "uid 123" if no user has that number.
std::string NameOfUser(uid_t user);

}  // namespace carbon

#endif  // CLI_DOCTOR_DOCTOR_CHECKS_H_
