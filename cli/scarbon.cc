// scarbon, the command. This file only composes the subcommands, which have their own files.
#include <exception>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "cli/commands.h"

namespace {

constexpr int kWrongUsage = 2;

int Run(int argc, char** argv) {
  CLI::App app("Carbon-aware placement of Slurm jobs", "scarbon");
  app.set_version_flag("--version", "scarbon " CARBON_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(32);

  int exit_code = 0;
  carbon::AddDoctor(app, &exit_code);
  carbon::AddEstimate(app, &exit_code);
  carbon::AddExplain(app, &exit_code);
  carbon::AddForecast(app, &exit_code);
  carbon::AddHardware(app, &exit_code);
  carbon::AddLog(app, &exit_code);
  carbon::AddPolicy(app, &exit_code);
  carbon::AddReplay(app, &exit_code);
  carbon::AddReport(app, &exit_code);
  carbon::AddStatement(app, &exit_code);
  carbon::AddStatus(app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    std::string command = "scarbon";
    for (const CLI::App* named = &app; !named->get_subcommands().empty();) {
      named = named->get_subcommands().front();
      command += " " + named->get_name();
    }
    std::cerr << "scarbon: " << error.what() << "\nTry '" << command << " --help'.\n";
    return kWrongUsage;
  }
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "scarbon: standard output: cannot write all of the result\n";
    return 1;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "scarbon: " << error.what() << "\n";
    return 1;
  }
}
