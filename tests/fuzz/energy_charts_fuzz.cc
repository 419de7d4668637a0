#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzed_reply.h"

namespace {

constexpr char kValid[] =
    R"({"unix_seconds":[1795478400,1795479300,1795480200,1795481100],
"co2eq":[491.5,0,null,null],"co2eq_forecast":[null,490.5,505.0,null],"deprecated":false})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const carbon::HttpReply reply{.status = 200, .body = carbon::FuzzedBody(data, size, kValid)};
  carbon::CheckParsers("energy-charts", {.zone = "de"}, reply);
  return 0;
}
