#include "cli/outcome/prometheus_query.h"

#include <cmath>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/config/meter_query.h"
#include "forecast/providers/reply_json.h"

namespace carbon {
namespace {

using nlohmann::json;

// Reads [TIME, "VALUE"]. Prometheus writes what is not finite as NaN, +Inf and -Inf.
absl::StatusOr<std::optional<double>> ReadSample(const json& sample, absl::string_view name) {
  if (!sample.is_array() || sample.size() != 2 || !sample[0].is_number() ||
      !sample[1].is_string()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", Shown(sample), " is not a time and a value"));
  }
  const std::string& text = sample[1].get_ref<const std::string&>();
  if (text == "NaN" || text == "+Inf" || text == "-Inf") return std::nullopt;
  const std::optional<double> value = NumberIn(sample[1]);
  if (!value.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", Shown(sample[1]), " is not a number"));
  }
  if (!std::isfinite(*value) || *value < 0) return std::nullopt;
  return value;
}

}  // namespace

HttpRequest PrometheusRequest(const PrometheusMeter& meter, absl::string_view secret,
                              int64_t job_id, absl::Time start, absl::Time end) {
  HttpRequest request;
  request.url = Url(meter.url, "/api/v1/query",
                    {{"query", MeterQueryFor(meter.query, job_id, start, end)},
                     {"time", absl::StrCat(absl::ToUnixSeconds(end))}});
  if (secret.empty()) return request;
  const std::string value =
      meter.user.empty()
          ? absl::StrCat("Bearer ", secret)
          : absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(meter.user, ":", secret)));
  request.headers.push_back({"Authorization", value, /*is_secret=*/true});
  return request;
}

absl::StatusOr<std::optional<double>> ParsePrometheusReply(const HttpReply& reply) {
  const absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  const ReplyObject root(*parsed, "");
  if (root.Find("status") == nullptr) return root.Refused("status", "is missing");
  if (absl::Status status = root.Expect("status", "success"); !status.ok()) return status;
  const json* const data_json = root.Find("data");
  if (data_json == nullptr) return root.Refused("data", "is missing");
  const ReplyObject data(*data_json, "data");
  const absl::StatusOr<std::string> type = data.Text("resultType");
  if (!type.ok()) return type.status();
  const absl::StatusOr<const json*> result = data.Array("result");
  if (!result.ok()) return result.status();
  if (*type == "scalar") return ReadSample(**result, "data.result");
  if (*type != "vector") {
    return data.Refused("resultType",
                        absl::StrCat(Shown(*type),
                                     " is not one value: a query over a range needs a "
                                     "function such as avg_over_time()"));
  }
  const size_t series = (*result)->size();
  if (series == 0) return std::nullopt;
  if (series > 1) {
    return data.Refused("result", absl::StrCat("has ", series, " series: sum() makes them one"));
  }
  const json* const sample = ReplyObject((**result)[0], "data.result[0]").Find("value");
  if (sample == nullptr) return data.Refused("result[0].value", "is missing");
  return ReadSample(*sample, "data.result[0].value");
}

double JoulesIn(EnergyUnit unit) {
  switch (unit) {
    case EnergyUnit::kJoules:
      return 1;
    case EnergyUnit::kWattHours:
      return 3600;
    case EnergyUnit::kKilowattHours:
      return 3.6e6;
  }
  return 0;
}

}  // namespace carbon
