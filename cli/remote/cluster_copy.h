// On a machine without carbon.json, snapshot and placement log, such as a login node, scarbon asks
// scarbond for what a command needs of them, and keeps it in a folder of its own while it runs. The
// command then reads these files as it would read the cluster's. Its carbon.json is the published
// half of the cluster's, and the paths of the copy. Blocks on the network, on munged
// and on the disk.
#ifndef CLI_REMOTE_CLUSTER_COPY_H_
#define CLI_REMOTE_CLUSTER_COPY_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/file.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace carbon {

// Which scarbond is asked.
struct ServerOption {
  std::string server;  // HOST[:PORT]; empty: that of SLURM_CARBON_SERVER, or of slurm.conf
};

// Adds --server to a command.
CLI::Option* AddServerOption(CLI::App* command, ServerOption* option);

// What a command needs.
struct WantedFiles {
  bool snapshot = false;  // its manifest, the parts that everybody may read, and carbon.json
  bool records = false;   // the placement log's lines about jobs that the user may see
  bool rotated = true;    // also of the logs that logrotate made
  absl::Time start = absl::InfinitePast(), end = absl::InfiniteFuture();  // of decisions
};

class AnswerWriter;

class ClusterCopy {
 public:
  // Returns nullptr if the command reads the files of this machine: if the user named some
  // (`has_files`), or if carbon.json is at `config`; unless the user named a server, or
  // SLURM_CARBON_SERVER names one. A `config` that is not the default one is a file that was named.
  //
  // Otherwise asks the scarbond of that server, or of the controllers in slurm.conf, one after the
  // other. Believes an answer of root, SlurmUser, and the user that SLURM_CARBON_PUBLISHER names.
  // `complain` gets lines for the user. An error says what to do.
  static absl::StatusOr<std::unique_ptr<ClusterCopy>> FetchIfRemote(
      const ServerOption& option, const std::string& config, bool has_files,
      const WantedFiles& wanted, const std::function<void(const std::string&)>& complain);

  // Removes the files. If the program is killed, a child of it does.
  ~ClusterCopy();
  ClusterCopy(const ClusterCopy&) = delete;
  ClusterCopy& operator=(const ClusterCopy&) = delete;

  // What the log is, in words: "the decisions about all jobs", or about the jobs of a user.
  std::string source() const;

  // Has a command read carbon.json and the placement log of the copy.
  void SetPaths(std::string* config_option, std::string* file_option) const {
    *config_option = config();
    *file_option = log();
  }

  // The paths. carbon.json names them too.
  std::string config() const { return folder_ + "/carbon.json"; }
  std::string snapshot() const { return folder_ + "/snapshot"; }
  std::string log() const { return folder_ + "/placements.jsonl"; }

 private:
  ClusterCopy(std::string folder, int guard) : folder_(std::move(folder)), guard_(guard) {}
  static absl::StatusOr<std::unique_ptr<ClusterCopy>> Fetch(
      const ServerOption& option, const WantedFiles& wanted,
      const std::function<void(const std::string&)>& complain);
  absl::Status FetchAll(const AnswerWriter& writer, const WantedFiles& wanted);

  const std::string folder_;
  const Descriptor guard_;  // the child removes the folder when this is closed
};

}  // namespace carbon

#endif  // CLI_REMOTE_CLUSTER_COPY_H_
