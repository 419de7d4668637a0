#include "scarbond/query/query_server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <exception>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/query/query.h"
#include "core/snapshot/snapshot.h"
#include "scarbond/query/line_socket.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

constexpr int kBacklog = 64;

using Addresses = std::unique_ptr<struct addrinfo, decltype(&freeaddrinfo)>;

absl::StatusOr<Addresses> FindAddresses(const ListenConfig& listen) {
  struct addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV | AI_NUMERICHOST;
  struct addrinfo* found = nullptr;
  const int error = getaddrinfo(listen.address.empty() ? nullptr : listen.address.c_str(),
                                absl::StrCat(listen.port).c_str(), &wanted, &found);
  if (error != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen.address ", listen.address, ": ", gai_strerror(error)));
  }
  return Addresses(found, &freeaddrinfo);
}

int PortOf(int socket) {
  struct sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(socket, reinterpret_cast<struct sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const struct sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const struct sockaddr_in&>(address).sin_port);
}

absl::StatusOr<Descriptor> Bind(const struct addrinfo& address) {
  Descriptor socket(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0));
  if (!socket.ok()) return absl::ErrnoToStatus(errno, "socket");
  const int on = 1, off = 0;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // Then it takes IPv4 too.
  if (address.ai_family == AF_INET6) {
    setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  }
  if (bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
    return absl::ErrnoToStatus(errno, "bind");
  }
  if (::listen(socket.get(), kBacklog) != 0) return absl::ErrnoToStatus(errno, "listen");
  return socket;
}

}  // namespace

absl::StatusOr<std::unique_ptr<QueryServer>> QueryServer::Start(const ListenConfig& listen,
                                                                Answerer answerer, Limits limits) {
  const absl::StatusOr<Addresses> addresses = FindAddresses(listen);
  if (!addresses.ok()) return addresses.status();
  absl::Status failure = absl::NotFoundError("no address");
  // The address of IPv6 that stands for all addresses takes IPv4 too, so it comes first.
  for (const int family : {AF_INET6, AF_INET}) {
    for (const struct addrinfo* one = addresses->get(); one != nullptr; one = one->ai_next) {
      if (one->ai_family != family) continue;
      absl::StatusOr<Descriptor> socket = Bind(*one);
      if (!socket.ok()) {
        failure = socket.status();
        continue;
      }
      const int port = PortOf(socket->get());
      try {
        return std::unique_ptr<QueryServer>(
            new QueryServer(*std::move(socket), port, std::move(answerer), limits));
      } catch (const std::system_error& error) {
        return absl::ResourceExhaustedError(error.what());
      }
    }
  }
  return absl::Status(failure.code(), absl::StrCat("port ", listen.port, ": ", failure.message()));
}

QueryServer::QueryServer(Descriptor socket, int port, Answerer answerer, Limits limits)
    : answerer_(std::move(answerer)),
      limits_(limits),
      socket_(std::move(socket)),
      port_(port),
      listener_([this] { Listen(); }) {}

QueryServer::~QueryServer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    for (const std::unique_ptr<Connection>& connection : connections_) {
      shutdown(connection->socket.get(), SHUT_RDWR);
    }
  }
  shutdown(socket_.get(), SHUT_RDWR);  // accept() returns
  listener_.join();
  for (const std::unique_ptr<Connection>& connection : connections_) {
    if (connection->thread.joinable()) connection->thread.join();
  }
}

void QueryServer::Collect() {
  for (auto one = connections_.begin(); one != connections_.end();) {
    const auto next = std::next(one);
    if ((*one)->has_ended) {
      if ((*one)->thread.joinable()) (*one)->thread.join();
      connections_.erase(one);
    }
    one = next;
  }
}

void QueryServer::Listen() {
  while (true) {
    Descriptor socket(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const bool is_short =
        !socket.ok() && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM);
    {
      const std::lock_guard lock(mutex_);
      if (is_stopping_) return;
      Collect();
      if (socket.ok() && static_cast<int>(connections_.size()) < limits_.connections) {
        BeginServing(std::move(socket));
      }
    }
    // The connection is still there, and accept4() would fail again at once.
    if (is_short) absl::SleepFor(absl::Milliseconds(200));
  }
}

void QueryServer::BeginServing(Descriptor socket) {
  try {
    Connection* const connection =
        connections_.emplace_back(std::make_unique<Connection>(std::move(socket))).get();
    connection->has_ended = true;  // until it has a thread
    connection->thread = std::thread([this, connection] {
      Serve(connection->socket.get());
      const std::lock_guard lock(mutex_);
      shutdown(connection->socket.get(), SHUT_RDWR);
      connection->has_ended = true;
    });
    connection->has_ended = false;
  } catch (const std::exception& error) {  // the system has no thread or memory left for it
    spdlog::debug("a query was not answered: {}", error.what());
  }
}

bool QueryServer::is_stopping() {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

void QueryServer::Serve(int socket) {
  std::string trouble;
  // A query must not end scarbond, whatever it leads to.
  try {
    trouble = std::string(Answer(socket).message());
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  // Anybody can connect, so the journal has this only with --verbose.
  if (!trouble.empty()) spdlog::debug("a query was not answered: {}", trouble);
}

// A place among the queries of a user that are answered at one time.
class QueryServer::Turn {
 public:
  Turn(QueryServer* server, uid_t user) : server_(server), user_(user) {
    const std::lock_guard lock(server_->mutex_);
    is_given_ = server_->answering_[user] < server_->limits_.connections_of_user;
    if (is_given_) ++server_->answering_[user];
  }
  ~Turn() {
    if (!is_given_) return;
    const std::lock_guard lock(server_->mutex_);
    if (--server_->answering_[user_] == 0) server_->answering_.erase(user_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  bool is_given() const { return is_given_; }

 private:
  QueryServer* const server_;
  const uid_t user_;
  bool is_given_ = false;
};

absl::StatusOr<Asker> QueryServer::FindAsker(uid_t user, const Query& query) const {
  // The other kinds of query are answered alike for everybody.
  if (user == 0 || query.kind != QueryKind::kRecords) return Asker{user, user == 0};
  const std::optional<bool> sees_all_jobs = answerer_.sees_all_jobs(user);
  if (!sees_all_jobs.has_value()) {
    return absl::UnavailableError(
        "slurmctld does not answer, so that it is not known whose jobs may be shown; try again");
  }
  return Asker{user, *sees_all_jobs};
}

absl::Status QueryServer::Answer(int socket) {
  LineSocket lines(socket, limits_.silence);
  // A credential is longer than its text by less than a half and its head.
  const absl::StatusOr<std::string> credential = lines.ReadLine(2 * kMaxQueryBytes, limits_.query);
  if (!credential.ok()) return credential.status();
  const std::unique_ptr<const Credentials> credentials = answerer_.credentials();
  const absl::StatusOr<ProvenText> proven = credentials->Read(*credential);
  if (!proven.ok()) return proven.status();

  AnswerPiece piece{.query = Sha256Hex(*credential)};
  absl::Duration waited;
  const auto send = [&](absl::string_view data) -> absl::Status {
    if (is_stopping()) return absl::CancelledError("scarbond stops listening");
    piece.data = std::string(data);
    const absl::StatusOr<std::string> sealed =
        credentials->Write(WriteAnswerPiece(piece), proven->user);
    if (!sealed.ok()) return sealed.status();
    ++piece.number;
    const absl::Time begin = absl::Now();
    if (absl::Status written = lines.WriteLine(*sealed); !written.ok()) return written;
    // Who takes an answer slowly keeps others from theirs.
    waited += absl::Now() - begin;
    if (waited > limits_.waiting)
      return absl::DeadlineExceededError("the answer is taken too slowly");
    return absl::OkStatus();
  };
  const auto end = [&](absl::Status status) {
    piece.is_last = true;
    piece.status = std::move(status);
    return send("");
  };

  const absl::StatusOr<Query> query = ParseQuery(proven->text);
  if (!query.ok()) return end(query.status());
  const Turn turn(this, proven->user);
  if (!turn.is_given()) {
    return end(absl::UnavailableError(absl::StrCat("scarbond already answers ",
                                                   limits_.connections_of_user,
                                                   " queries of this user; try again")));
  }
  const absl::StatusOr<Asker> asker = FindAsker(proven->user, *query);
  if (!asker.ok()) return end(asker.status());
  // To read the log takes the disk and a processor; two at a time would take more of them.
  std::unique_lock<std::timed_mutex> alone(records_mutex_, std::defer_lock);
  if (query->kind == QueryKind::kRecords &&
      !alone.try_lock_for(absl::ToChronoMilliseconds(limits_.waiting))) {
    return end(absl::UnavailableError("scarbond reads the log for others; try again"));
  }
  std::vector<std::string> notes;
  const absl::Status answered = AnswerQuery(answerer_.config(), *asker, *query, send, &notes);
  piece.notes = std::move(notes);
  return end(answered);
}

}  // namespace carbon
