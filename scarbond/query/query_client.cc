#include "scarbond/query/query_client.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/snapshot/snapshot.h"
#include "scarbond/query/line_socket.h"
#include "store/account.h"
#include "store/file.h"

namespace carbon {
namespace {

// A piece in its credential: base64 of the data, a header, notes of at most 100 KB.
constexpr size_t kMaxLine = 1 << 20;

using Addresses = std::unique_ptr<struct addrinfo, decltype(&freeaddrinfo)>;

std::string HostText(const QueryHost& host) {
  return absl::StrContains(host.name, ":") ? absl::StrCat("[", host.name, "]:", host.port)
                                           : absl::StrCat(host.name, ":", host.port);
}

absl::StatusOr<Descriptor> ConnectTo(const struct addrinfo& address, absl::Duration limit) {
  Descriptor socket(
      ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.ok()) return absl::ErrnoToStatus(errno, "");
  if (connect(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return absl::ErrnoToStatus(errno, "");
    struct pollfd wait = {socket.get(), POLLOUT, 0};
    const int ready = poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(limit)));
    if (ready == 0) return absl::ErrnoToStatus(ETIMEDOUT, "");
    if (ready < 0) return absl::ErrnoToStatus(errno, "");
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return absl::ErrnoToStatus(error, "");
  }
  fcntl(socket.get(), F_SETFL, fcntl(socket.get(), F_GETFL) & ~O_NONBLOCK);
  return socket;
}

absl::StatusOr<Descriptor> Connect(const QueryHost& host, absl::Duration limit) {
  struct addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  struct addrinfo* found = nullptr;
  const int error =
      getaddrinfo(host.name.c_str(), absl::StrCat(host.port).c_str(), &wanted, &found);
  if (error != 0) return absl::NotFoundError(gai_strerror(error));
  const Addresses addresses(found, &freeaddrinfo);
  absl::Status failure = absl::NotFoundError("has no address");
  for (const struct addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    absl::StatusOr<Descriptor> socket = ConnectTo(*one, limit);
    if (socket.ok()) return socket;
    failure = socket.status();
  }
  return failure;
}

// absl::ErrnoToStatus writes ": Connection refused" behind an empty text.
absl::string_view Fact(const absl::Status& status) {
  absl::string_view text = status.message();
  while (absl::StartsWith(text, ":") || absl::StartsWith(text, " ")) text.remove_prefix(1);
  return text;
}

std::string UserText(uid_t user) {
  const absl::StatusOr<Account> account = FindAccount(user);
  return account.ok() ? account->name : absl::StrCat("user ", user);
}

}  // namespace

absl::StatusOr<QueryHost> ParseQueryHost(absl::string_view text) {
  QueryHost host;
  absl::string_view name = text, port;
  bool has_port = false;
  if (absl::StartsWith(text, "[")) {
    const size_t end = text.find(']');
    name = end == text.npos ? "" : text.substr(1, end - 1);
    const absl::string_view rest = end == text.npos ? ":" : text.substr(end + 1);
    has_port = !rest.empty();
    port = has_port ? rest.substr(1) : "";
    if (has_port && rest[0] != ':') name = "";
  } else if (const size_t colon = text.find(':');
             colon != text.npos && colon == text.rfind(':')) {  // else an address of IPv6
    name = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  const bool is_right =
      !has_port || (absl::SimpleAtoi(port, &host.port) && host.port >= 1 && host.port <= 65535);
  if (name.empty() || !is_right) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not HOST, HOST:PORT or [ADDRESS]:PORT"));
  }
  host.name = std::string(name);
  return host;
}

absl::Status QueryClient::AskOn(int socket, const Query& query,
                                const std::function<absl::Status(absl::string_view)>& take,
                                std::vector<std::string>* notes, bool* has_begun) const {
  const absl::StatusOr<std::string> credential = credentials_->Write(WriteQuery(query), {});
  if (!credential.ok()) return credential.status();
  LineSocket lines(socket, options_.silence);
  // A scarbond that is busy closes the connection unread.
  constexpr char kBusy[] =
      "does not answer: scarbond is busy, or does not accept this machine's munge credentials";
  if (absl::Status sent = lines.WriteLine(*credential); !sent.ok()) {
    return absl::UnavailableError(kBusy);
  }
  const std::string digest = Sha256Hex(*credential);
  for (uint64_t number = 0;; ++number) {
    const absl::StatusOr<std::string> line = lines.ReadLine(kMaxLine, 5 * options_.silence);
    if (!line.ok() && number == 0 && !absl::IsDeadlineExceeded(line.status())) {
      return absl::UnavailableError(kBusy);
    }
    if (absl::IsOutOfRange(line.status())) return absl::DataLossError("the answer ends early");
    if (!line.ok()) return line.status();
    const absl::StatusOr<ProvenText> proven = credentials_->Read(*line);
    if (!proven.ok()) return proven.status();
    if (!options_.trusted.contains(proven->user)) {
      const std::string user = UserText(proven->user);
      return absl::UnauthenticatedError(
          absl::StrCat("answered as ", user,
                       ", who is neither root nor SlurmUser; if scarbond runs as this user, set "
                       "SLURM_CARBON_PUBLISHER=",
                       user));
    }
    absl::StatusOr<AnswerPiece> piece = ParseAnswerPiece(proven->text);
    if (!piece.ok()) return piece.status();
    if (piece->query != digest || piece->number != number) {
      return absl::UnauthenticatedError("answers another query");
    }
    *has_begun = true;
    if (!piece->data.empty()) {
      if (absl::Status taken = take(piece->data); !taken.ok()) return taken;
    }
    if (!piece->is_last) continue;
    for (std::string& note : piece->notes) notes->push_back(std::move(note));
    return piece->status;
  }
}

absl::Status QueryClient::Ask(const Query& query,
                              const std::function<absl::Status(absl::string_view)>& take,
                              std::vector<std::string>* notes) const {
  std::vector<std::string> failures;
  absl::StatusCode code = absl::StatusCode::kFailedPrecondition;
  for (const QueryHost& host : options_.hosts) {
    const absl::StatusOr<Descriptor> socket = Connect(host, options_.connecting);
    if (!socket.ok()) {
      failures.push_back(absl::StrCat(HostText(host), ": ", Fact(socket.status())));
      continue;
    }
    bool has_begun = false;
    const absl::Status asked = AskOn(socket->get(), query, take, notes, &has_begun);
    if (asked.ok()) return asked;
    failures.push_back(absl::StrCat(HostText(host), ": ", asked.message()));
    code = asked.code();
    if (has_begun) return absl::Status(code, failures.back());
  }
  return absl::Status(code, absl::StrJoin(failures, "; "));
}

}  // namespace carbon
