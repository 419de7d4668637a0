#include "forecast/providers/energy_charts.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forecast/providers/reply_json.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "energy-charts";
constexpr absl::Duration kHistory = absl::Hours(24 * 31);
// 2000-01-01 to 2100-01-01.
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
  const bool is_second = json.is_number_integer() && json >= kEarliest && json <= kLatest;
  if (is_second) return json.get<int64_t>();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": ", Shown(json), " is no second of this century"));
}

// The three columns as rows, in order of time and each once.
absl::StatusOr<std::vector<Row>> ReadRows(const HttpReply& reply) {
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  const ReplyObject root(*parsed, "");
  absl::StatusOr<const json*> seconds = root.Array("unix_seconds");
  if (!seconds.ok()) return seconds.status();
  const size_t size = (*seconds)->size();
  std::vector<Row> rows(size);
  for (size_t i = 0; i < size; ++i) {
    absl::StatusOr<int64_t> start =
        ReadSecond((**seconds)[i], absl::StrCat("unix_seconds[", i, "]"));
    if (!start.ok()) return start.status();
    rows[i].start = *start;
  }
  const std::pair<const char*, std::optional<GramsPerKilowattHour> Row::*> columns[] = {
      {"co2eq", &Row::measured}, {"co2eq_forecast", &Row::forecast}};
  for (const auto& [key, column] : columns) {
    // Null as a whole where a country has none.
    if (const json* found = root.Find(key); found != nullptr && found->is_null()) continue;
    absl::StatusOr<const json*> values = root.Array(key);
    if (!values.ok()) return values.status();
    if ((*values)->size() != size) {
      return root.Refused(key,
                          absl::StrCat((*values)->size(), " values for ", size, " unix_seconds"));
    }
    for (size_t i = 0; i < size; ++i) {
      absl::StatusOr<std::optional<GramsPerKilowattHour>> value =
          ReadIntensity((**values)[i], absl::StrCat(key, "[", i, "]"), GramsPerKilowattHour(1));
      if (!value.ok()) return value.status();
      rows[i].*column = *value;
    }
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

// How long each value holds: the API does not say, but lists an instant even where it knows no
// value, so it is the shortest time between two.
absl::StatusOr<absl::Duration> Step(const std::vector<Row>& rows) {
  int64_t step = INT64_MAX;
  for (size_t i = 1; i < rows.size(); ++i) {
    step = std::min(step, rows[i].start - rows[i - 1].start);
  }
  if (step == 0) return absl::InvalidArgumentError("unix_seconds: an instant occurs twice");
  if (rows.size() < 2 || step > 3600) {
    return absl::InvalidArgumentError("unix_seconds: no two are within an hour of each other");
  }
  return absl::Seconds(step);
}

IntensityHistory::Interval Interval(const Row& row, GramsPerKilowattHour value,
                                    absl::Duration step) {
  const absl::Time start = absl::FromUnixSeconds(row.start);
  return {start, start + step, value};
}

absl::Status NoValues() { return absl::UnavailableError("the reply has no values"); }

absl::StatusOr<IntensitySeries> ReadForecast(const HttpReply& reply) {
  absl::StatusOr<std::vector<Row>> rows = ReadRows(reply);
  if (!rows.ok()) return rows.status();
  size_t first = 0;
  while (first < rows->size() && !(*rows)[first].forecast.has_value()) ++first;
  if (first == rows->size()) return NoValues();
  absl::StatusOr<absl::Duration> step = Step(*rows);
  if (!step.ok()) return step.status();
  while (first > 0 && (*rows)[first - 1].measured.has_value() &&
         absl::Seconds((*rows)[first].start - (*rows)[first - 1].start) == *step) {
    --first;
  }
  std::vector<IntensityHistory::Interval> intervals;
  for (size_t i = first; i < rows->size(); ++i) {
    const Row& row = (*rows)[i];
    const std::optional<GramsPerKilowattHour> value =
        row.forecast.has_value() ? row.forecast : row.measured;
    if (value.has_value()) intervals.push_back(Interval(row, *value, *step));
  }
  absl::StatusOr<IntensityHistory> points = IntensityHistory::Create(std::move(intervals));
  if (!points.ok()) return points.status();
  return points->ToSeries();
}

absl::StatusOr<IntensityHistory> ReadMeasured(const HttpReply& reply) {
  absl::StatusOr<std::vector<Row>> rows = ReadRows(reply);
  if (!rows.ok()) return rows.status();
  std::vector<IntensityHistory::Interval> intervals;
  if (std::none_of(rows->begin(), rows->end(),
                   [](const Row& row) { return row.measured.has_value(); })) {
    return NoValues();
  }
  absl::StatusOr<absl::Duration> step = Step(*rows);
  if (!step.ok()) return step.status();
  for (const Row& row : *rows) {
    if (row.measured.has_value()) intervals.push_back(Interval(row, *row.measured, *step));
  }
  return IntensityHistory::Create(std::move(intervals));
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
  absl::StatusOr<IntensitySeries> series = ReadForecast(reply);
  if (!series.ok()) return OfProvider(kName, ask, series.status());
  return ProviderForecast{ask.kind, std::nullopt, *std::move(series)};
}

absl::StatusOr<ProviderHistory> ParseEnergyChartsHistory(const ProviderAsk& ask,
                                                         const HttpReply& reply) {
  if (absl::Status status =
          CheckKind(ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect});
      !status.ok()) {
    return OfProvider(kName, ask, status);
  }
  absl::StatusOr<IntensityHistory> points = ReadMeasured(reply);
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return ProviderHistory{ask.kind, *std::move(points)};
}

}  // namespace carbon
