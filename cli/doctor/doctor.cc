// scarbon doctor: checks everything that an installation needs, before and after slurmctld is
// started. This file only composes the checks, which are in doctor_*.cc.
#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "cli/commands.h"
#include "cli/doctor/check.h"
#include "cli/doctor/doctor_checks.h"

namespace carbon {
namespace {

Checks Examine(const DoctorOptions& options) {
  Checks checks;
  Installation found;
  FindScarbondProgram(&found);
  CheckSlurmctldProgram(options, &found, &checks);
  CheckSlurmConf(options, &found, &checks);
  CheckPluginFiles(&found, &checks);
  CheckCarbonConfig(options, &found, &checks);
  CheckRunningSlurmctld(options, &found, &checks);
  CheckFolders(found, &checks);
  CheckScarbond(found, &checks);
  CheckStatus(options, found, &checks);
  CheckAdminComments(options, found, &checks);
  return checks;
}

}  // namespace

void AddDoctor(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<DoctorOptions>();
  auto json = std::make_shared<bool>(false);
  options->config = CARBON_CONFIG_FILE;
  CLI::App* doctor = app.add_subcommand(
      "doctor", "Check everything that an installation needs, also before slurmctld starts");
  doctor->add_option("--config", options->config, "Configuration")->capture_default_str();
  doctor->add_option("-f,--slurm-conf", options->slurm_conf,
                     "slurm.conf; default: SLURM_CONF, or Slurm's own default");
  CLI::Option* slurmctld = doctor->add_option("--slurmctld", options->slurmctld,
                                              "The slurmctld that will be started; default: that "
                                              "of the Slurm for which this was built, or the "
                                              "one in PATH");
  slurmctld->check(CLI::ExistingFile);
  doctor
      ->add_option("--slurm-version", options->slurm_version,
                   "Check the plugin for a slurmctld of this release, which is not installed yet")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return FindSlurmVersion(text).ok()
                       ? std::string()
                       : "\"" + text + "\" is not a release of Slurm such as 22.05.8";
          },
          "", ""));
  doctor->add_flag("--json", *json, "Print one JSON object");
  doctor->footer(
      "Run it as root on slurmctld's machine.\nExits with 1 if it finds an error. Warnings are not "
      "errors.");
  doctor->callback([options, json, exit_code] {
    const Checks checks = Examine(*options);
    std::cout << FormatChecks(checks, *json);
    *exit_code = checks.Count(Severity::kError) == 0 ? 0 : 1;
  });
}

}  // namespace carbon
