// A process of this machine as /proc shows it: slurmctld or scarbond. Reads files in /proc, nothing
// else. What another user's process keeps from all but root is absent.
#ifndef CLI_PROCESS_SERVER_PROCESS_H_
#define CLI_PROCESS_SERVER_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

namespace carbon {

// A file that is mapped into a process, as code is.
struct MappedFile {
  std::string path;
  bool replaced = false;  // the path names another file by now, or none
};

struct ServerProcess {
  pid_t pid = 0;
  uid_t user = 0;
  std::optional<std::map<std::string, std::string>> environment;  // as it was started with

  // The file of that name that is mapped, if any; absent also where `maps_known` is false.
  bool maps_known = false;
  std::optional<MappedFile> mapped;
};

// The process `pid` if it runs a program of the name `program`; `mapped_name` is what to look for
// in its memory.
std::optional<ServerProcess> FindServer(pid_t pid, const std::string& program,
                                        const std::string& mapped_name = "");

// The number that a pid file begins with; absent where there is no such file or number.
std::optional<pid_t> ReadPidFile(const std::string& path);

}  // namespace carbon

#endif  // CLI_PROCESS_SERVER_PROCESS_H_
