#include "forecast/providers/reply_words.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "forecast/providers/reply_json.h"

namespace carbon {
namespace {

using nlohmann::json;

// A reply that explains an error is short; a larger one is a page or data.
constexpr size_t kMaxRead = 64 << 10;
// These members contain an error's text, in the order in which they are shown.
constexpr const char* kMembers[] = {"code",    "title",       "error",  "error_description",
                                    "message", "description", "detail", "reason",
                                    "errors"};

void AddText(absl::string_view text, std::vector<std::string>* texts) {
  // This is far more than is shown.
  constexpr size_t kMaxTexts = 32;
  text = absl::StripAsciiWhitespace(text);
  if (text.empty() || texts->size() >= kMaxTexts ||
      std::find(texts->begin(), texts->end(), text) != texts->end())
    return;
  texts->emplace_back(text);
}

// Adds the texts of kMembers in `value`, and in the values under them. CheckShape bounds the
// recursion.
void AddTexts(const json& value, bool is_error, std::vector<std::string>* texts) {
  if (value.is_string()) {
    if (is_error) AddText(value.get_ref<const std::string&>(), texts);
  } else if (value.is_array()) {
    for (const json& element : value) AddTexts(element, is_error, texts);
  } else if (value.is_object()) {
    bool is_known = false;
    for (const char* member : kMembers) {
      const auto found = value.find(member);
      if (found == value.end()) continue;
      AddTexts(*found, /*is_error=*/true, texts);
      is_known = true;
    }
    // ASP.NET writes errors so: {"errors": {"location": ["The field is required."]}}.
    if (!is_error || is_known) return;
    for (const json& element : value) {
      if (element.is_array()) AddTexts(element, /*is_error=*/true, texts);
    }
  }
}

std::string TitleOf(absl::string_view html) {
  const std::string lower = absl::AsciiStrToLower(html);
  const size_t open = lower.find("<title");
  const size_t begin = open == std::string::npos ? open : lower.find('>', open);
  const size_t end = begin == std::string::npos ? begin : lower.find('<', begin);
  if (end == std::string::npos) return "";
  return std::string(html.substr(begin + 1, end - begin - 1));
}

bool IsHtml(absl::string_view text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  return !text.empty() && text[0] == '<';
}

std::vector<std::string> TextsOf(const HttpReply& reply) {
  std::vector<std::string> texts;
  const absl::string_view body = absl::string_view(reply.body).substr(0, kMaxRead);
  if (IsHtml(body)) {
    AddText(TitleOf(body), &texts);
    return texts;
  }
  if (reply.body.size() <= kMaxRead && CheckShape(body).ok()) {
    const json root = json::parse(body.begin(), body.end(), nullptr, /*allow_exceptions=*/false);
    if (!root.is_discarded()) {
      AddTexts(root, root.is_string(), &texts);
      return texts;
    }
  }
  const bool is_text = absl::StartsWithIgnoreCase(reply.content_type, "text/");
  if (is_text) AddText(body.substr(0, 2 * kMaxReplyWords), &texts);
  return texts;
}

// Returns the text in printable ASCII, with one blank for each run of other blank or control
// characters.
std::string Cleaned(absl::string_view text) {
  std::string clean;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (absl::ascii_isgraph(byte)) {
      clean += c;
    } else if (byte >= 0x80) {
      if (clean.empty() || clean.back() != '?') clean += '?';
    } else if (!clean.empty() && clean.back() != ' ') {
      clean += ' ';
    }
  }
  return clean;
}

}  // namespace

std::string ReplyWords(const HttpReply& reply) {
  std::string words;
  for (const std::string& text : TextsOf(reply)) {
    absl::StrAppend(&words, words.empty() ? "" : ": ", Cleaned(text));
    if (words.size() > kMaxReplyWords) break;
  }
  if (words.empty()) return "";
  if (words.size() > kMaxReplyWords)
    words = absl::StrCat(words.substr(0, kMaxReplyWords - 3), "...");
  return absl::StrCat("\"", words, "\"");
}

Refusal MeaningOfRefusal(const HttpReply& reply) {
  // The text is searched for whole words between blanks: "plan" is not in "explanation".
  std::string text = absl::StrCat(" ", absl::StrJoin(TextsOf(reply), " "), " ");
  for (char& c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    c = absl::ascii_isalnum(byte) ? absl::ascii_tolower(byte) : ' ';
  }
  const auto says = [&text](std::initializer_list<absl::string_view> phrases) {
    return std::any_of(phrases.begin(), phrases.end(), [&text](absl::string_view phrase) {
      return absl::StrContains(text, absl::StrCat(" ", phrase, " "));
    });
  };
  if (says({"too many", "rate limit", "quota", "over rate limit"})) return Refusal::kTooMany;
  const bool is_of_credential =
      says({"token", "api key", "apikey", "key", "credential", "credentials", "password", "jwt"}) &&
      says({"invalid", "expired", "missing", "not valid", "unknown", "incorrect", "malformed",
            "revoked", "wrong", "not recognized", "not recognised", "required"});
  if (is_of_credential) return Refusal::kCredential;
  if (reply.status != 401) return Refusal::kAccount;
  return says({"zone", "zones", "zonekey", "plan", "subscription"}) ? Refusal::kAccount
                                                                    : Refusal::kCredential;
}

}  // namespace carbon
