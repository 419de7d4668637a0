#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzed_reply.h"

namespace {

constexpr char kValid[] =
    R"({"zone":"DE","temporalGranularity":"hourly","emissionFactorType":"lifecycle","forecast":[
{"carbonIntensity":77,"datetime":"2026-11-24T00:00:00.000Z"},
{"carbonIntensity":null,"datetime":"2026-11-24T01:00:00.000Z"}],"data":[
{"carbonIntensity":77,"datetime":"2026-11-24T00:00:00.000Z","isEstimated":true}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int status = size > 0 && data[size - 1] == 0 ? 401 : 200;
  const carbon::HttpReply reply{.status = status, .body = carbon::FuzzedBody(data, size, kValid)};
  carbon::CheckParsers("electricity-maps", {.zone = "DE"}, reply);
  return 0;
}
