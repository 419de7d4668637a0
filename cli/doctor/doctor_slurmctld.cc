// Checks the running slurmctld on this machine: its release, its user, and whether it has the
// plugin.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/process/child_process.h"
#include "cli/process/settings_in_child.h"
#include "store/file.h"
#include "store/plugin_status.h"

namespace carbon {
namespace {

// Returns the process that wrote the plugin's status. If slurmctld writes no pid file, for example
// under systemd, its process is found in this way.
std::optional<pid_t> PidOfPlugin(const Installation& found) {
  if (!found.config.has_value()) return std::nullopt;
  const absl::StatusOr<std::string> bytes =
      ReadFile(PluginStatusPath(found.config->daemon.paths.log), kMaxPluginStatusBytes);
  return bytes.ok() ? PidInPluginStatus(*bytes) : std::nullopt;
}

// Returns true if JobSubmitPlugins, as written, has the plugin.
bool NamesCarbon(absl::string_view list) {
  for (absl::string_view name : absl::StrSplit(list, ',')) {
    absl::ConsumePrefix(&name, "job_submit/");
    if (name == "carbon") return true;
  }
  return false;
}

void CheckLoadedPlugin(const Installation& found, Checks* checks) {
  const ServerProcess& server = *found.server;
  if (!server.maps_known) {
    checks->Warn(FindingCode::kPluginLoadNotSeen, "plugin loaded",
                 "only root can see what slurmctld has loaded", "run scarbon doctor as root");
  } else if (!server.mapped.has_value() && found.awaits_restart) {
    checks->Warn(FindingCode::kPluginAwaitsRestart, "plugin loaded",
                 absl::StrCat("slurmctld, pid ", server.pid, ", has not loaded the plugin yet"),
                 "if this report has no error, restart it and run scarbon doctor again");
  } else if (!server.mapped.has_value()) {
    checks->Error(FindingCode::kPluginNotLoaded, "plugin loaded",
                  absl::StrCat("slurmctld, pid ", server.pid, ", has not loaded the plugin"),
                  "restart slurmctld once JobSubmitPlugins names carbon");
  } else if (const std::optional<pid_t> pid = PidOfPlugin(found);
             pid.has_value() && *pid != server.pid) {
    // Slurm also maps a file that it only checks, and then refuses.
    checks->Error(FindingCode::kPluginElsewhere, "plugin loaded",
                  absl::StrCat("the plugin last ran in process ", *pid,
                               ", not in slurmctld's process, ", server.pid),
                  "look for job_submit and carbon in slurmctld's log");
  } else if (server.mapped->replaced) {
    checks->Warn(FindingCode::kPluginReplaced, "plugin loaded",
                 absl::StrCat(server.mapped->path, ": was replaced since slurmctld loaded it"),
                 found.plugin_fits ? "restart slurmctld to use the new one"
                                   : "do not restart slurmctld before the plugin is fixed");
  } else {
    checks->Ok(FindingCode::kPluginLoaded, "plugin loaded", server.mapped->path);
  }
}

void CheckFederation(const Installation& found, const std::string& slurm_conf, Checks* checks) {
  const absl::StatusOr<std::string> shown =
      RunProgram({"env", "SLURM_CONF=" + slurm_conf, "scontrol", "show", "federation"});
  if (!shown.ok() || !absl::StrContains(*shown, "Federation:")) return;
  checks->Warn(FindingCode::kFederation, "federation",
               absl::StrCat("cluster ", found.Setting("ClusterName"), " is in a federation"),
               "nothing to do: jobs of the federation are left alone");
}

}  // namespace

void CheckRunningSlurmctld(const DoctorOptions& options, Installation* found, Checks* checks) {
  const std::string pid_file = found->Setting("SlurmctldPidFile");
  for (const std::optional<pid_t> pid :
       {pid_file.empty() ? std::nullopt : ReadPidFile(pid_file), PidOfPlugin(*found)}) {
    if (found->server.has_value() || !pid.has_value()) continue;
    found->server = FindServer(*pid, "slurmctld", kPluginFileName);
  }
  if (!found->server.has_value() && pid_file.empty()) {
    checks->Warn(FindingCode::kSlurmctldNotSeen, "slurmctld",
                 "cannot find out whether it runs without slurm.conf", "fix slurm.conf first");
    return;
  }
  if (!found->server.has_value()) {
    checks->Warn(FindingCode::kSlurmctldNotRunning, "slurmctld", "does not run on this machine",
                 "if this report has no error, start it and run scarbon doctor again");
    return;
  }
  const ServerProcess& server = *found->server;
  found->slurm_user = server.user;
  const std::string process = absl::StrCat("pid ", server.pid, ", user ", NameOfUser(server.user));
  const std::string slurm_conf =
      !options.slurm_conf.empty() ? options.slurm_conf : found->Setting("SLURM_CONF");
  const absl::StatusOr<SlurmSettings> running =
      SettingsInChild(AskSlurmctld, found->library, slurm_conf);
  if (!running.ok() && !found->settings.has_value()) {
    checks->Warn(FindingCode::kSlurmctldNotAsked, "slurmctld",
                 absl::StrCat(process, ": cannot be asked without slurm.conf"),
                 "fix slurm.conf first");
  } else if (!running.ok()) {
    checks->Error(FindingCode::kSlurmctldSilent, "slurmctld",
                  absl::StrCat(process, ": does not answer: ", running.status().message()),
                  absl::StrCat("see its log, ", found->Setting("SlurmctldLogFile")));
  } else {
    const auto get = [&](const char* name) {
      const auto setting = running->find(name);
      return setting != running->end() ? setting->second : std::string();
    };
    const std::string release = get("SLURM_VERSION");
    const absl::StatusOr<SlurmVersion> version = FindSlurmVersion(release);
    if (version.ok() && found->version.has_value() && *version != *found->version) {
      checks->Warn(
          FindingCode::kSlurmctldReleaseOld, "slurmctld",
          absl::StrCat(process, ": is still Slurm ", release, "; the next slurmctld is ",
                       FormatSlurmVersion(*found->version)),
          "if this report has no error, restart it; from 23.11 on a reconfigure restarts it too");
    } else {
      checks->Ok(FindingCode::kSlurmctldRunning, "slurmctld",
                 absl::StrCat(process, ", Slurm ", release));
    }
    if (const std::string used = get("SLURM_CONF"); used != found->Setting("SLURM_CONF")) {
      checks->Warn(FindingCode::kSlurmConfOther, "slurm.conf",
                   absl::StrCat("slurmctld uses ", used, ", not ", found->Setting("SLURM_CONF")),
                   absl::StrCat("check that one with --slurm-conf ", used));
    }
    found->awaits_restart =
        NamesCarbon(found->Setting("JobSubmitPlugins")) && !NamesCarbon(get("JobSubmitPlugins"));
    if (get("JobSubmitPlugins") != found->Setting("JobSubmitPlugins")) {
      checks->Warn(FindingCode::kSlurmConfChanged, "JobSubmitPlugins",
                   "slurm.conf was changed since slurmctld read it", "restart slurmctld");
    }
    CheckFederation(*found, slurm_conf, checks);
  }
  CheckLoadedPlugin(*found, checks);
}

}  // namespace carbon
