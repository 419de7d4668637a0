// QueryService is the part of scarbond that answers scarbon on other machines: it listens where the
// configuration says, and finds out what an asker may see. Call InitSlurmClient() before.
#ifndef SCARBOND_QUERY_QUERY_SERVICE_H_
#define SCARBOND_QUERY_QUERY_SERVICE_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/config/daemon_config.h"
#include "plugin/client/user_rights.h"
#include "scarbond/query/query_server.h"

namespace carbon {

// What slurmctld says of its cluster; as of the last look.
struct ClusterFacts {
  std::optional<uint32_t> slurm_user;  // absent: it has not answered yet
  bool has_slurmdbd = false;           // and so operators
  std::string auth_info;               // AuthInfo of slurm.conf
};

class QueryService {
 public:
  // Call it at each tick. Listens as `config` says from now on, or does not. Logs what changes.
  // Returns why it does not listen although it should, and empty if all is well: then call it again
  // later. On an error it does not listen. Waits for answers that are being made only if the port
  // or the address changes.
  std::string Configure(const DaemonConfig& config, ClusterFacts cluster);

 private:
  DaemonConfig config();
  ClusterFacts cluster();
  std::optional<bool> SeesAllJobs(uid_t user);

  UserRights rights_;
  std::mutex mutex_;
  DaemonConfig config_;
  ClusterFacts cluster_;
  // The rest is used by the caller's thread only.
  ListenConfig listen_;
  std::string trouble_;
  std::unique_ptr<QueryServer> server_;  // the last member: its threads use the others
};

}  // namespace carbon

#endif  // SCARBOND_QUERY_QUERY_SERVICE_H_
