// QueryClient asks the scarbond of another machine. Blocks on the network and on munged. One
// thread.
#ifndef SCARBOND_QUERY_QUERY_CLIENT_H_
#define SCARBOND_QUERY_QUERY_CLIENT_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/query/query.h"
#include "scarbond/query/credentials.h"

namespace carbon {

struct QueryHost {
  std::string name;  // or an address
  int port = kQueryPort;
};

// Parses "HOST", "HOST:PORT", "[ADDRESS]:PORT". InvalidArgument for anything else.
absl::StatusOr<QueryHost> ParseQueryHost(absl::string_view text);

class QueryClient {
 public:
  struct Options {
    std::vector<QueryHost> hosts;  // the controllers: the first that answers is asked
    // The users as whom scarbond may run. An answer of anybody else is not believed.
    std::set<uid_t> trusted = {0};
    absl::Duration connecting = absl::Seconds(5);  // to one address
    absl::Duration silence = absl::Minutes(2);     // scarbond may have to read a large log
  };

  QueryClient(Options options, std::unique_ptr<const Credentials> credentials)
      : options_(std::move(options)), credentials_(std::move(credentials)) {}

  // Calls `take` with the bytes of the answer, piece by piece. `notes` gets scarbond's lines for
  // the user. Errors name the host:
  //   FailedPrecondition  no host accepts a connection; each is named, and why
  //   Unavailable         the host is busy; try again
  //   Unauthenticated     the answer does not come from a trusted user, or answers another query
  //   DataLoss            the answer ends early
  //   the status with which scarbond ended its answer, or that `take` returned
  // and munge's own.
  absl::Status Ask(const Query& query, const std::function<absl::Status(absl::string_view)>& take,
                   std::vector<std::string>* notes) const;

 private:
  // `has_begun` becomes true with the first piece.
  absl::Status AskOn(int socket, const Query& query,
                     const std::function<absl::Status(absl::string_view)>& take,
                     std::vector<std::string>* notes, bool* has_begun) const;

  Options options_;
  std::unique_ptr<const Credentials> credentials_;
};

}  // namespace carbon

#endif  // SCARBOND_QUERY_QUERY_CLIENT_H_
