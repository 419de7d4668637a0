// What the main functions of scarbond and scarbond-fetch share: options, logging, signals, and the
// answer to an exception.
#ifndef SCARBOND_SERVICE_PROGRAM_H_
#define SCARBOND_SERVICE_PROGRAM_H_

#include <functional>
#include <string>

#include "scarbond/signals.h"

namespace carbon {

struct ServiceOptions {
  std::string config;
  bool once = false;
};

// What `--help` says of a program.
struct ServiceProgram {
  std::string name;
  std::string purpose;
  std::string once;     // what --once does
  std::string verbose;  // what --verbose does
};

// Reads the options, starts the log and runs `run`, which returns the exit code. Returns 2 for a
// wrong option, and 1 if signals cannot be received or `run` throws. Call it from main.
int RunService(int argc, char** argv, const ServiceProgram& program,
               const std::function<int(const ServiceOptions&, const Signals&)>& run);

}  // namespace carbon

#endif  // SCARBOND_SERVICE_PROGRAM_H_
