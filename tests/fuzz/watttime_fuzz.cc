#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzed_reply.h"

namespace {

constexpr char kValid[] =
    R"({"data":[{"point_time":"2026-11-24T00:00:00+00:00","value":1048.41},
{"point_time":"2026-11-24T00:05:00Z","value":0,"imputed_data_used":true}],"token":"t0ken-t0ken",
"meta":{"data_point_period_seconds":300,"region":"CAISO_NORTH","signal_type":"co2_moer",
"units":"lbs_co2_per_mwh","generated_at":"2026-11-24T00:00:00+00:00"}})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const carbon::ProviderAsk ask{.zone = "CAISO_NORTH", .kind = carbon::SignalKind::kMarginal};
  const carbon::HttpReply reply{.status = 200, .body = carbon::FuzzedBody(data, size, kValid)};
  carbon::CheckParsers("watttime", ask, reply);
  // A token can be sent, and no error shows one.
  const carbon::Provider& provider = *carbon::FindProvider("watttime");
  const absl::StatusOr<carbon::Credential> token = provider.parse_login(ask, reply);
  if (token.ok()) carbon::Require(carbon::CheckSecret(token->secret).ok());
  if (!token.ok()) carbon::Require(!absl::StrContains(token.status().message(), "t0ken-t0ken"));
  return 0;
}
