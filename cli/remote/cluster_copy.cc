#include "cli/remote/cluster_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/process/settings_in_child.h"
#include "core/query/query.h"
#include "core/record/log_entry.h"
#include "core/record/record_reader.h"
#include "core/snapshot/manifest.h"
#include "core/snapshot/part.h"
#include "nlohmann/json.hpp"
#include "scarbond/query/credentials.h"
#include "scarbond/query/query_client.h"
#include "store/account.h"
#include "store/file.h"
#include "store/log_file.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kServerVariable[] = "SLURM_CARBON_SERVER";
constexpr char kPublisherVariable[] = "SLURM_CARBON_PUBLISHER";

std::string Variable(const char* name) {
  const char* const value = getenv(name);
  return value != nullptr ? value : "";
}

std::string SettingOf(const SlurmSettings& settings, const std::string& name) {
  const auto setting = settings.find(name);
  return setting != settings.end() ? setting->second : "";
}

// The controllers of "SlurmctldHost[0]", "SlurmctldHost[1]", …: "name" or "name(address)".
std::vector<QueryHost> Controllers(const SlurmSettings& settings) {
  std::vector<QueryHost> hosts;
  for (int i = 0;; ++i) {
    std::string host = SettingOf(settings, absl::StrCat("SlurmctldHost[", i, "]"));
    if (host.empty()) return hosts;
    if (const size_t open = host.find('(');
        open != std::string::npos && absl::EndsWith(host, ")")) {
      host = host.substr(open + 1, host.size() - open - 2);
    }
    hosts.push_back({host, kQueryPort});
  }
}

absl::StatusOr<QueryClient> MakeClient(const ServerOption& option) {
  const absl::StatusOr<SlurmSettings> settings =
      SettingsInChild(ReadSlurmConf, CARBON_LIBSLURM, Variable("SLURM_CONF"));
  if (!settings.ok()) {
    return absl::Status(settings.status().code(),
                        absl::StrCat("slurm.conf: ", settings.status().message()));
  }
  QueryClient::Options options;
  const std::string server = option.server.empty() ? Variable(kServerVariable) : option.server;
  if (server.empty()) {
    options.hosts = Controllers(*settings);
    if (options.hosts.empty()) {
      return absl::FailedPreconditionError(
          "slurm.conf: names no SlurmctldHost; --server HOST does");
    }
  } else {
    absl::StatusOr<QueryHost> host = ParseQueryHost(server);
    if (!host.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          option.server.empty() ? kServerVariable : "--server", ": ", host.status().message()));
    }
    options.hosts.push_back(*std::move(host));
  }
  if (const std::optional<uid_t> slurm_user = UidIn(SettingOf(*settings, "SlurmUser"))) {
    options.trusted.insert(*slurm_user);
  }
  if (const std::string publisher = Variable(kPublisherVariable); !publisher.empty()) {
    const absl::StatusOr<Account> account = FindAccount(absl::string_view(publisher));
    if (!account.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(kPublisherVariable, ": ", account.status().message()));
    }
    options.trusted.insert(account->uid);
  }
  return QueryClient(std::move(options), std::make_unique<MungeCredentials>(
                                             MungeSocketIn(SettingOf(*settings, "AuthInfo"))));
}

}  // namespace

// Writes answers to files.
class AnswerWriter {
 public:
  AnswerWriter(const QueryClient& client, const std::function<void(const std::string&)>& complain)
      : client_(client), complain_(complain) {}

  absl::Status Write(const Query& query, const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    std::vector<std::string> notes;
    const absl::Status asked = client_.Ask(
        query,
        [&](absl::string_view bytes) {
          file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
          return file ? absl::OkStatus()
                      : absl::ResourceExhaustedError(absl::StrCat(path, ": cannot be written"));
        },
        &notes);
    for (const std::string& note : notes) complain_(note);
    if (!asked.ok() && file) {
      return absl::Status(asked.code(), absl::StrCat("scarbond at ", asked.message()));
    }
    if (!asked.ok()) return asked;
    file.close();
    return file ? absl::OkStatus()
                : absl::ResourceExhaustedError(absl::StrCat(path, ": cannot be written"));
  }

 private:
  const QueryClient& client_;
  const std::function<void(const std::string&)>& complain_;
};

namespace {

// Starts a child that removes the folder when the descriptor is closed, and so also if this process
// is killed, by a closed pipe for example. -1 if there is no child.
int StartRemover(const std::string& folder) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  const pid_t child = fork();
  if (child != 0) {
    close(ends[0]);
    if (child < 0) close(ends[1]);
    return child < 0 ? -1 : ends[1];
  }
  setsid();  // the keys that interrupt the program do not reach it
  // It must not keep the output open.
  for (int fd = 0; fd < ends[0]; ++fd) close(fd);
  close(ends[1]);
  char byte = 0;
  while (read(ends[0], &byte, 1) < 0 && errno == EINTR) {
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  _exit(0);
}

// Fetches the manifest and the parts that everybody may read. Returns the manifest.
absl::StatusOr<Manifest> FetchSnapshot(const AnswerWriter& writer, const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kManifestFile);
  // scarbond may publish meanwhile; it removes the parts much later.
  if (absl::Status fetched = writer.Write({.kind = QueryKind::kManifest}, path); !fetched.ok()) {
    return fetched;
  }
  const absl::StatusOr<std::string> text = ReadFile(path, SnapshotReader::kMaxManifestBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<Manifest> manifest = ParseManifest(*text);
  if (!manifest.ok()) return manifest.status();
  for (const PartInfo& info : kParts) {
    const std::string& hash = manifest->hashes[info.part];
    if (hash.empty() || info.is_private) continue;
    const std::string name = PartFileName(info.part, hash);
    const absl::Status fetched =
        writer.Write({.kind = QueryKind::kPart, .part = name}, absl::StrCat(folder, "/", name));
    if (!fetched.ok()) return fetched;
  }
  return manifest;
}

// Writes the published half of carbon.json with the paths of the copy.
absl::Status WriteConfig(const std::string& part, const ClusterCopy& copy) {
  const absl::StatusOr<std::string> text = ReadFile(part, InfoOf(SnapshotPart::kConfig).max_bytes);
  if (!text.ok()) return text.status();
  Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::DataLossError("the published configuration: is not JSON");
  json["paths"] = {{"snapshot", copy.snapshot()}, {"log", copy.log()}};
  return WriteFileAtomically(
      copy.config(), json.dump(2, ' ', false, Json::error_handler_t::replace), {.mode = 0600});
}

}  // namespace

CLI::Option* AddServerOption(CLI::App* command, ServerOption* option) {
  return command
      ->add_option(
          "--server", option->server,
          "Ask the scarbond of this machine; default: SLURM_CARBON_SERVER, or slurm.conf's "
          "controllers where there is no carbon.json")
      ->type_name("HOST[:PORT]");
}

absl::StatusOr<std::unique_ptr<ClusterCopy>> ClusterCopy::FetchIfRemote(
    const ServerOption& option, const std::string& config, bool has_files,
    const WantedFiles& wanted, const std::function<void(const std::string&)>& complain) {
  std::error_code error;
  const bool is_default = !has_files && config == CARBON_CONFIG_FILE;
  const bool is_named =
      !option.server.empty() || (is_default && !Variable(kServerVariable).empty());
  const bool is_guessed =
      !is_named && is_default && !std::filesystem::exists(config, error) && !error;
  if (!is_named && !is_guessed) return nullptr;
  absl::StatusOr<std::unique_ptr<ClusterCopy>> copy = Fetch(option, wanted, complain);
  if (copy.ok()) return copy;
  std::string fact(copy.status().message());
  if (is_guessed) fact = absl::StrCat(config, ": is not there; ", fact);
  if (absl::IsFailedPrecondition(copy.status())) {
    absl::StrAppend(&fact, "; scarbond answers if \"listen\" in its carbon.json names this port");
  }
  return absl::Status(copy.status().code(), fact);
}

absl::StatusOr<std::unique_ptr<ClusterCopy>> ClusterCopy::Fetch(
    const ServerOption& option, const WantedFiles& wanted,
    const std::function<void(const std::string&)>& complain) {
  const absl::StatusOr<QueryClient> client = MakeClient(option);
  if (!client.ok()) return client.status();
  const std::string parent = Variable("TMPDIR");
  std::string folder = absl::StrCat(parent.empty() ? "/tmp" : parent, "/scarbon-XXXXXX");
  if (mkdtemp(folder.data()) == nullptr) {
    return absl::ErrnoToStatus(errno, absl::StrCat(folder, ": cannot be made"));
  }
  const int guard = StartRemover(folder);
  std::unique_ptr<ClusterCopy> copy(new ClusterCopy(std::move(folder), guard));
  if (absl::Status made = MakeFolders(copy->snapshot(), 0700); !made.ok()) return made;

  const absl::Status fetched = copy->FetchAll(AnswerWriter(*client, complain), wanted);
  if (!fetched.ok()) return fetched;
  return copy;
}

absl::Status ClusterCopy::FetchAll(const AnswerWriter& writer, const WantedFiles& wanted) {
  if (wanted.records) {
    const absl::Status fetched = writer.Write({.kind = QueryKind::kRecords,
                                               .start = wanted.start,
                                               .end = wanted.end,
                                               .rotated = wanted.rotated},
                                              log());
    if (!fetched.ok()) return fetched;
  }
  if (!wanted.snapshot) return absl::OkStatus();
  const absl::StatusOr<Manifest> manifest = FetchSnapshot(writer, snapshot());
  if (!manifest.ok()) return manifest.status();
  return WriteConfig(absl::StrCat(snapshot(), "/", manifest->FileOf(SnapshotPart::kConfig)), *this);
}

std::string ClusterCopy::source() const {
  absl::StatusOr<LogFile> file = LogFile::Open(log());
  std::string line;
  if (!file.ok() || !file->Next(&line)) return "no decisions";
  const absl::StatusOr<LogEntry> entry = ReadLogLine(line);
  const auto* const excerpt = entry.ok() ? std::get_if<ExcerptRecord>(&*entry) : nullptr;
  if (excerpt == nullptr || !excerpt->user_id.has_value()) return "the decisions about all jobs";
  const absl::StatusOr<Account> user = FindAccount(uid_t{*excerpt->user_id});
  return absl::StrCat("the decisions about the jobs of ",
                      user.ok() ? user->name : absl::StrCat("user ", *excerpt->user_id));
}

ClusterCopy::~ClusterCopy() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace carbon
