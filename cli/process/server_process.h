// Describes a process of this machine as /proc shows it: slurmctld or scarbond. Reads only files in
// /proc. Facts of another user's process that only root may read are absent.
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
  bool replaced = false;  // the path now names another file, or none
};

struct ServerProcess {
  pid_t pid = 0;
  uid_t user = 0;
  std::optional<std::map<std::string, std::string>> environment;  // that of its start

  // The mapped file of that name, if there is one; also absent if `maps_known` is false.
  bool maps_known = false;
  std::optional<MappedFile> mapped;
};

// Returns the process `pid` if it runs a program of the name `program`. `mapped_name` is the file
// to look for in its memory.
std::optional<ServerProcess> FindServer(pid_t pid, const std::string& program,
                                        const std::string& mapped_name = "");

// Returns the number at the beginning of a pid file; absent if there is no such file or number.
std::optional<pid_t> ReadPidFile(const std::string& path);

}  // namespace carbon

#endif  // CLI_PROCESS_SERVER_PROCESS_H_
