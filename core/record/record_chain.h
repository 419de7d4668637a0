// The hash chain over a placement log's records. Each record carries, in its last field "chain",
// the digest of the line before it in its chain; the first of a chain carries null. There is one
// chain for each boot (RecordId::boot), whichever files its records are in. A line that was
// changed, removed, added or moved breaks the link of the next line. A log alone does not show that
// the end of a chain was cut off, or that the whole chain was written anew: that takes a digest
// that is known from elsewhere.
//
//   RecordChain chain;
//   std::string line = chain.Link(record);
//   chain.Advance(line);  // after everything that can fail
//
// Pure. Not thread-safe.
#ifndef CORE_RECORD_RECORD_CHAIN_H_
#define CORE_RECORD_RECORD_CHAIN_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace carbon {

// The digest that the next record of the chain carries: the SHA-256 of the whole line without its
// newline, in lower-case hexadecimal.
std::string LineDigest(absl::string_view line);

class RecordChain {
 public:
  // The most bytes that Link() adds.
  static constexpr size_t kLinkBytes = 75;

  // The record, one JSON object and its newline, with the field "chain". Anything else is returned
  // unchanged.
  std::string Link(absl::string_view record) const;
  // Makes `line`, which Link() returned, the line before the next one. Changes nothing if memory
  // runs out.
  void Advance(absl::string_view line);

 private:
  std::string before_;  // the digest of the line before; empty: there is none
};

}  // namespace carbon

#endif  // CORE_RECORD_RECORD_CHAIN_H_
