// The binary forecast part. Its layout is in docs/snapshot.md; change both together.
#include "core/grid/forecast_codec.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/byte_stream.h"

namespace carbon {
namespace {

constexpr absl::string_view kMagic = "SCFC";
constexpr uint16_t kVersion = 2;
// A run of equally spaced steps takes this many bytes.
constexpr size_t kRunBytes = 16;
constexpr uint8_t kHasIssuedAt = 1;
constexpr uint8_t kHasOwnFrom = 2;
constexpr uint8_t kHasErrors = 4;

struct Run {
  int64_t start;
  uint32_t step;  // zero in a run of one
  uint32_t count;
};

std::vector<Run> RunsOf(const std::vector<int64_t>& starts) {
  std::vector<Run> runs;
  for (size_t i = 0; i < starts.size();) {
    Run run = {starts[i], 0, 1};
    if (i + 1 < starts.size()) run.step = static_cast<uint32_t>(starts[i + 1] - starts[i]);
    while (i + run.count < starts.size() &&
           starts[i + run.count] - starts[i + run.count - 1] == int64_t{run.step}) {
      ++run.count;
    }
    i += run.count;
    runs.push_back(run);
  }
  return runs;
}

void WriteSeries(const IntensitySeries& series, ByteWriter& out) {
  const std::vector<Run> runs = RunsOf(series.step_seconds());
  out.Unsigned(static_cast<uint32_t>(runs.size()));
  for (const Run& run : runs) {
    out.Unsigned(static_cast<uint64_t>(run.start));
    out.Unsigned(run.step);
    out.Unsigned(run.count);
  }
  out.Seconds(series.end());
  for (const IntensitySeries::Step& step : series.steps()) out.Float(step.value.value());
}

absl::Status Broken(absl::string_view zone, absl::string_view fact) {
  return absl::DataLossError(absl::StrCat("forecast part: zone \"", zone, "\": ", fact));
}

absl::StatusOr<IntensitySeries> ReadSeries(absl::string_view zone, ByteReader& in) {
  const size_t run_count = in.Unsigned<uint32_t>();
  // A count is trusted only as far as there are bytes for it.
  if (!in.ok() || run_count > in.remaining() / kRunBytes) {
    return Broken(zone, "ends within its step times");
  }
  std::vector<absl::Time> starts;
  for (size_t r = 0; r < run_count; ++r) {
    const absl::Time start = in.Time();
    const int64_t step = in.Unsigned<uint32_t>();
    const size_t count = in.Unsigned<uint32_t>();
    if (!in.ok()) return Broken(zone, "step time out of range");
    if (count == 0 || (step == 0) != (count == 1)) {
      return Broken(zone, absl::StrCat("run of ", count, " steps of ", step, " s"));
    }
    if (count > in.remaining() / 4 || starts.size() + count > in.remaining() / 4) {
      return Broken(zone, "ends within its values");
    }
    for (size_t i = 0; i < count; ++i) {
      starts.push_back(start + absl::Seconds(step * static_cast<int64_t>(i)));
    }
  }
  const absl::Time end = in.Time();
  std::vector<IntensitySeries::Step> steps;
  steps.reserve(starts.size());
  for (const absl::Time start : starts) {
    steps.push_back({start, GramsPerKilowattHour(in.Float())});
  }
  if (!in.ok()) return Broken(zone, "ends within its values");
  absl::StatusOr<IntensitySeries> series = IntensitySeries::Create(steps, end);
  if (!series.ok()) return Broken(zone, series.status().message());
  return series;
}

// The sizes follow from the two counts. Data that a reader refuses anyway are not written in full.
void WriteErrors(const ErrorFactors& errors, ByteWriter& out) {
  const size_t buckets = std::min(errors.buckets(), ErrorFactors::kMaxBuckets + 1);
  const size_t factors = std::min(errors.factor_count, ErrorFactors::kMaxFactors + 1);
  out.Seconds(errors.origin);
  out.Unsigned(static_cast<uint16_t>(buckets));
  out.Unsigned(static_cast<uint16_t>(factors));
  out.Float(static_cast<double>(errors.remainder_correlation));
  for (size_t i = 0; i < buckets; ++i) out.Unsigned(errors.bucket_end_hours[i]);
  out.Floats(errors.loadings, buckets * factors);
  out.Floats(errors.remainder, buckets);
  out.Floats(errors.scores, ErrorFactors::kPairs * factors);
}

absl::StatusOr<ErrorFactors> ReadErrors(absl::string_view zone, ByteReader& in) {
  ErrorFactors errors;
  errors.origin = in.Time();
  const size_t buckets = in.Unsigned<uint16_t>();
  errors.factor_count = in.Unsigned<uint16_t>();
  errors.remainder_correlation = static_cast<float>(in.Float());
  if (!in.ok()) return Broken(zone, "ends within its errors, or their origin is out of range");
  if (buckets > ErrorFactors::kMaxBuckets || errors.factor_count > ErrorFactors::kMaxFactors) {
    return Broken(zone, absl::StrCat("errors in ", buckets, " buckets by ", errors.factor_count,
                                     " factors, limits ", ErrorFactors::kMaxBuckets, " and ",
                                     ErrorFactors::kMaxFactors));
  }
  for (size_t i = 0; i < buckets && in.ok(); ++i) {
    errors.bucket_end_hours.push_back(in.Unsigned<uint16_t>());
  }
  errors.loadings = in.Floats(buckets * errors.factor_count);
  errors.remainder = in.Floats(buckets);
  errors.scores = in.Floats(ErrorFactors::kPairs * errors.factor_count);
  if (!in.ok()) return Broken(zone, "ends within its errors");
  const absl::Status sound = CheckErrorFactors(errors);
  if (!sound.ok()) return Broken(zone, sound.message());
  return errors;
}

absl::StatusOr<ZoneForecast> ReadZone(ByteReader& in) {
  const std::string zone = in.String();
  const std::string source = in.String();
  const uint8_t kind = in.Unsigned<uint8_t>();
  const uint8_t flags = in.Unsigned<uint8_t>();
  const absl::Time issued_at = in.Time();
  const absl::Time fetched_at = in.Time();
  const absl::Time valid_until = in.Time();
  const absl::Time horizon = in.Time();
  const absl::Time own_from = in.Time();
  const double mean = in.Double();
  const double near = in.Double();
  const double far = in.Double();
  const int64_t growth = in.Unsigned<uint32_t>();
  if (!in.ok()) return Broken(zone, "ends early, or a time is out of range");
  if (zone.empty()) return Broken(zone, "has no name");
  if (kind > static_cast<uint8_t>(SignalKind::kMarginal)) {
    return Broken(zone, absl::StrCat("signal kind ", kind, " is unknown"));
  }
  if (flags > (kHasIssuedAt | kHasOwnFrom | kHasErrors)) {
    return Broken(zone, absl::StrCat("flags ", flags, " are unknown"));
  }
  if (!(mean >= 0 && mean <= IntensitySeries::kMaxValue.value())) {
    return Broken(zone, absl::StrCat("long-run mean ", mean, " g/kWh"));
  }
  // Ten standard deviations of the mean are a fault, not a spread.
  if (!(near >= 0 && near <= 10 && far >= 0 && far <= 10)) {
    return Broken(zone, absl::StrCat("spread from ", near, " to ", far));
  }
  absl::StatusOr<IntensitySeries> series = ReadSeries(zone, in);
  if (!series.ok()) return series.status();
  if (horizon > series->end()) return Broken(zone, "its horizon lies after its end");
  if (flags & kHasOwnFrom && own_from > horizon) {
    return Broken(zone, "our own forecast begins after its horizon");
  }
  std::optional<ErrorFactors> errors;
  if (flags & kHasErrors) {
    absl::StatusOr<ErrorFactors> read = ReadErrors(zone, in);
    if (!read.ok()) return read.status();
    errors = *std::move(read);
  }
  return ZoneForecast{
      .zone = zone,
      .kind = static_cast<SignalKind>(kind),
      .source = source,
      .issued_at = flags & kHasIssuedAt ? std::optional<absl::Time>(issued_at) : std::nullopt,
      .fetched_at = fetched_at,
      .valid_until = valid_until,
      .series = *std::move(series),
      .own_from = flags & kHasOwnFrom ? std::optional<absl::Time>(own_from) : std::nullopt,
      .horizon = horizon,
      .long_run_mean = GramsPerKilowattHour(mean),
      .spread = {.near = near, .far = far, .growth = absl::Seconds(growth)},
      .errors = std::move(errors)};
}

}  // namespace

std::string SerializeForecasts(const std::vector<ZoneForecast>& forecasts) {
  ByteWriter out;
  for (const char c : kMagic) out.Unsigned(static_cast<uint8_t>(c));
  out.Unsigned(kVersion);
  out.Unsigned(uint16_t{0});
  out.Unsigned(static_cast<uint32_t>(forecasts.size()));
  for (const ZoneForecast& forecast : forecasts) {
    out.String(forecast.zone);
    out.String(forecast.source);
    out.Unsigned(static_cast<uint8_t>(forecast.kind));
    out.Unsigned(static_cast<uint8_t>((forecast.issued_at.has_value() ? kHasIssuedAt : 0) |
                                      (forecast.own_from.has_value() ? kHasOwnFrom : 0) |
                                      (forecast.errors.has_value() ? kHasErrors : 0)));
    out.Seconds(forecast.issued_at.value_or(absl::UnixEpoch()));
    out.Seconds(forecast.fetched_at);
    out.Seconds(forecast.valid_until);
    out.Seconds(forecast.horizon);
    out.Seconds(forecast.own_from.value_or(absl::UnixEpoch()));
    out.Double(forecast.long_run_mean.value());
    out.Double(forecast.spread.near);
    out.Double(forecast.spread.far);
    out.Unsigned(static_cast<uint32_t>(
        std::clamp<int64_t>(absl::ToInt64Seconds(forecast.spread.growth), 0, UINT32_MAX)));
    WriteSeries(forecast.series, out);
    if (forecast.errors.has_value()) WriteErrors(*forecast.errors, out);
  }
  return std::move(out).Take();
}

absl::StatusOr<std::vector<ZoneForecast>> ParseForecasts(absl::string_view bytes) {
  ByteReader in(bytes);
  if (in.Bytes(kMagic.size()) != kMagic) {
    return absl::DataLossError("forecast part: does not begin with \"SCFC\"");
  }
  const uint16_t version = in.Unsigned<uint16_t>();
  if (in.ok() && version != kVersion) {
    return absl::InvalidArgumentError(absl::StrCat("forecast part: version ", version,
                                                   ", this program reads version ", kVersion));
  }
  const uint16_t reserved = in.Unsigned<uint16_t>();
  const size_t count = in.Unsigned<uint32_t>();
  if (!in.ok()) return absl::DataLossError("forecast part: ends within its header");
  if (reserved != 0) return absl::DataLossError("forecast part: reserved bytes are not zero");
  if (count > kMaxZones) {
    return absl::DataLossError(absl::StrCat("forecast part: ", count, " zones, limit ", kMaxZones));
  }
  std::vector<ZoneForecast> forecasts;
  for (size_t i = 0; i < count; ++i) {
    absl::StatusOr<ZoneForecast> forecast = ReadZone(in);
    if (!forecast.ok()) return forecast.status();
    forecasts.push_back(*std::move(forecast));
  }
  if (in.remaining() > 0) {
    return absl::DataLossError(
        absl::StrCat("forecast part: ", in.remaining(), " bytes after the last zone"));
  }
  return forecasts;
}

}  // namespace carbon
