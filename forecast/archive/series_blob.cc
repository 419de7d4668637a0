#include "forecast/archive/series_blob.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

constexpr char kVersion = 1;

void AppendVarint(std::string* out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(0x80 | (value & 0x7f)));
  out->push_back(static_cast<char>(value));
}

void AppendSvarint(std::string* out, int64_t value) {
  AppendVarint(out, (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
}

// Reads numbers from the front of the bytes. After the first number that is not whole, all reads
// fail.
class Cursor {
 public:
  explicit Cursor(absl::string_view bytes) : bytes_(bytes) {}

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const uint8_t byte = static_cast<uint8_t>(bytes_[0]);
      bytes_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    bytes_ = {};
    return 0;
  }

  int64_t Svarint() {
    const uint64_t value = Varint();
    return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }

  bool ok() const { return ok_; }
  size_t left() const { return bytes_.size(); }

 private:
  absl::string_view bytes_;
  bool ok_ = true;
};

struct Run {
  int64_t seconds = 0;
  int64_t steps = 0;
};

absl::Status Damaged(absl::string_view fact) {
  return absl::DataLossError(absl::StrCat("series: ", fact));
}

// Reads the runs (the length and the number of steps), at most `most` steps in total.
absl::StatusOr<std::vector<Run>> TakeRuns(Cursor* cursor, int64_t most) {
  const uint64_t count = cursor->Varint();
  // Each run has at least two bytes.
  if (count > cursor->left() / 2) return Damaged("has fewer runs than it says");
  std::vector<Run> runs(count);
  int64_t steps = 0;
  for (Run& run : runs) {
    const uint64_t seconds = cursor->Varint();
    const uint64_t length = cursor->Varint();
    // IntensitySeries::Create checks the true limit, that of the whole span.
    if (seconds > uint64_t{400} * 86400 || length > static_cast<uint64_t>(most - steps)) {
      return Damaged("a run is too long");
    }
    run = {static_cast<int64_t>(seconds), static_cast<int64_t>(length)};
    steps += run.steps;
  }
  return runs;
}

}  // namespace

std::string EncodeSeries(const IntensitySeries& series) {
  const std::vector<int64_t>& starts = series.step_seconds();
  std::vector<Run> runs;
  for (size_t i = 0; i < starts.size(); ++i) {
    const int64_t end = i + 1 < starts.size() ? starts[i + 1] : series.end_second();
    if (runs.empty() || runs.back().seconds != end - starts[i])
      runs.push_back({end - starts[i], 0});
    ++runs.back().steps;
  }
  std::string bytes(1, kVersion);
  AppendVarint(&bytes, runs.size());
  for (const Run& run : runs) {
    AppendVarint(&bytes, static_cast<uint64_t>(run.seconds));
    AppendVarint(&bytes, static_cast<uint64_t>(run.steps));
  }
  AppendSvarint(&bytes, starts.front());
  int64_t before = 0;
  for (int64_t milligrams : series.step_milligrams()) {
    AppendSvarint(&bytes, milligrams - before);
    before = milligrams;
  }
  return bytes;
}

absl::StatusOr<IntensitySeries> DecodeSeries(absl::string_view bytes) {
  if (bytes.empty() || bytes[0] != kVersion) return Damaged("is of another version");
  Cursor cursor(bytes.substr(1));
  absl::StatusOr<std::vector<Run>> runs = TakeRuns(&cursor, kMaxSeriesBlobSteps);
  if (!runs.ok()) return runs.status();

  int64_t second = cursor.Svarint();
  // This check keeps every sum below from overflowing.
  if (second < 0 || second > kMaxSeriesBlobStart) return Damaged("begins at no sensible time");
  std::vector<IntensitySeries::Step> steps;
  int64_t milligrams = 0;
  for (const Run& run : *runs) {
    for (int64_t i = 0; i < run.steps; ++i) {
      const int64_t change = cursor.Svarint();
      constexpr int64_t kMaxMilligrams =
          static_cast<int64_t>(IntensitySeries::kMaxValue.value() * 1000);
      if (!cursor.ok()) return Damaged("ends early");
      if (change < -milligrams || change > kMaxMilligrams - milligrams)
        return Damaged("a value is out of range");
      milligrams += change;
      steps.push_back({absl::FromUnixSeconds(second),
                       GramsPerKilowattHour(static_cast<double>(milligrams) / 1000)});
      second += run.seconds;
    }
  }
  if (!cursor.ok() || cursor.left() != 0) return Damaged("does not end where its steps do");
  absl::StatusOr<IntensitySeries> series =
      IntensitySeries::Create(steps, absl::FromUnixSeconds(second));
  if (!series.ok()) return Damaged(series.status().message());
  return series;
}

}  // namespace carbon
