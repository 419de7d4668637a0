#include "replay/policies/intensity_windows.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace carbon {

IntensityPiece PieceAt(const IntensitySeries& series, int64_t at, int64_t to) {
  const std::vector<int64_t>& starts = series.step_seconds();
  const size_t step = series.StepAt(at);
  const int64_t until = step + 1 < starts.size() ? starts[step + 1] : series.end_second();
  return {at, std::min(until, to), series.step_milligrams()[step]};
}

std::vector<IntensityPiece> PiecesWithin(const IntensitySeries& series, int64_t from, int64_t to) {
  std::vector<IntensityPiece> pieces;
  const int64_t end = std::min(to, series.end_second());
  for (int64_t at = std::max(from, series.step_seconds().front()); at < end;) {
    pieces.push_back(PieceAt(series, at, end));
    at = pieces.back().end;
  }
  return pieces;
}

bool IsKnown(const IntensitySeries& series, absl::Time time) {
  return time >= series.begin() && time < series.end();
}

IntensityIntegral WindowIntegral(const IntensitySeries& series, int64_t start, int64_t length) {
  return series.IntegralUpTo(start + length) - series.IntegralUpTo(start);
}

std::vector<int64_t> StartsEvery(int64_t step, const PolicyJob& job,
                                 const IntensitySeries& series) {
  std::vector<int64_t> starts;
  if (!IsKnown(series, job.arrival)) return starts;
  const int64_t arrival = absl::ToUnixSeconds(job.arrival);
  const int64_t length = absl::ToInt64Seconds(job.length);
  const int64_t last =
      std::min(arrival + absl::ToInt64Seconds(job.max_delay), series.end_second() - length);
  for (int64_t start = arrival; start <= last; start += step) starts.push_back(start);
  return starts;
}

RunPlan LeastWindow(int64_t step, const PolicyJob& job, const IntensitySeries& series) {
  const std::vector<int64_t> starts = StartsEvery(step, job, series);
  if (starts.empty()) return StartAt(job.arrival);
  const int64_t length = absl::ToInt64Seconds(job.length);
  return StartAt(absl::FromUnixSeconds(
      *std::min_element(starts.begin(), starts.end(), [&](int64_t a, int64_t b) {
        return WindowIntegral(series, a, length) < WindowIntegral(series, b, length);
      })));
}

RunPlan CheapestPieces(const PolicyJob& job, const IntensitySeries& series) {
  const int64_t arrival = absl::ToUnixSeconds(job.arrival);
  int64_t left = absl::ToInt64Seconds(job.length);
  if (left <= 0 || !IsKnown(series, job.arrival)) return StartAt(job.arrival);
  std::vector<IntensityPiece> pieces =
      PiecesWithin(series, arrival, arrival + left + absl::ToInt64Seconds(job.max_delay));
  std::sort(pieces.begin(), pieces.end(), [](const IntensityPiece& a, const IntensityPiece& b) {
    return std::tie(a.milligrams, a.start) < std::tie(b.milligrams, b.start);
  });
  size_t taken = 0;
  for (; taken < pieces.size() && left > 0; ++taken) {
    IntensityPiece& piece = pieces[taken];
    piece.end = std::min(piece.end, piece.start + left);
    left -= piece.end - piece.start;
  }
  pieces.resize(taken);
  std::sort(pieces.begin(), pieces.end(),
            [](const IntensityPiece& a, const IntensityPiece& b) { return a.start < b.start; });
  RunPlan plan;
  for (const IntensityPiece& piece : pieces) {
    const absl::Time start = absl::FromUnixSeconds(piece.start);
    const absl::Time end = absl::FromUnixSeconds(piece.end);
    if (!plan.runs.empty() && plan.runs.back().end == start) {
      plan.runs.back().end = end;
    } else {
      plan.runs.push_back({start, end});
    }
  }
  return plan;
}

}  // namespace carbon
