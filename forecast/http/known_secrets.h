// Registers the secrets of this process. WithoutSecrets is the one place that removes them from a
// text before it is written: to the log, to the status file, to metrics, to the service manager. A
// server may repeat what it was sent in any of its errors, as it was sent or decoded.
//
//   KnownSecret secret = RememberSecret("someone", password);   // known while `secret` lives
//   spdlog::warn("{}", WithoutSecrets(text));
//
// Thread-safe. No I/O.
#ifndef FORECAST_HTTP_KNOWN_SECRETS_H_
#define FORECAST_HTTP_KNOWN_SECRETS_H_

#include <bitset>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace carbon {

// The forms in which a secret is written: as it is; escaped for a URL, for JSON and for HTML; in
// base64, as an Authorization header has it, with its user and alone. Upper and lower case count as
// the same, because a host name is written in lower case.
class SecretForms {
 public:
  SecretForms(absl::string_view user, absl::string_view secret);

  // Returns the text with "(secret)" for each form in it, and for each part of a form that has
  // `min_part` bytes or more: a program that quotes a text may have cut it short. A secret of less
  // than four bytes is not replaced, because it would be found everywhere.
  std::string RemovedFrom(absl::string_view text, size_t min_part) const;

 private:
  friend std::shared_ptr<const SecretForms> RememberSecret(absl::string_view user,
                                                           absl::string_view secret);
  // Returns the length of the longest prefix of the text that is a part of a form; 0 if it is
  // shorter than both `min_part` and the form.
  size_t PartAt(absl::string_view lower_text, size_t min_part) const;

  std::string user_;
  std::string secret_;
  std::vector<std::string> forms_;  // in lower case
  // Hashes of every four letters that are in any form: for most texts one look at it is enough.
  std::bitset<1 << 16> letters_;
};

using KnownSecret = std::shared_ptr<const SecretForms>;

KnownSecret RememberSecret(absl::string_view user, absl::string_view secret);

// Returns the text without the secrets that are known now: in all their forms, and in parts of
// twelve bytes or more. A shorter part may be any word.
std::string WithoutSecrets(absl::string_view text);

}  // namespace carbon

#endif  // FORECAST_HTTP_KNOWN_SECRETS_H_
