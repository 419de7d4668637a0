#include "forecast/providers/energy_charts.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forecast/providers/reply_json.h"
#include "forecast/providers/reply_points.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "energy-charts";
constexpr absl::Duration kHistory = absl::Hours(24 * 31);
// The range is 2000-01-01 to 2100-01-01.
constexpr int64_t kEarliest = 946684800;
constexpr int64_t kLatest = 4102444800;

absl::StatusOr<HttpRequest> Request(const ProviderAsk& ask,
                                    std::vector<std::pair<std::string, std::string>> query) {
  if (absl::Status status =
          CheckAsk(ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect});
      !status.ok()) {
    return OfProvider(kName, ask, status);
  }
  query.insert(query.begin(), {"country", ask.zone});
  return HttpRequest{.url = Url(ask.url, "/co2eq", query)};
}

struct Row {
  int64_t start;  // seconds since the Unix epoch
  std::optional<GramsPerKilowattHour> measured;
  std::optional<GramsPerKilowattHour> forecast;

  friend auto operator<=>(const Row&, const Row&) = default;
};

absl::StatusOr<int64_t> ReadSecond(const json& json, absl::string_view name) {
  const std::optional<double> second = NumberIn(json);
  if (second.has_value() && *second == std::floor(*second) && *second >= kEarliest &&
      *second <= kLatest) {
    return static_cast<int64_t>(*second);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": ", Shown(json), " is no second of this century"));
}

// Returns a column of `size` values, or nullptr if it is null as a whole: the country has no such
// data.
absl::StatusOr<const json*> Column(const ReplyObject& root, const char* key, size_t size) {
  if (const json* found = root.Find(key); found != nullptr && found->is_null()) return nullptr;
  absl::StatusOr<const json*> values = root.Array(key);
  if (!values.ok()) return values.status();
  if ((*values)->size() == size) return values;
  return root.Refused(key, absl::StrCat((*values)->size(), " values for ", size, " unix_seconds"));
}

absl::StatusOr<std::optional<GramsPerKilowattHour>> ReadValue(const json* column, const char* key,
                                                              size_t i) {
  if (column == nullptr) return std::nullopt;
  return ReadIntensity((*column)[i], absl::StrCat(key, "[", i, "]"), GramsPerKilowattHour(1));
}

// Returns the three columns as rows, sorted by time, each once. Rows that cannot be read are left
// out, as `points` counts. Returns an error if half of the rows or more are left out.
absl::StatusOr<std::vector<Row>> ReadRows(const HttpReply& reply, ReplyPoints* points) {
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  const ReplyObject root(*parsed, "");
  const absl::StatusOr<const json*> seconds = root.Array("unix_seconds");
  if (!seconds.ok()) return seconds.status();
  const size_t size = (*seconds)->size();
  const absl::StatusOr<const json*> measured = Column(root, "co2eq", size);
  if (!measured.ok()) return measured.status();
  const absl::StatusOr<const json*> forecast = Column(root, "co2eq_forecast", size);
  if (!forecast.ok()) return forecast.status();
  std::vector<Row> rows;
  absl::Status first_fault;
  for (size_t i = 0; i < size; ++i) {
    const auto start = ReadSecond((**seconds)[i], absl::StrCat("unix_seconds[", i, "]"));
    const auto was = ReadValue(*measured, "co2eq", i);
    const auto will = ReadValue(*forecast, "co2eq_forecast", i);
    if (start.ok() && was.ok() && will.ok()) {
      rows.push_back({*start, *was, *will});
    } else {
      const absl::Status fault = !start.ok() ? start.status()
                                 : !was.ok() ? was.status()
                                             : will.status();
      points->Add(fault);
      first_fault.Update(fault);
    }
  }
  if (!first_fault.ok() && 2 * rows.size() <= size) return first_fault;
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

// Returns how long each value is valid. The API does not say, but it lists an instant even if it
// knows no value, so it is the usual time between two instants. The median is used, so that one odd
// instant does not matter.
absl::StatusOr<absl::Duration> Step(const std::vector<Row>& rows) {
  std::vector<int64_t> steps;
  for (size_t i = 1; i < rows.size(); ++i) {
    const int64_t step = rows[i].start - rows[i - 1].start;
    if (step > 0) steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end());
  const int64_t step = steps.empty() ? INT64_MAX : steps[(steps.size() - 1) / 2];
  if (step > 3600) {
    return absl::InvalidArgumentError("unix_seconds: no two are within an hour of each other");
  }
  return absl::Seconds(step);
}

IntensityHistory::Interval Interval(const Row& row, GramsPerKilowattHour value,
                                    absl::Duration step) {
  const absl::Time start = absl::FromUnixSeconds(row.start);
  return {start, start + step, value};
}

absl::StatusOr<ProviderForecast> ReadForecast(const ProviderAsk& ask, const HttpReply& reply) {
  ReplyPoints points;
  const absl::StatusOr<std::vector<Row>> rows = ReadRows(reply, &points);
  if (!rows.ok()) return rows.status();
  size_t first = 0;
  while (first < rows->size() && !(*rows)[first].forecast.has_value()) ++first;
  if (first == rows->size()) return std::move(points).Forecast(ask, std::nullopt);
  const absl::StatusOr<absl::Duration> step = Step(*rows);
  if (!step.ok()) return step.status();
  while (first > 0 && (*rows)[first - 1].measured.has_value() &&
         absl::Seconds((*rows)[first].start - (*rows)[first - 1].start) == *step) {
    --first;
  }
  for (size_t i = first; i < rows->size(); ++i) {
    const Row& row = (*rows)[i];
    const std::optional<GramsPerKilowattHour> value =
        row.forecast.has_value() ? row.forecast : row.measured;
    points.Add(value.has_value() ? ReplyPoints::Record(Interval(row, *value, *step))
                                 : ReplyPoints::Record(std::nullopt));
  }
  return std::move(points).Forecast(ask, std::nullopt);
}

absl::StatusOr<ProviderHistory> ReadMeasured(const ProviderAsk& ask, const HttpReply& reply) {
  ReplyPoints points;
  const absl::StatusOr<std::vector<Row>> rows = ReadRows(reply, &points);
  if (!rows.ok()) return rows.status();
  const bool has_values = std::any_of(rows->begin(), rows->end(),
                                      [](const Row& row) { return row.measured.has_value(); });
  if (!has_values) return std::move(points).History(ask);
  const absl::StatusOr<absl::Duration> step = Step(*rows);
  if (!step.ok()) return step.status();
  for (const Row& row : *rows) {
    points.Add(row.measured.has_value() ? ReplyPoints::Record(Interval(row, *row.measured, *step))
                                        : ReplyPoints::Record(std::nullopt));
  }
  return std::move(points).History(ask);
}

}  // namespace

absl::StatusOr<HttpRequest> EnergyChartsForecastRequest(const ProviderAsk& ask, const Credential&,
                                                        absl::Time) {
  return Request(ask, {});
}

absl::StatusOr<std::vector<HttpRequest>> EnergyChartsHistoryRequests(const ProviderAsk& ask,
                                                                     const Credential&,
                                                                     absl::Time from,
                                                                     absl::Time to) {
  std::vector<HttpRequest> requests;
  for (const TimeSpan& span : SplitSpan(from, to, kHistory)) {
    absl::StatusOr<HttpRequest> request =
        Request(ask, {{"start", FormatMinute(span.from)}, {"end", FormatMinute(span.to)}});
    if (!request.ok()) return request.status();
    requests.push_back(*std::move(request));
  }
  return requests;
}

absl::StatusOr<ProviderForecast> ParseEnergyChartsForecast(const ProviderAsk& ask,
                                                           const HttpReply& reply) {
  if (absl::Status status =
          CheckKind(ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect});
      !status.ok()) {
    return OfProvider(kName, ask, status);
  }
  return OfProvider(kName, ask, ReadForecast(ask, reply));
}

absl::StatusOr<ProviderHistory> ParseEnergyChartsHistory(const ProviderAsk& ask,
                                                         const HttpReply& reply) {
  if (absl::Status status =
          CheckKind(ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect});
      !status.ok()) {
    return OfProvider(kName, ask, status);
  }
  return OfProvider(kName, ask, ReadMeasured(ask, reply));
}

}  // namespace carbon
