// The built scarbon, run as a shell would. CMake says where it is, in SCARBON_BINARY.
#ifndef TESTS_CLI_RUN_SCARBON_H_
#define TESTS_CLI_RUN_SCARBON_H_

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/temporary_folder.h"

namespace carbon {

struct Ran {
  int code = -1;  // -1 where it did not exit by itself
  std::string out;
  std::string err;
};

inline std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// `arguments` are in the shell's words and may redirect; `environment` is "TZ=UTC COLUMNS=40". Runs
// in `folder`. `program` is a copy of it that was installed elsewhere.
inline Ran RunScarbon(const std::string& arguments, const std::string& environment = "",
                      const std::string& folder = ".",
                      const std::string& program = SCARBON_BINARY) {
  const TemporaryFolder said;
  const std::string out = said.path() + "/out", err = said.path() + "/err";
  const int status = std::system(absl::StrCat("cd '", folder, "' && >", out, " 2>", err, " ",
                                              environment, " '", program, "' ", arguments)
                                     .c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Contents(out), Contents(err)};
}

}  // namespace carbon

#endif  // TESTS_CLI_RUN_SCARBON_H_
