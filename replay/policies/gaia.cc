#include "replay/policies/gaia.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "replay/policies/intensity_windows.h"

namespace carbon {
namespace {

constexpr int64_t kHour = 3600;
constexpr double kEcovisorQuantile = 0.3;

// The least intensity that at least kEcovisorQuantile of the 24 hours from `from` do not exceed.
int64_t EcovisorThreshold(const IntensitySeries& series, int64_t from) {
  std::vector<IntensityPiece> pieces = PiecesWithin(series, from, from + 24 * kHour);
  std::sort(pieces.begin(), pieces.end(), [](const IntensityPiece& a, const IntensityPiece& b) {
    return a.milligrams < b.milligrams;
  });
  int64_t known = 0;
  for (const IntensityPiece& piece : pieces) known += piece.end - piece.start;
  const double wanted = kEcovisorQuantile * static_cast<double>(known);
  int64_t below = 0;
  for (const IntensityPiece& piece : pieces) {
    below += piece.end - piece.start;
    if (static_cast<double>(below) >= wanted) return piece.milligrams;
  }
  return 0;
}

}  // namespace

RunPlan LowestSlot::Plan(const PolicyJob& job, const KnownIntensity& known) const {
  const int64_t arrival = absl::ToUnixSeconds(job.arrival);
  if (!IsKnown(*known.series, job.arrival)) return StartAt(job.arrival);
  // Both ends included.
  const std::vector<IntensityPiece> pieces =
      PiecesWithin(*known.series, arrival, arrival + absl::ToInt64Seconds(job.max_delay) + 1);
  const auto least = std::min_element(
      pieces.begin(), pieces.end(),
      [](const IntensityPiece& a, const IntensityPiece& b) { return a.milligrams < b.milligrams; });
  return StartAt(absl::FromUnixSeconds(least->start));
}

RunPlan LowestWindow::Plan(const PolicyJob& job, const KnownIntensity& known) const {
  return LeastWindow(kHour, job, *known.series);
}

RunPlan CarbonTime::Plan(const PolicyJob& job, const KnownIntensity& known) const {
  const std::vector<int64_t> starts = StartsEvery(kHour, job, *known.series);
  const int64_t length = absl::ToInt64Seconds(job.length);
  if (starts.empty() || length == 0) return StartAt(job.arrival);
  const IntensityIntegral at_once = WindowIntegral(*known.series, starts.front(), length);
  int64_t best = starts.front();
  double most = 0;
  for (const int64_t start : starts) {
    const IntensityIntegral saved = at_once - WindowIntegral(*known.series, start, length);
    const double per_second = static_cast<double>(saved.milligram_seconds_per_kwh) /
                              static_cast<double>(start - starts.front() + length);
    if (per_second <= most) continue;
    most = per_second;
    best = start;
  }
  return StartAt(absl::FromUnixSeconds(best));
}

RunPlan WaitAwhile::Plan(const PolicyJob& job, const KnownIntensity& known) const {
  return CheapestPieces(job, *known.series);
}

RunPlan Ecovisor::Plan(const PolicyJob& job, const KnownIntensity& known) const {
  if (!IsKnown(*known.series, job.arrival)) return StartAt(job.arrival);
  const int64_t arrival = absl::ToUnixSeconds(job.arrival);
  const int64_t threshold = EcovisorThreshold(*known.series, arrival);
  int64_t may_wait = absl::ToInt64Seconds(job.max_delay);
  RunPlan plan;
  const auto run = [&plan](int64_t from, int64_t to) {
    const absl::Time start = absl::FromUnixSeconds(from);
    if (plan.runs.empty() || plan.runs.back().end != start) plan.runs.push_back({start, start});
    plan.runs.back().end = absl::FromUnixSeconds(to);
  };
  const int64_t end = known.series->end_second();
  for (int64_t at = arrival; at < end;) {
    const IntensityPiece piece = PieceAt(*known.series, at, end);
    at = piece.end;
    if (piece.milligrams < threshold) {
      run(piece.start, piece.end);
      continue;
    }
    const int64_t waits = std::min(may_wait, piece.end - piece.start);
    may_wait -= waits;
    if (may_wait == 0) {
      run(piece.start + waits, piece.end);
      return plan;
    }
  }
  if (plan.runs.empty()) run(end, end);
  return plan;
}

}  // namespace carbon
