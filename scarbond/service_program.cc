#include "scarbond/service_program.h"

#include <errno.h>
#include <string.h>

#include <cstdio>
#include <exception>

#include "CLI/CLI.hpp"
#include "forecast/http/known_secrets.h"
#include "scarbond/service_log.h"
#include "spdlog/spdlog.h"

namespace carbon {

int RunService(int argc, char** argv, const ServiceProgram& program,
               const std::function<int(const ServiceOptions&, const Signals&)>& run) {
  ServiceOptions options{CARBON_CONFIG_FILE};
  bool verbose = false;
  CLI::App app(program.purpose, program.name);
  app.add_option("-f,--config", options.config, "The configuration")->capture_default_str();
  app.add_flag("--once", options.once, program.once);
  app.add_flag("-v,--verbose", verbose, program.verbose);
  app.set_version_flag("--version", program.name + " " CARBON_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    StartLogging(program.name, verbose);
    const Signals signals;
    if (!signals.ok()) {
      spdlog::error("cannot receive signals: {}", strerror(errno));
      return 1;
    }
    return run(options, signals);
  } catch (const std::exception& error) {
    fprintf(stderr, "%s: %s\n", program.name.c_str(), WithoutSecrets(error.what()).c_str());
    return 1;
  }
}

}  // namespace carbon
