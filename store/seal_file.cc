#include "store/seal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "store/account.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxKeyBytes = 4096;

// Returns "slurm-carbon-seal-1 <seconds since 1970> <64 hexadecimal digits>" and a newline.
std::string KeyText(absl::string_view secret, absl::Time made_at) {
  return absl::StrCat(Seal::kMark, " ", absl::ToUnixSeconds(made_at), " ",
                      absl::BytesToHexString(secret), "\n");
}

absl::StatusOr<Seal> ParseKey(absl::string_view text, const std::string& path,
                              const std::string& cluster) {
  const std::vector<absl::string_view> words = absl::StrSplit(absl::StripSuffix(text, "\n"), ' ');
  int64_t made_at = 0;
  // Errors never quote the key.
  const bool is_key = words.size() == 3 && words[0] == Seal::kMark &&
                      absl::SimpleAtoi(words[1], &made_at) && made_at >= 0 &&
                      words[2].size() == 2 * Seal::kSecretBytes &&
                      words[2].find_first_not_of("0123456789abcdef") == absl::string_view::npos;
  if (!is_key) return absl::DataLossError(absl::StrCat(path, ": is not a key of a seal"));
  return Seal(absl::HexStringToBytes(words[2]), cluster, absl::FromUnixSeconds(made_at));
}

absl::Status Failed(const std::string& path, absl::string_view what) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat(path, ": ", what));
}

// Makes the file if there is none. The complete draft gets the file's name by a hard link. That
// fails if another process was faster.
absl::Status MakeKey(const std::string& path, absl::Time now) {
  std::array<char, Seal::kSecretBytes> secret;
  if (getentropy(secret.data(), secret.size()) != 0) return Failed(path, "no random bytes");
  std::string draft = absl::StrCat(path, kTemporarySuffix, "XXXXXX");
  Descriptor file(mkostemp(draft.data(), O_CLOEXEC));  // mode 0600, whatever the umask
  if (!file.ok()) return Failed(path, "cannot be made");
  const std::string text = KeyText({secret.data(), secret.size()}, now);
  absl::Status status;
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      fsync(file.get()) != 0 || !file.Close()) {
    status = Failed(path, "cannot be written");
  } else if (link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    status = Failed(path, "cannot be made");
  }
  unlink(draft.c_str());
  return status;
}

absl::Status Share(const std::string& path, gid_t group) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts;
  if (!file.ok() || fstat(file.get(), &facts) != 0) return Failed(path, "cannot be read");
  constexpr mode_t kShared = 0640;
  if (facts.st_gid == group && (facts.st_mode & 07777) == kShared) return absl::OkStatus();
  if (fchown(file.get(), static_cast<uid_t>(-1), group) != 0 || fchmod(file.get(), kShared) != 0) {
    return Failed(path, absl::StrCat("cannot be given to the publisher's group ", GroupName(group),
                                     ", which slurmctld's user must be in"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string SealPath(absl::string_view state_folder) {
  return absl::StrCat(state_folder, "/slurm_carbon.seal");
}

absl::StatusOr<Seal> ReadSeal(const std::string& state_folder, const std::string& cluster,
                              const std::vector<uint32_t>& owners, SealGroup group) {
  const std::string path = SealPath(state_folder);
  // Opening neither waits for a pipe nor follows a link.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts;
  if (!file.ok() || fstat(file.get(), &facts) != 0) return Failed(path, "cannot be read");
  const bool is_trusted = facts.st_uid == 0 || facts.st_uid == geteuid() ||
                          std::find(owners.begin(), owners.end(), facts.st_uid) != owners.end();
  if (!is_trusted) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": belongs to user ", facts.st_uid));
  }
  const bool may_group_read = group.has_value() && (*group == kAnyGroup || *group == facts.st_gid);
  const mode_t of_others = S_IRWXG | S_IRWXO;
  if ((facts.st_mode & (may_group_read ? of_others & ~S_IRGRP : of_others)) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": others may read or write it; its mode must be 600"));
  }
  absl::StatusOr<std::string> text = ReadOpenFile(file.get(), path, facts, kMaxKeyBytes);
  if (!text.ok()) return text.status();
  return ParseKey(*text, path, cluster);
}

absl::StatusOr<Seal> ReadOrMakeSeal(const std::string& state_folder, const std::string& cluster,
                                    absl::Time now, SealGroup group) {
  // A key that was shared with a former publisher is refused.
  absl::StatusOr<Seal> seal = ReadSeal(state_folder, cluster, {}, group);
  if (absl::IsNotFound(seal.status())) {
    if (absl::Status made = MakeKey(SealPath(state_folder), now); !made.ok()) return made;
    seal = ReadSeal(state_folder, cluster, {}, group);
  }
  if (!seal.ok() || !group.has_value()) return seal;
  if (absl::Status shared = Share(SealPath(state_folder), *group); !shared.ok()) return shared;
  return seal;
}

}  // namespace carbon
