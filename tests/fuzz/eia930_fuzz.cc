#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzed_reply.h"

namespace {

constexpr char kValid[] =
    R"({"response":{"total":"4","data":[
{"period":"2026-11-24T01","respondent":"CISO","fueltype":"NG","value":"841","value-units":"megawatthours"},
{"period":"2026-11-24T01","respondent":"CISO","fueltype":"SUN","value":-7,"value-units":"megawatthours"},
{"period":"2026-11-24T02","respondent":"CISO","fueltype":"NG","value":null,"value-units":"megawatthours"},
{"period":"2026-11-24T01","respondent":"CISO","fueltype":"BAT","value":"5","value-units":"megawatthours"}
]}})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const carbon::HttpReply reply{.status = 200, .body = carbon::FuzzedBody(data, size, kValid)};
  for (const carbon::SignalKind kind :
       {carbon::SignalKind::kAverageLifecycle, carbon::SignalKind::kAverageDirect}) {
    carbon::CheckParsers("eia-930", {.zone = "CISO", .kind = kind}, reply);
  }
  return 0;
}
