// QueryServer listens for scarbon on other machines. A connection brings one query, a credential in
// one line, and takes the answer, a credential in each line; the header of core/query/query.h says
// what is in them. A query whose credential is not valid gets no answer.
//
// It has threads of its own: one that listens, and one for each connection. None of them ever waits
// for the rest of scarbond, and the rest never waits for them.
#ifndef SCARBOND_QUERY_QUERY_SERVER_H_
#define SCARBOND_QUERY_QUERY_SERVER_H_

#include <sys/types.h>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/query/query.h"
#include "scarbond/query/answer.h"
#include "scarbond/query/credentials.h"
#include "store/file.h"

namespace carbon {

class QueryServer {
 public:
  struct Limits {
    int connections = 32;                     // more at one time are closed at once
    int connections_of_user = 4;              // whose queries are answered at one time
    absl::Duration query = absl::Seconds(5);  // in which a query must arrive
    // The other side may take nothing for so long, and have scarbond wait for so long in all.
    absl::Duration silence = absl::Seconds(20);
    absl::Duration waiting = absl::Minutes(1);
  };

  // What the answers need. Called on any thread, for each query.
  struct Answerer {
    std::function<std::unique_ptr<const Credentials>()> credentials;
    std::function<DaemonConfig()> config;
    // Whether a user who is not root sees all jobs: SlurmUser, and operators. Absent: that cannot
    // be found out now. May block on slurmctld.
    std::function<std::optional<bool>(uid_t user)> sees_all_jobs;
  };

  // Listens at the configured address and port; port 0 takes any. InvalidArgument for an address
  // that is not one of this machine, ResourceExhausted if the system has no thread left, and the
  // system's error for a port that is taken.
  static absl::StatusOr<std::unique_ptr<QueryServer>> Start(const ListenConfig& listen,
                                                            Answerer answerer, Limits limits);
  static absl::StatusOr<std::unique_ptr<QueryServer>> Start(const ListenConfig& listen,
                                                            Answerer answerer) {
    return Start(listen, std::move(answerer), Limits());
  }

  // Ends all connections, and waits for the answers that are being made: some seconds, or as long
  // as slurmctld takes to answer.
  ~QueryServer();
  QueryServer(const QueryServer&) = delete;
  QueryServer& operator=(const QueryServer&) = delete;

  int port() const { return port_; }

 private:
  struct Connection {
    explicit Connection(Descriptor s) : socket(std::move(s)) {}
    Descriptor socket;
    std::thread thread;
    bool has_ended = false;
  };

  class Turn;

  QueryServer(Descriptor socket, int port, Answerer answerer, Limits limits);
  void Listen();
  // Starts the thread of a connection. Needs the lock.
  void BeginServing(Descriptor socket);
  void Serve(int socket);
  absl::Status Answer(int socket);
  absl::StatusOr<Asker> FindAsker(uid_t user, const Query& query) const;
  bool is_stopping();
  // Joins the threads of connections that have ended. Needs the lock.
  void Collect();

  const Answerer answerer_;
  const Limits limits_;
  const Descriptor socket_;
  const int port_;
  std::mutex mutex_;
  bool is_stopping_ = false;
  std::list<std::unique_ptr<Connection>> connections_;
  std::map<uid_t, int> answering_;  // queries that are being answered, by user
  std::timed_mutex records_mutex_;  // one log is read at a time
  std::thread listener_;
};

}  // namespace carbon

#endif  // SCARBOND_QUERY_QUERY_SERVER_H_
