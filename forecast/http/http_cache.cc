#include "forecast/http/http_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "forecast/http/backoff.h"

namespace carbon {
namespace {

// Returns whether the directive is present. Sets its value if it has one.
bool HasDirective(absl::string_view cache_control, absl::string_view name,
                  std::string* value = nullptr) {
  for (absl::string_view part : absl::StrSplit(cache_control, ',')) {
    const std::pair<absl::string_view, absl::string_view> directive =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(directive.first), name)) continue;
    if (value != nullptr) {
      absl::string_view text = absl::StripAsciiWhitespace(directive.second);
      absl::ConsumePrefix(&text, "\"");
      absl::ConsumeSuffix(&text, "\"");
      *value = std::string(text);
    }
    return true;
  }
  return false;
}

// Parses seconds. Returns nullopt if the text is not a number, is negative, or has more than ten
// digits.
std::optional<absl::Duration> ParseSeconds(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  int64_t seconds = 0;
  if (text.size() > 10 || !absl::SimpleAtoi(text, &seconds) || seconds < 0) return std::nullopt;
  return absl::Seconds(seconds);
}

}  // namespace

absl::Duration FreshFor(const CacheHeaders& headers) {
  if (HasDirective(headers.cache_control, "no-cache") ||
      HasDirective(headers.cache_control, "no-store")) {
    return absl::ZeroDuration();
  }
  absl::Duration fresh_for;
  if (std::string text; HasDirective(headers.cache_control, "max-age", &text)) {
    fresh_for = ParseSeconds(text).value_or(absl::ZeroDuration());
  } else {
    const std::optional<absl::Time> expires = ParseHttpDate(headers.expires);
    const std::optional<absl::Time> date = ParseHttpDate(headers.date);
    if (expires.has_value() && date.has_value()) fresh_for = *expires - *date;
  }
  fresh_for -= ParseSeconds(headers.age).value_or(absl::ZeroDuration());
  return std::clamp(fresh_for, absl::ZeroDuration(), kMaxFreshness);
}

const HttpReply* HttpCache::FindFresh(const std::string& key, absl::Time now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->fresh_until <= now) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  Entry& entry = entries_.front();
  entry.reply.fresh_for = entry.fresh_until - now;
  return &entry.reply;
}

std::vector<HttpHeader> HttpCache::Conditions(const std::string& key) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  std::vector<HttpHeader> headers;
  const Entry& entry = *found->second;
  if (!entry.etag.empty()) headers.push_back({"If-None-Match", entry.etag});
  if (!entry.last_modified.empty()) headers.push_back({"If-Modified-Since", entry.last_modified});
  return headers;
}

void HttpCache::Store(const std::string& key, const CacheHeaders& headers, absl::Time now,
                      HttpReply* reply) {
  Remove(key);
  reply->fresh_for = FreshFor(headers);
  const bool useful = reply->fresh_for > absl::ZeroDuration() || !headers.etag.empty() ||
                      !headers.last_modified.empty();
  if (!useful || HasDirective(headers.cache_control, "no-store")) return;
  entries_.push_front({key, *reply, headers.etag, headers.last_modified, now + reply->fresh_for});
  by_key_[key] = entries_.begin();
  bytes_ += SizeOf(entries_.front());
  KeepToLimit();
}

const HttpReply* HttpCache::Confirm(const std::string& key, const CacheHeaders& headers,
                                    absl::Time now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  Entry& entry = entries_.front();
  entry.reply.fresh_for = FreshFor(headers);
  entry.fresh_until = now + entry.reply.fresh_for;
  bytes_ -= SizeOf(entry);
  if (!headers.etag.empty()) entry.etag = headers.etag;
  if (!headers.last_modified.empty()) entry.last_modified = headers.last_modified;
  bytes_ += SizeOf(entry);
  KeepToLimit();
  return by_key_.count(key) == 0 ? nullptr : &entry.reply;
}

int64_t HttpCache::SizeOf(const Entry& entry) {
  // The key is stored twice.
  return static_cast<int64_t>(sizeof(Entry) + 2 * entry.key.size() + entry.reply.body.size() +
                              entry.reply.content_type.size() + entry.etag.size() +
                              entry.last_modified.size());
}

void HttpCache::KeepToLimit() {
  while (bytes_ > max_bytes_) Remove(std::string(entries_.back().key));
}

void HttpCache::Remove(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  bytes_ -= SizeOf(*found->second);
  entries_.erase(found->second);
  by_key_.erase(found);
}

}  // namespace carbon
