#include "core/decision/seal.h"

#include <sha256.h>

#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

constexpr size_t kSealBytes = 16;

std::string Sha256(absl::string_view a, absl::string_view b) {
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const uint8_t*>(a.data()), a.size());
  SHA256Update(&context, reinterpret_cast<const uint8_t*>(b.data()), b.size());
  SHA256Final(digest.data(), &context);
  return {digest.begin(), digest.end()};
}

}  // namespace

std::string HmacSha256(absl::string_view key, absl::string_view text) {
  constexpr size_t kBlock = SHA256_BLOCK_LENGTH;
  std::string padded = key.size() > kBlock ? Sha256(key, "") : std::string(key);
  padded.resize(kBlock, '\0');
  std::string inner = padded, outer = padded;
  for (char& c : inner) c ^= 0x36;
  for (char& c : outer) c ^= 0x5c;
  return Sha256(outer, Sha256(inner, text));
}

Seal::Seal(std::string secret, std::string cluster, absl::Time made_at)
    : secret_(std::move(secret)), cluster_(std::move(cluster)), made_at_(made_at) {}

std::string Seal::Of(absl::string_view text, uint32_t user_id) const {
  const std::string sealed =
      absl::StrCat(kMark, "\n", cluster_.size(), " ", cluster_, "\n", user_id, "\n", text);
  return absl::WebSafeBase64Escape(HmacSha256(secret_, sealed).substr(0, kSealBytes));
}

double Seal::DrawOf(absl::string_view text) const {
  constexpr absl::string_view kDrawMark = "slurm-carbon-draw-1";
  constexpr int kBits = 53;  // of a double
  const std::string digest = HmacSha256(
      secret_, absl::StrCat(kDrawMark, "\n", cluster_.size(), " ", cluster_, "\n", text));
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(digest[i]);
  return std::ldexp(static_cast<double>(number >> (64 - kBits)), -kBits);
}

bool Seal::Matches(absl::string_view letters, absl::string_view text, uint32_t user_id) const {
  if (letters.size() != kLetters) return false;
  const std::string right = Of(text, user_id);
  unsigned differ = 0;
  for (size_t i = 0; i < right.size(); ++i) {
    differ |= static_cast<unsigned char>(letters[i]) ^ static_cast<unsigned char>(right[i]);
  }
  return differ == 0;
}

}  // namespace carbon
