// Whatever bytes an archived part has, scarbon does not crash and takes no more memory than a part
// may have. Bytes that were compressed are the same after decompression.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "store/part_archive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t kMaxBytes = 1 << 16;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<std::string> part = carbon::DecompressPart(bytes, kMaxBytes);
  if (!part.ok() && part.status().message().empty()) abort();
  if (part.ok() && part->size() > static_cast<size_t>(kMaxBytes)) abort();
  const absl::StatusOr<std::string> again =
      carbon::DecompressPart(carbon::CompressPart(bytes), static_cast<int64_t>(size));
  if (!again.ok() || *again != bytes) abort();
  return 0;
}
