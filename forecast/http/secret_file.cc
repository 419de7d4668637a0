#include "forecast/http/secret_file.h"

#include <fcntl.h>
#include <string.h>

#include <cerrno>
#include <ostream>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "store/file.h"

namespace carbon {
namespace {

void Wipe(std::string* value) {
  value->resize(value->capacity());
  explicit_bzero(value->data(), value->size());
}

// Returns whether the file is a systemd credential. systemd admits a service's user through an
// access control list, which shows as the group's right to read.
bool IsSystemdCredential(const struct stat& facts) {
  return facts.st_uid == 0 && facts.st_gid == 0 && (facts.st_mode & 077) == 040;
}

absl::Status CheckMode(const std::string& path, const struct stat& facts) {
  if ((facts.st_mode & 077) == 0 || IsSystemdCredential(facts)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrFormat("%s: is open to group or others, mode %03o; chmod 600", path,
                      static_cast<unsigned>(facts.st_mode & 0777)));
}

absl::Status CheckPrivate(const std::string& path, const struct stat& facts) {
  if (facts.st_uid != 0 && facts.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": is owned by uid ", facts.st_uid, ", not by root or uid ", geteuid()));
  }
  return CheckMode(path, facts);
}

}  // namespace

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    Wipe(&value_);
    value_ = other.value_;
  }
  return *this;
}

Secret::~Secret() { Wipe(&value_); }

void PrintTo(const Secret&, std::ostream* out) { *out << "(secret)"; }

absl::Status CheckSecretMode(const std::string& path) {
  struct stat facts;
  return stat(path.c_str(), &facts) == 0 ? CheckMode(path, facts) : absl::OkStatus();
}

absl::StatusOr<Secret> ReadSecretFile(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok()) return absl::ErrnoToStatus(errno, path);
  struct stat facts;
  if (fstat(file.get(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  const absl::Status is_private = CheckPrivate(path, facts);
  if (!is_private.ok()) return is_private;
  absl::StatusOr<std::string> bytes =
      ReadOpenFile(file.get(), path, facts, kMaxSecretBytes + sizeof("\r\n") - 1);
  if (!bytes.ok()) return bytes.status();
  const absl::Cleanup wipe = [&bytes] { Wipe(&*bytes); };

  absl::string_view line = *bytes;
  absl::ConsumeSuffix(&line, "\n");
  absl::ConsumeSuffix(&line, "\r");
  if (line.empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": is empty"));
  if (line.size() > kMaxSecretBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": has more than ", kMaxSecretBytes, " bytes, the most that is read"));
  }
  for (char c : line) {
    if (c == '\n')
      return absl::InvalidArgumentError(absl::StrCat(path, ": has more than one line"));
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": has a control character"));
    }
  }
  return Secret(std::string(line));
}

}  // namespace carbon
