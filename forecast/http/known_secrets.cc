#include "forecast/http/known_secrets.h"

#include <algorithm>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "forecast/http/http_message.h"
#include "forecast/http/http_url.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

constexpr size_t kMinSecret = 4;
constexpr size_t kMinPart = 12;
constexpr size_t kLetters = 4;  // that are hashed together

size_t HashOf(absl::string_view letters) {
  uint32_t hash = 2166136261;
  for (const char c : letters.substr(0, kLetters)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  }
  return (hash ^ (hash >> 16)) & 0xffff;
}

std::string WithoutPadding(std::string base64) {
  while (!base64.empty() && base64.back() == '=') base64.pop_back();
  return base64;
}

// Converts base64 to its alphabet for URLs.
std::string WebSafe(absl::string_view base64) {
  return absl::StrReplaceAll(base64, {{"+", "-"}, {"/", "_"}});
}

std::string JsonEscaped(absl::string_view text) {
  const std::string quoted =
      nlohmann::json(std::string(text))
          .dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

struct Registry {
  std::mutex mutex;
  std::vector<std::weak_ptr<const SecretForms>> secrets;
};

// The registry is never destroyed, because something may be written until the very end.
Registry& TheRegistry() {
  static Registry& registry = *new Registry;
  return registry;
}

// Returns the secrets that are still held, and forgets the others. The caller holds the registry's
// mutex.
std::vector<KnownSecret> Held(Registry* registry) {
  std::vector<KnownSecret> held;
  std::erase_if(registry->secrets, [&held](const std::weak_ptr<const SecretForms>& weak) {
    KnownSecret secret = weak.lock();
    if (secret == nullptr) return true;
    held.push_back(std::move(secret));
    return false;
  });
  return held;
}

}  // namespace

SecretForms::SecretForms(absl::string_view user, absl::string_view secret)
    : user_(user), secret_(secret) {
  if (secret.size() < kMinSecret) return;
  const std::string url = UrlEscaped(secret);
  std::vector<std::string> forms = {
      std::string(secret), url, absl::StrReplaceAll(url, {{"%20", "+"}}), JsonEscaped(secret),
      absl::StrReplaceAll(
          secret,
          {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}})};
  for (const std::string& base64 :
       {absl::Base64Escape(secret), absl::Base64Escape(absl::StrCat(user, ":", secret))}) {
    for (const std::string& form : {base64, WithoutPadding(base64)}) {
      forms.insert(forms.end(), {form, WebSafe(form), UrlEscaped(form)});
    }
  }
  for (std::string& form : forms) {
    absl::AsciiStrToLower(&form);
    if (std::find(forms_.begin(), forms_.end(), form) != forms_.end()) continue;
    for (size_t i = 0; i + kLetters <= form.size(); ++i) {
      letters_.set(HashOf(absl::string_view(form).substr(i)));
    }
    forms_.push_back(std::move(form));
  }
}

size_t SecretForms::PartAt(absl::string_view text, size_t min_part) const {
  if (text.size() < kLetters || !letters_.test(HashOf(text))) return 0;
  size_t longest = 0;
  for (const absl::string_view form : forms_) {
    const size_t least = std::min(min_part, form.size());
    size_t at = text.size() < least ? absl::string_view::npos : form.find(text.substr(0, least));
    for (; at != absl::string_view::npos; at = form.find(text.substr(0, least), at + 1)) {
      size_t length = least;
      while (at + length < form.size() && length < text.size() &&
             form[at + length] == text[length]) {
        ++length;
      }
      longest = std::max(longest, length);
    }
  }
  return longest;
}

std::string SecretForms::RemovedFrom(absl::string_view text, size_t min_part) const {
  if (forms_.empty()) return std::string(text);
  const std::string lower = absl::AsciiStrToLower(text);
  std::string clean;
  for (size_t i = 0; i < text.size();) {
    const size_t length = PartAt(absl::string_view(lower).substr(i), min_part);
    if (length == 0) {
      clean += text[i++];
    } else {
      clean += "(secret)";
      i += length;
    }
  }
  return clean;
}

KnownSecret RememberSecret(absl::string_view user, absl::string_view secret) {
  Registry& registry = TheRegistry();
  std::lock_guard lock(registry.mutex);
  for (KnownSecret& held : Held(&registry)) {
    if (held->user_ == user && held->secret_ == secret) return held;
  }
  auto known = std::make_shared<const SecretForms>(user, secret);
  registry.secrets.push_back(known);
  return known;
}

std::string WithoutSecrets(absl::string_view text) {
  std::vector<KnownSecret> held;
  {
    Registry& registry = TheRegistry();
    std::lock_guard lock(registry.mutex);
    held = Held(&registry);
  }
  std::string clean(text);
  for (const KnownSecret& secret : held) clean = secret->RemovedFrom(clean, kMinPart);
  return clean;
}

}  // namespace carbon
