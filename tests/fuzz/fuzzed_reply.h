// A provider's reply out of a fuzzer's bytes, and what must hold of whatever its parsers accept.
#ifndef TESTS_FUZZ_FUZZED_REPLY_H_
#define TESTS_FUZZ_FUZZED_REPLY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forecast/providers/providers.h"
#include "forecast/providers/reply_words.h"

namespace carbon {

// The bytes as they are, or a valid body in which some of it is replaced by them: what is random
// from the start is seldom JSON, and would test the JSON library alone.
inline std::string FuzzedBody(const uint8_t* data, size_t size, absl::string_view valid) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size < 4 || data[0] % 4 == 0) return std::string(bytes.substr(std::min<size_t>(size, 1)));
  const size_t at = (data[1] + 256u * data[2]) % (valid.size() + 1);
  const size_t length = std::min<size_t>(data[3] % 64, valid.size() - at);
  return absl::StrCat(valid.substr(0, at), bytes.substr(4), valid.substr(at + length));
}

inline void Require(bool holds) {
  if (!holds) __builtin_trap();
}

inline void CheckError(const ProviderAsk& ask, const absl::Status& error) {
  Require(absl::StrContains(error.message(), absl::StrCat(": zone ", ask.zone, ": ")));
  Require(error.message().size() < 1000);
}

inline void CheckHistory(const IntensityHistory& history) {
  absl::Time end = absl::InfinitePast();
  for (const IntensityHistory::Interval& interval : history.intervals()) {
    Require(interval.start >= end && interval.end > interval.start);
    Require(interval.value >= GramsPerKilowattHour(0) &&
            interval.value <= IntensitySeries::kMaxValue);
    end = interval.end;
  }
}

inline void CheckRemark(const ReplyRemark& remark) {
  Require(remark.left_out >= 0 && (remark.left_out == 0 || !remark.note.empty()));
  Require(remark.note.size() < 1000);
}

// The description of a server's error is one short line that is safe for a terminal.
inline void CheckWords(HttpReply reply) {
  reply.status = 403;
  const std::string words = ReplyWords(reply);
  Require(words.size() <= kMaxReplyWords + 2);
  Require(std::all_of(words.begin(), words.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  Require(!CheckReply(reply).ok());
}

// Whatever a provider's parsers make of `reply` can be used: a forecast as a whole, a history
// without overlap; and an error says whose it is, in bounds.
inline void CheckParsers(absl::string_view name, const ProviderAsk& ask, const HttpReply& reply) {
  const Provider& provider = *FindProvider(name);
  CheckWords(reply);
  if (provider.parse_forecast != nullptr) {
    const absl::StatusOr<ProviderForecast> forecast = provider.parse_forecast(ask, reply);
    if (!forecast.ok()) CheckError(ask, forecast.status());
    if (forecast.ok()) {
      const IntensitySeries& series = forecast->series;
      Require(forecast->kind == ask.kind);
      Require(series.Integrate(series.begin(), series.end()).ok());
      CheckRemark(forecast->remark);
    }
  }
  if (provider.parse_history != nullptr) {
    const absl::StatusOr<ProviderHistory> history = provider.parse_history(ask, reply);
    if (!history.ok()) CheckError(ask, history.status());
    if (history.ok()) {
      Require(history->kind == ask.kind);
      CheckHistory(history->history);
      CheckRemark(history->remark);
    }
  }
}

}  // namespace carbon

#endif  // TESTS_FUZZ_FUZZED_REPLY_H_
