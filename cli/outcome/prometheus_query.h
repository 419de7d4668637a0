// The query to a Prometheus for the energy of a run, and its reply (HTTP API v1, instant query):
//
//   GET URL/api/v1/query?query=…&time=END
//   {"status": "success",
//    "data": {"resultType": "vector",
//             "result": [{"metric": {"uuid": "17"}, "value": [1795546960, "288000"]}]}}
//
// The reply may also be a scalar, "result": [1795546960, "288000"]. A vector without an element
// says that there is no such series. Several elements are an error: it is not known which of them
// counts, or whether their sum does. Pure; no I/O.
#ifndef CLI_OUTCOME_PROMETHEUS_QUERY_H_
#define CLI_OUTCOME_PROMETHEUS_QUERY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "forecast/http/http_message.h"

namespace carbon {

// Returns the request about the job of that number, which ran from `start` to `end`. With a user
// the secret is the password of HTTP's basic authentication, and otherwise a bearer token. An empty
// secret is not sent.
HttpRequest PrometheusRequest(const PrometheusMeter& meter, absl::string_view secret,
                              int64_t job_id, absl::Time start, absl::Time end);

// Returns the one value of a reply. Absent: there is no such series, or its value is not a number,
// infinite or negative. Errors are those of CheckReply() and ParseReply(), and InvalidArgument for
// another reply or several values.
absl::StatusOr<std::optional<double>> ParsePrometheusReply(const HttpReply& reply);

double JoulesIn(EnergyUnit unit);

}  // namespace carbon

#endif  // CLI_OUTCOME_PROMETHEUS_QUERY_H_
