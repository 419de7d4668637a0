// Writes numbers, times and strings as bytes and reads them back, for the binary forecast part:
// little-endian, without padding. The reader trusts nothing. Pure; private to core.
#ifndef CORE_BASE_BYTE_STREAM_H_
#define CORE_BASE_BYTE_STREAM_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// The year 9999, which is far from every overflow. Times are whole seconds, at most this far from
// 1970 in both directions.
inline constexpr int64_t kLastSecond = 253402300799;

class ByteWriter {
 public:
  template <class T>
  void Unsigned(T value) {
    for (size_t i = 0; i < sizeof(T); ++i) {
      bytes_.push_back(static_cast<char>((static_cast<uint64_t>(value) >> (8 * i)) & 0xff));
    }
  }
  void Double(double value) { Unsigned(std::bit_cast<uint64_t>(value)); }
  void Float(double value) { Unsigned(std::bit_cast<uint32_t>(static_cast<float>(value))); }
  // Writes `count` floats; zero if `values` has fewer.
  void Floats(const std::vector<float>& values, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      Float(i < values.size() ? static_cast<double>(values[i]) : 0);
    }
  }
  void Seconds(absl::Time time) {
    Unsigned(
        static_cast<uint64_t>(std::clamp(absl::ToUnixSeconds(time), -kLastSecond, kLastSecond)));
  }
  void String(absl::string_view text) {
    text = text.substr(0, UINT16_MAX);
    Unsigned(static_cast<uint16_t>(text.size()));
    absl::StrAppend(&bytes_, text);
  }
  std::string Take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// ByteReader reads what ByteWriter wrote. After the end, everything reads as zero and ok() is
// false.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  size_t remaining() const { return rest_.size(); }

  absl::string_view Bytes(size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const absl::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  template <class T>
  T Unsigned() {
    uint64_t value = 0;
    const absl::string_view bytes = Bytes(sizeof(T));
    for (size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return static_cast<T>(value);
  }
  double Double() { return std::bit_cast<double>(Unsigned<uint64_t>()); }
  double Float() { return std::bit_cast<float>(Unsigned<uint32_t>()); }
  std::vector<float> Floats(size_t count) {
    std::vector<float> values;
    values.reserve(std::min(count, remaining() / 4));
    while (values.size() < count && ok_) values.push_back(static_cast<float>(Float()));
    return values;
  }
  // A time outside the years that Slurm can mean is a fault of the data.
  absl::Time Time() {
    const int64_t seconds = static_cast<int64_t>(Unsigned<uint64_t>());
    if (seconds < -kLastSecond || seconds > kLastSecond) {
      ok_ = false;
      return absl::UnixEpoch();
    }
    return absl::FromUnixSeconds(seconds);
  }
  std::string String() {
    const size_t size = Unsigned<uint16_t>();
    return std::string(Bytes(size));
  }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

}  // namespace carbon

#endif  // CORE_BASE_BYTE_STREAM_H_
