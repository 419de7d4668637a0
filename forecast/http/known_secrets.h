// The secrets that this process knows, and the one place that takes them out of a text before it is
// written: to the log, to the status file, to metrics, to the service manager. A server may repeat
// what it was sent, in any of its errors, as it came or decoded.
//
//   KnownSecret secret = RememberSecret("someone", password);   // known for as long as it is held
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

// The ways in which a secret is written: as it is; escaped for a URL, for JSON and for HTML; in
// base64, as an Authorization header has it, with its user and alone. Upper and lower case are the
// same: a host name is written in lower case.
class SecretForms {
 public:
  SecretForms(absl::string_view user, absl::string_view secret);

  // The text with "(secret)" for each form in it, and for each part of one that has `min_part`
  // bytes or more: who quotes a text may have cut it short. Of a secret of less than four bytes
  // nothing is replaced: it would be found everywhere.
  std::string RemovedFrom(absl::string_view text, size_t min_part) const;

 private:
  friend std::shared_ptr<const SecretForms> RememberSecret(absl::string_view user,
                                                           absl::string_view secret);
  // How much of the text, from its beginning, is a part of a form; 0 where that is too little.
  size_t PartAt(absl::string_view lower_text, size_t min_part) const;

  std::string user_;
  std::string secret_;
  std::vector<std::string> forms_;  // in lower case
  // Which four letters, hashed, are in any form: most texts are done with after a look at it.
  std::bitset<1 << 16> letters_;
};

using KnownSecret = std::shared_ptr<const SecretForms>;

KnownSecret RememberSecret(absl::string_view user, absl::string_view secret);

// The text without the secrets that are known now: in their forms, and in parts of twelve bytes or
// more. A shorter part may be any word.
std::string WithoutSecrets(absl::string_view text);

}  // namespace carbon

#endif  // FORECAST_HTTP_KNOWN_SECRETS_H_
