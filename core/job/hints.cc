#include "core/job/hints.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/nearest_word.h"

namespace carbon {
namespace {

constexpr absl::string_view kPrefix = "carbon:";
constexpr size_t kMaxHints = 1024;  // bytes; the limit is for our part, not the whole comment
constexpr size_t kMaxQuoted = 64;   // bytes of a hint in a message
constexpr double kMaxFlops = 1e30;

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// The characters that may precede our part: all that sites use as separators, except ':' and '/',
// which occur in URLs.
bool IsSeparator(char c) {
  return IsBlank(c) || absl::string_view(",;|&([{<\"'").find(c) != absl::string_view::npos;
}

// Hints themselves contain ',' and '|'.
bool EndsHints(char c) {
  return IsBlank(c) || absl::string_view(";&)]}>\"'").find(c) != absl::string_view::npos;
}

const std::vector<std::string>& Flags() {
  static const auto* const flags = new std::vector<std::string>{"off", "now"};
  return *flags;
}

const std::vector<std::string>& Valued() {
  static const auto* const keys =
      new std::vector<std::string>{"wait", "site", "runtime", "flops", "precision", "hardware"};
  return *keys;
}

// Returns true for one of our keys with a value, such as "wait=1h", except keys whose value is a
// name.
bool IsValuedHint(absl::string_view word) {
  const absl::string_view key = word.substr(0, word.find('='));
  return key.size() < word.size() && key != "site" && key != "hardware" &&
         std::find(Valued().begin(), Valued().end(), key) != Valued().end();
}

absl::Status Wrong(absl::string_view hint, absl::string_view fact) {
  const bool cut = hint.size() > kMaxQuoted;
  return absl::InvalidArgumentError(
      absl::StrCat("hint \"", absl::Utf8SafeCHexEscape(hint.substr(0, kMaxQuoted)),
                   cut ? "...\": " : "\": ", fact));
}

// Returns the text from `carbon:` at the start of a word to the end of the hints, joined by commas.
// Absent: there is none.
std::optional<std::string> NextHints(absl::string_view* comment) {
  for (size_t end = 0; (end = comment->find(':', end)) != comment->npos;) {
    ++end;
    if (end < kPrefix.size()) continue;
    const size_t at = end - kPrefix.size();
    // Users who write "Carbon:off" mean "carbon:off".
    if (!absl::EqualsIgnoreCase(comment->substr(at, kPrefix.size()), kPrefix)) continue;
    if (at > 0 && !IsSeparator((*comment)[at - 1])) continue;
    comment->remove_prefix(at + kPrefix.size());
    const auto take_word = [comment] {
      const size_t length =
          std::find_if(comment->begin(), comment->end(), EndsHints) - comment->begin();
      const absl::string_view word = comment->substr(0, length);
      comment->remove_prefix(length);
      return word;
    };
    std::string hints(take_word());
    while (!comment->empty() && IsBlank(comment->front())) {
      const absl::string_view rest = *comment;
      comment->remove_prefix(1);
      if (!comment->empty() && IsBlank(comment->front())) continue;
      const absl::string_view word = take_word();
      if (hints.empty() || !IsValuedHint(word)) {
        *comment = rest;
        break;
      }
      absl::StrAppend(&hints, ",", word);
    }
    return hints;
  }
  return std::nullopt;
}

absl::StatusOr<absl::Duration> ParsePositive(absl::string_view hint, absl::string_view value) {
  absl::StatusOr<absl::Duration> duration = ParseDuration(value);
  if (!duration.ok()) return Wrong(hint, duration.status().message());
  if (*duration <= absl::ZeroDuration()) return Wrong(hint, "must be longer than zero");
  return duration;
}

absl::StatusOr<std::vector<std::string>> ParseNames(absl::string_view hint,
                                                    absl::string_view value) {
  std::vector<std::string> names = absl::StrSplit(value, '|');
  std::set<absl::string_view> seen;
  for (const std::string& name : names) {
    if (name.empty()) return Wrong(hint, "a name is empty");
    if (!seen.insert(name).second) return Wrong(hint, "a name is given twice");
  }
  return names;
}

// Parses one hint, "key" or "key=value", into `hints`.
absl::Status ParseHint(absl::string_view hint, Hints* hints) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(hint, absl::MaxSplits('=', 1));
  const absl::string_view key = parts.first, value = parts.second;
  const bool has_value = key.size() < hint.size();
  if (std::find(Flags().begin(), Flags().end(), key) != Flags().end()) {
    if (has_value) return Wrong(hint, absl::StrCat("\"", key, "\" takes no value"));
    (key == "off" ? hints->off : hints->now) = true;
    return absl::OkStatus();
  }
  if (std::find(Valued().begin(), Valued().end(), key) == Valued().end()) {
    std::vector<std::string> known = Flags();
    known.insert(known.end(), Valued().begin(), Valued().end());
    const std::string nearest = NearestWord(key, known);
    return Wrong(hint, nearest.empty()
                           ? absl::StrCat("unknown; known are ", absl::StrJoin(known, ", "))
                           : absl::StrCat("unknown; did you mean \"", nearest, "\"?"));
  }
  if (value.empty()) return Wrong(hint, absl::StrCat("\"", key, "\" needs a value"));
  if (key == "wait" || key == "runtime") {
    const absl::StatusOr<absl::Duration> duration = ParsePositive(hint, value);
    if (!duration.ok()) return duration.status();
    (key == "wait" ? hints->wait : hints->runtime) = *duration;
  } else if (key == "flops") {
    double flops = 0;
    if (!absl::SimpleAtod(value, &flops) || !(flops >= 1) || flops > kMaxFlops) {
      return Wrong(hint, "is not a number of operations such as 3e21");
    }
    hints->flops = Flops(flops);
  } else if (key == "precision") {
    const absl::StatusOr<Precision> precision = ParsePrecision(value);
    if (!precision.ok()) return Wrong(hint, "is not bf16 or fp8");
    hints->precision = *precision;
  } else if (key == "hardware" && value == "any") {
    hints->any_hardware = true;
  } else {
    const absl::StatusOr<std::vector<std::string>> names = ParseNames(hint, value);
    if (!names.ok()) return names.status();
    if (key == "site") {
      hints->sites = *names;
    } else if (std::find(names->begin(), names->end(), "any") != names->end()) {
      return Wrong(hint, "\"any\" and a name contradict");
    } else {
      hints->hardware = *names;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Hints> ParseHints(absl::string_view comment) {
  Hints hints;
  const std::optional<std::string> text = NextHints(&comment);
  if (!text.has_value()) return hints;
  if (NextHints(&comment).has_value()) return Wrong(*text, "\"carbon:\" is given twice");
  if (text->size() > kMaxHints) {
    return Wrong(*text, absl::StrCat("the hints are longer than ", kMaxHints, " bytes"));
  }
  if (text->empty()) return Wrong("carbon:", "no hint follows");
  std::vector<absl::string_view> seen;  // few: an unknown hint ends the loop
  for (const absl::string_view hint : absl::StrSplit(absl::string_view(*text), ',')) {
    if (hint.empty()) return Wrong(*text, "a hint is empty");
    const absl::string_view key = hint.substr(0, hint.find('='));
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      return Wrong(hint, "is given twice");
    }
    seen.push_back(key);
    if (const absl::Status status = ParseHint(hint, &hints); !status.ok()) return status;
  }
  if (hints.now && hints.wait.has_value()) return Wrong(*text, "\"now\" and \"wait\" contradict");
  if (hints.runtime.has_value() && hints.flops.has_value()) {
    return Wrong(*text, "\"runtime\" and \"flops\" contradict");
  }
  return hints;
}

}  // namespace carbon
