#include <cstddef>
#include <cstdint>
#include <utility>

#include "tests/fuzz/fuzzed_reply.h"

namespace {

constexpr char kNational[] =
    R"({"data":[{"from":"2026-11-24T00:00Z","to":"2026-11-24T00:30Z",
"intensity":{"forecast":266,"actual":263,"index":"moderate"}},
{"from":"2026-11-24T00:30Z","to":"2026-11-24T12:30Z",
"intensity":{"forecast":0,"actual":null,"index":"very low"}}]})";
constexpr char kRegional[] =
    R"({"data":[{"regionid":13,"shortname":"London","data":[{"from":"2026-11-24T00:00Z",
"to":"2026-11-24T12:00Z","intensity":{"forecast":266,"index":"moderate"}}]}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const auto& [zone, valid] : {std::pair("GB", kNational), std::pair("13", kRegional)}) {
    const carbon::HttpReply reply{.status = 200, .body = carbon::FuzzedBody(data, size, valid)};
    carbon::CheckParsers(
        "neso",
        {.zone = zone, .kind = carbon::SignalKind::kAverageDirect, .horizon = absl::Hours(24)},
        reply);
  }
  return 0;
}
