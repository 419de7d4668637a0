#include "core/config/meter.h"

#include <string>

#include "core/config/meter_query.h"
#include "core/config/values.h"

namespace carbon {
namespace {

constexpr int64_t kMaxQueries = 100'000;
constexpr absl::Duration kMaxTimeout = absl::Minutes(2);

std::optional<std::string> Query(const JsonValue& json) {
  std::optional<std::string> query = Text(json);
  if (!query.has_value()) return std::nullopt;
  const std::string fault = MeterQueryFault(*query);
  if (fault.empty()) return query;
  json.Refuse(fault);
  return std::nullopt;
}

std::optional<absl::Duration> Timeout(const JsonValue& json) {
  const std::optional<absl::Duration> timeout = PositiveDuration(json);
  if (!timeout.has_value() || *timeout <= kMaxTimeout) return timeout;
  json.Refuse("is longer than 2m");
  return std::nullopt;
}

std::optional<PrometheusMeter> Prometheus(const JsonValue& json) {
  PrometheusMeter meter;
  JsonObject object(json);
  object.Require("url", &meter.url, Text);
  object.Require("query", &meter.query, Query);
  object.Require(
      "unit", &meter.unit,
      OneOf<EnergyUnit>({EnergyUnit::kJoules, EnergyUnit::kWattHours, EnergyUnit::kKilowattHours},
                        EnergyUnitName));
  object.Require("includes_pue", &meter.includes_pue, Boolean);
  object.Read("user", &meter.user, Text);
  object.Read("secret_file", &meter.secret_file, Text);
  object.Read("timeout", &meter.timeout, Timeout);
  object.Read("max_queries", &meter.max_queries, WholeNumber{.most = kMaxQueries, .least = 1});
  if (!meter.user.empty() && meter.secret_file.empty()) {
    json.Refuse("a \"user\" needs a \"secret_file\" with the password");
  }
  return meter;
}

}  // namespace

std::optional<MeterConfig> ReadMeter(const JsonValue& json) {
  MeterConfig meter;
  JsonObject object(json);
  object.Read("prometheus", &meter.prometheus, Prometheus);
  return meter;
}

}  // namespace carbon
