#include "core/record/record_chain.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

std::string LineDigest(absl::string_view line) { return Sha256Hex(absl::StripSuffix(line, "\n")); }

std::string RecordChain::Link(absl::string_view record) const {
  absl::string_view fields = record;
  if (!absl::ConsumeSuffix(&fields, "}\n")) return std::string(record);
  const std::string link = before_.empty() ? "null" : absl::StrCat("\"", before_, "\"");
  return absl::StrCat(fields, ",\"chain\":", link, "}\n");
}

void RecordChain::Advance(absl::string_view line) { before_ = LineDigest(line); }

}  // namespace carbon
