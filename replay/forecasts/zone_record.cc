#include "replay/forecasts/zone_record.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/snapshot/snapshot.h"
#include "forecast/own/hourly_intervals.h"
#include "forecast/sources/csv.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxFileBytes = 64 << 20;

// Returns the intervals of `known` that ByHour counts, and in the gaps between them the values of
// `hours`.
absl::StatusOr<IntensityHistory> WithoutGaps(const IntensityHistory& known,
                                             const IntensityHistory& hours) {
  std::vector<IntensityHistory::Interval> all;
  for (const IntensityHistory::Interval& interval : known.intervals()) {
    if (interval.end - interval.start <= kMaxHourlyInterval) all.push_back(interval);
  }
  const size_t measured = all.size();
  size_t next = 0;  // the first measured one that ends after `filled`
  for (const IntensityHistory::Interval& hour : hours.intervals()) {
    for (absl::Time filled = hour.start; filled < hour.end;) {
      while (next < measured && all[next].end <= filled) ++next;
      const absl::Time gap_end =
          next < measured ? std::clamp(all[next].start, filled, hour.end) : hour.end;
      if (filled < gap_end) all.push_back({filled, gap_end, hour.value, hour.is_estimated});
      filled = next < measured ? std::max(gap_end, std::min(all[next].end, hour.end)) : hour.end;
    }
  }
  return IntensityHistory::Create(std::move(all));
}

}  // namespace

absl::StatusOr<ZoneRecord> ZoneRecord::Create(absl::string_view zone, absl::string_view csv,
                                              const CsvFormat& format) {
  const absl::StatusOr<IntensityHistory> known = ParseHistoryCsv(csv, format);
  if (!known.ok()) return known.status();
  IntensityHistory hours = ByHour(*known);
  absl::StatusOr<IntensityHistory> steps = WithoutGaps(*known, hours);
  if (!steps.ok()) return steps.status();
  if (steps->intervals().empty()) return absl::InvalidArgumentError("no value is known");
  std::string digest = Sha256Hex(csv);
  if (format != CsvFormat()) {
    digest = Sha256Hex(absl::StrCat(digest, "\n", format.time_column, "\n", format.value_column,
                                    "\n", format.time_zone, "\n", IntensityUnitName(format.unit)));
  }
  return ZoneRecord(std::string(zone), std::move(digest), std::move(hours), *std::move(steps));
}

ZoneRecord::ZoneRecord(std::string zone, std::string digest, IntensityHistory history,
                       IntensityHistory steps)
    : zone_(std::move(zone)),
      digest_(std::move(digest)),
      history_(std::move(history)),
      steps_(std::move(steps)) {
  before_.reserve(steps_.intervals().size());
  Sums sums;
  for (const IntensityHistory::Interval& step : steps_.intervals()) {
    before_.push_back(sums);
    const double hours = absl::ToDoubleHours(step.end - step.start);
    sums.gram_hours += hours * step.value.value();
    sums.known_hours += hours;
  }
}

ZoneRecord::Sums ZoneRecord::UpTo(absl::Time time) const {
  const std::vector<IntensityHistory::Interval>& steps = steps_.intervals();
  const auto next = std::upper_bound(
      steps.begin(), steps.end(), time,
      [](absl::Time at, const IntensityHistory::Interval& step) { return at < step.start; });
  if (next == steps.begin()) return {};
  const auto step = next - 1;
  Sums sums = before_[static_cast<size_t>(step - steps.begin())];
  const double hours = absl::ToDoubleHours(std::min(time, step->end) - step->start);
  sums.gram_hours += hours * step->value.value();
  sums.known_hours += hours;
  return sums;
}

std::optional<GramsPerKilowattHour> ZoneRecord::Mean(absl::Time from, absl::Time to) const {
  const double hours = absl::ToDoubleHours(to - from);
  if (hours <= 0) return std::nullopt;
  const Sums before = UpTo(from), after = UpTo(to);
  // One second of an unknown hour makes a larger difference than rounding.
  if (after.known_hours - before.known_hours < hours - 1e-6) return std::nullopt;
  return GramsPerKilowattHour((after.gram_hours - before.gram_hours) / hours);
}

std::optional<GramsPerKilowattHour> ZoneRecord::MeanOfKnown(absl::Time from, absl::Time to,
                                                            int64_t min_hours) const {
  const Sums before = UpTo(from), after = UpTo(to);
  const double hours = after.known_hours - before.known_hours;
  if (hours <= 0 || hours < static_cast<double>(min_hours)) return std::nullopt;
  return GramsPerKilowattHour((after.gram_hours - before.gram_hours) / hours);
}

absl::StatusOr<ZoneRecord> ReadZoneRecord(const std::string& folder, absl::string_view zone) {
  const std::string path = absl::StrCat(folder, "/", zone, ".csv");
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<ZoneRecord> record = ZoneRecord::Create(zone, *text);
  if (record.ok()) return record;
  return absl::Status(record.status().code(), absl::StrCat(path, ": ", record.status().message()));
}

}  // namespace carbon
