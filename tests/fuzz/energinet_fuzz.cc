#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzed_reply.h"

namespace {

constexpr char kValid[] =
    R"({"total":2,"records":[
{"Minutes5UTC":"2026-11-24T00:05:00","PriceArea":"DK1","CO2Emission":83.0},
{"Minutes5UTC":"2026-11-24T00:00:00","PriceArea":"DK1","CO2Emission":null}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const carbon::HttpReply reply{.status = 200, .body = carbon::FuzzedBody(data, size, kValid)};
  carbon::CheckParsers("energinet", {.zone = "DK1", .kind = carbon::SignalKind::kAverageDirect},
                       reply);
  return 0;
}
