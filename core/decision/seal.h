// The cluster's seal on what our plugin writes into a job's AdminComment. Others may write there
// too: another plugin may copy a user's own words into it, and scarbond acts upon it as Slurm's
// administrator. So text without a seal of this cluster does not count.
//
// The seal is keyed: HMAC-SHA-256 (RFC 2104, FIPS 180-4), cut to its first 128 bits. It covers the
// cluster's name, the job's user and the text, so that it is invalid on another cluster, for
// another user or after other words. core/decision/promise_book.h keeps it from being used for
// another job of the same user.
//
// The key is a file in Slurm's StateSaveLocation, which all controllers of a cluster share and only
// Slurm's user and root may read. The first plugin that finds none makes it.
#ifndef CORE_DECISION_SEAL_H_
#define CORE_DECISION_SEAL_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// 32 bytes.
std::string HmacSha256(absl::string_view key, absl::string_view text);

// Immutable; safe to share between threads.
class Seal {
 public:
  static constexpr size_t kLetters = 22;
  // The first bytes of what is sealed, and of the key's file.
  static constexpr absl::string_view kMark = "slurm-carbon-seal-1";

  // `made_at` is when the cluster got its key. `secret` is kSecretBytes long.
  static constexpr size_t kSecretBytes = 32;
  Seal(std::string secret, std::string cluster, absl::Time made_at);

  // kLetters letters, digits, "-" and "_" (base64url).
  std::string Of(absl::string_view text, uint32_t user_id) const;

  // Whether `letters` are Of(text, user_id). The time that it takes does not depend on which
  // differ.
  bool Matches(absl::string_view letters, absl::string_view text, uint32_t user_id) const;

  // A number in [0, 1) that nobody without the key can foresee, and always the same of one text:
  // the draw of a decision, whose id is the text.
  double DrawOf(absl::string_view text) const;

  absl::Time made_at() const { return made_at_; }

 private:
  std::string secret_;
  std::string cluster_;
  absl::Time made_at_;
};

}  // namespace carbon

#endif  // CORE_DECISION_SEAL_H_
