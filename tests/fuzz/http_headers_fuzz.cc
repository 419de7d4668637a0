// No bytes in a reply's headers or a redirect crash what reads them, and what comes of them is
// within its limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "forecast/http/backoff.h"
#include "forecast/http/http_cache.h"
#include "forecast/http/http_url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::optional<absl::Duration> wait =
      carbon::ParseRetryAfter(text, absl::FromUnixSeconds(1795485600));
  if (wait.has_value() && (*wait < absl::ZeroDuration() || *wait > carbon::kMaxRetryAfter)) {
    abort();
  }

  std::vector<std::string> lines = absl::StrSplit(text, absl::MaxSplits('\n', 5));
  lines.resize(6);
  const absl::Duration fresh = carbon::FreshFor({.cache_control = lines[0],
                                                 .etag = lines[1],
                                                 .last_modified = lines[2],
                                                 .age = lines[3],
                                                 .date = lines[4],
                                                 .expires = lines[5]});
  if (fresh < absl::ZeroDuration() || fresh > carbon::kMaxFreshness) abort();

  const absl::StatusOr<carbon::HttpUrl> url = carbon::ParseHttpUrl(lines[0]);
  if (!url.ok()) return 0;
  // An origin is a URL, and its own origin.
  const absl::StatusOr<carbon::HttpUrl> again = carbon::ParseHttpUrl(url->Origin());
  if (!again.ok() || again->Origin() != url->Origin()) abort();
  if (!carbon::MayFollow(*url, *again)) abort();
  return 0;
}
