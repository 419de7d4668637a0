// Arbitrary bytes as a Prometheus's reply, alone and within a valid one: what is read is an energy,
// and an error is short. And as a query with placeholders: it has a fault, or it has none left.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "cli/outcome/prometheus_query.h"
#include "core/config/meter_query.h"
#include "tests/fuzz/fuzzed_reply.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using carbon::Require;
  constexpr absl::string_view kValid =
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"uuid":"17"},)"
      R"("value":[1795546960.5,"288000"]}]}})";
  carbon::HttpReply reply = {.status = 200, .content_type = "application/json"};
  reply.body = carbon::FuzzedBody(data, size, kValid);
  const absl::StatusOr<std::optional<double>> value = carbon::ParsePrometheusReply(reply);
  if (!value.ok()) {
    Require(!value.status().message().empty() && value.status().message().size() < 1000);
  } else if (value->has_value()) {
    Require(std::isfinite(**value) && **value >= 0);
  }
  carbon::CheckWords(reply);

  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  if (!carbon::MeterQueryFault(text).empty()) return 0;
  const absl::Time start = absl::FromUnixSeconds(1795546800);
  const std::string query = carbon::MeterQueryFor(text, 17, start, start + absl::Hours(1));
  Require(absl::StrContains(query, "17") && !absl::StrContains(query, "$job_id"));
  return 0;
}
