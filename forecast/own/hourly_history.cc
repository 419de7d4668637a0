#include "forecast/own/hourly_history.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace carbon {
namespace {

constexpr int64_t kHour = 3600;
constexpr int64_t kMaxInterval = 3 * kHour;
constexpr size_t kDay = 24;
constexpr size_t kWeek = 7 * kDay;
constexpr size_t kShortHole = 3;
// A run of one value is rare if at most one of this many hours ends a run of that length.
constexpr size_t kRareRun = 33;

// Returns which hours belong to a day or more that repeats the day before.
std::vector<bool> Repeats(const std::vector<double>& grams, const std::vector<bool>& known) {
  std::vector<bool> repeats(grams.size());
  size_t count = 0;
  size_t run = 0;
  for (size_t i = kDay; i <= grams.size(); ++i) {
    const bool same =
        i < grams.size() && known[i] && known[i - kDay] && grams[i] == grams[i - kDay];
    if (same) {
      ++run;
      continue;
    }
    if (run >= kDay) {
      const auto first = grams.begin() + static_cast<ptrdiff_t>(i - run);
      const auto [least, greatest] =
          std::minmax_element(first, first + static_cast<ptrdiff_t>(run));
      if (*least != *greatest) {
        std::fill_n(repeats.begin() + static_cast<ptrdiff_t>(i - run), run, true);
        count += run;
      }
    }
    run = 0;
  }
  if (2 * count >= grams.size()) repeats.assign(grams.size(), false);
  return repeats;
}

// Returns whether hour i is known and has the value of the known hour before it.
bool HasValueOfHourBefore(const std::vector<double>& grams, const std::vector<bool>& known,
                          size_t i) {
  return i > 0 && known[i] && known[i - 1] && grams[i] == grams[i - 1];
}

// Returns how many hours at the end only repeat the value before them, as those of a dead meter do.
// Returns 0 if they may be true: if runs of that length are usual in this history, if the value has
// lasted for a week, or if there is less than a week to compare with.
size_t FrozenHours(const std::vector<double>& grams, const std::vector<bool>& known) {
  size_t frozen = 0;
  while (HasValueOfHourBefore(grams, known, grams.size() - 1 - frozen)) ++frozen;
  if (frozen == 0 || frozen >= kWeek) return 0;
  const size_t before = grams.size() - 1 - frozen;
  size_t known_before = 0;
  size_t as_frozen = 0;  // hours that end a run of that length
  size_t repeated = 0;
  for (size_t i = 0; i < before; ++i) {
    known_before += known[i] ? 1 : 0;
    repeated = HasValueOfHourBefore(grams, known, i) ? repeated + 1 : 0;
    as_frozen += repeated >= frozen ? 1 : 0;
  }
  return known_before >= kWeek && kRareRun * as_frozen <= known_before ? frozen : 0;
}

// Returns the value at the same hour of the nearest day before hour i (or after it) that is known
// at that hour.
const double* SameHour(const std::vector<double>& grams, const std::vector<bool>& known, size_t i,
                       bool before) {
  for (size_t days = 1; days <= 28; ++days) {
    const size_t distance = days * kDay;
    if (before ? distance > i : i + distance >= grams.size()) return nullptr;
    const size_t there = before ? i - distance : i + distance;
    if (known[there]) return &grams[there];
  }
  return nullptr;
}

// Both ends must be known.
void FillHoles(std::vector<double>& grams, const std::vector<bool>& known) {
  for (size_t i = 0; i < grams.size();) {
    if (known[i]) {
      ++i;
      continue;
    }
    size_t end = i;
    while (!known[end]) ++end;
    const double left = grams[i - 1];
    const double right = grams[end];
    const double hours = static_cast<double>(end - i + 1);
    for (size_t j = i; j < end; ++j) {
      const double share = static_cast<double>(j - i + 1) / hours;
      grams[j] = left + share * (right - left);
      if (end - i <= kShortHole) continue;
      const double* before = SameHour(grams, known, j, true);
      const double* after = SameHour(grams, known, j, false);
      if (before != nullptr && after != nullptr) {
        grams[j] = *before + share * (*after - *before);
      } else if (before != nullptr || after != nullptr) {
        grams[j] = before != nullptr ? *before : *after;
      }
    }
    i = end;
  }
}

}  // namespace

HourlyHistory::HourlyHistory(absl::Time begin, std::vector<double> grams, std::vector<bool> known) {
  const auto first = std::find(known.begin(), known.end(), true);
  if (first == known.end()) return;
  const size_t skipped = static_cast<size_t>(first - known.begin());
  const size_t last_known =
      known.size() -
      static_cast<size_t>(std::find(known.rbegin(), known.rend(), true) - known.rbegin());
  grams.resize(last_known);
  known.resize(last_known);
  const size_t end = last_known - FrozenHours(grams, known);
  begin_ = begin + absl::Hours(static_cast<int64_t>(skipped));
  known_.assign(first, known.begin() + static_cast<ptrdiff_t>(end));
  grams_.assign(grams.begin() + static_cast<ptrdiff_t>(skipped),
                grams.begin() + static_cast<ptrdiff_t>(end));
  known_hours_ = static_cast<size_t>(std::count(known_.begin(), known_.end(), true));
  FillHoles(grams_, known_);
}

HourlyHistory HourlyHistory::From(const IntensityHistory& history, absl::Time until) {
  const int64_t until_hour = absl::ToUnixSeconds(until) / kHour;
  // The hours begin at the first interval: earlier ones would only take memory.
  int64_t first_hour = until_hour;
  for (const IntensityHistory::Interval& interval : history.intervals()) {
    first_hour = std::min(first_hour, absl::ToUnixSeconds(interval.start) / kHour);
  }
  first_hour = std::max(first_hour, until_hour - int64_t{kMaxDays} * 24);
  const size_t hours = static_cast<size_t>(until_hour - first_hour);
  std::vector<double> sums(hours);
  std::vector<int64_t> seconds(hours);
  for (const IntensityHistory::Interval& interval : history.intervals()) {
    int64_t from = std::max(absl::ToUnixSeconds(interval.start), first_hour * kHour);
    const int64_t end = std::min(absl::ToUnixSeconds(interval.end), until_hour * kHour);
    if (interval.end - interval.start > absl::Seconds(kMaxInterval)) continue;
    while (from < end) {
      const int64_t next = std::min(end, (from / kHour + 1) * kHour);
      const size_t hour = static_cast<size_t>(from / kHour - first_hour);
      sums[hour] += interval.value.value() * static_cast<double>(next - from);
      seconds[hour] += next - from;
      from = next;
    }
  }
  std::vector<bool> known(hours);
  for (size_t i = 0; i < hours; ++i) {
    known[i] = 2 * seconds[i] >= kHour;
    if (known[i]) sums[i] /= static_cast<double>(seconds[i]);
  }
  const std::vector<bool> repeats = Repeats(sums, known);
  for (size_t i = 0; i < hours; ++i) {
    if (repeats[i]) known[i] = false;
  }
  return HourlyHistory(absl::FromUnixSeconds(first_hour * kHour), std::move(sums),
                       std::move(known));
}

HourlyHistory HourlyHistory::Until(absl::Time until) const {
  const int64_t hours =
      std::clamp<int64_t>(absl::ToInt64Hours(until - begin_), 0, static_cast<int64_t>(size()));
  const auto count = static_cast<ptrdiff_t>(hours);
  return HourlyHistory(begin_, {grams_.begin(), grams_.begin() + count},
                       {known_.begin(), known_.begin() + count});
}

}  // namespace carbon
