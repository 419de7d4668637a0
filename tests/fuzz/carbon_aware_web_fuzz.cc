#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzed_reply.h"

namespace {

constexpr char kForecast[] =
    R"([{"generatedAt":"2026-11-23T23:50:11.5Z","location":"NL","windowSize":15,"forecastData":[
{"location":"NL","timestamp":"2026-11-24T00:00:00+00:00","duration":15,"value":310}]}])";
constexpr char kHistory[] =
    R"([{"location":"NL","time":"2026-11-24T00:00:00+00:00","rating":416,"duration":"01:00:00"},
{"location":"NL","time":"2026-11-24T02:00:00+00:00","rating":null,"duration":"01:00:00"}])";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const char* valid : {kForecast, kHistory}) {
    const carbon::HttpReply reply{.status = 200, .body = carbon::FuzzedBody(data, size, valid)};
    carbon::CheckParsers("carbon-aware-sdk", {.zone = "NL"}, reply);
  }
  return 0;
}
