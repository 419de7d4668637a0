// What comes over the network, once munge has said who wrote it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "core/query/query.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto query = carbon::ParseQuery(text); query.ok()) {
    const auto again = carbon::ParseQuery(carbon::WriteQuery(*query));
    // A query that is longer when it is written again may be too long.
    if (again.ok() && *again != *query) abort();
  }
  if (const auto piece = carbon::ParseAnswerPiece(text); piece.ok()) {
    const auto again = carbon::ParseAnswerPiece(carbon::WriteAnswerPiece(*piece));
    if (!again.ok() || again->data != piece->data || again->number != piece->number) abort();
  }
  return 0;
}
