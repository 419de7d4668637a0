// JsonText is JSON that is only written, stored as its text. Records are made of it while slurmctld
// waits. It takes a tenth of the time of a document that is built and then printed. ASCII only, on
// one line. For the sources of core only. Pure; no I/O.
//
//   JsonText job = {{"name", "train"}, {"demand", {{"nodes", 4}, {"devices", 32}}}};
//   job["qos"] = nullptr;
//   job.text();   // {"name":"train","demand":{"nodes":4,"devices":32},"qos":null}
//
// Members keep the order in which they were given. The caller must not give one twice.
#ifndef CORE_JSON_JSON_TEXT_H_
#define CORE_JSON_JSON_TEXT_H_

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {

class JsonText {
 public:
  struct Member;

  // The constructors are implicit, so that code that writes JSON looks like JSON.
  JsonText(std::nullptr_t) : text_("null") {}
  JsonText(bool value) : text_(value ? "true" : "false") {}
  JsonText(double value);             // null where not finite
  JsonText(absl::string_view value);  // what is not UTF-8 is replaced
  JsonText(const char* value) : JsonText(absl::string_view(value)) {}
  JsonText(const std::string& value) : JsonText(absl::string_view(value)) {}
  JsonText(const std::vector<std::string>& values);
  JsonText(std::initializer_list<Member> members);  // an object
  template <std::integral T>
  JsonText(T value) : text_(absl::StrCat(value)) {}

  // Writes a string of at most `max_bytes` (8 or more) between its quotes as written, escapes
  // included. A longer one is cut and ends with an ellipsis, and *is_cut becomes true.
  static JsonText Bounded(absl::string_view value, size_t max_bytes, bool* is_cut);

  static JsonText Array() { return JsonText(Raw{"[]"}); }
  static JsonText Object() { return JsonText(Raw{"{}"}); }

  // Appends a value to an array; an assignment to a Slot appends a member to an object.
  void push_back(const JsonText& value) { Append("", value); }
  class Slot;
  Slot operator[](absl::string_view key);

  const std::string& text() const { return text_; }

  // Returns at least the number of bytes that `value` takes between its quotes, escapes included;
  // exact for ASCII.
  static size_t EscapedSize(absl::string_view value);

 private:
  struct Raw {
    std::string text;
  };
  explicit JsonText(Raw raw) : text_(std::move(raw.text)) {}
  // Inserts before the last bracket.
  void Append(absl::string_view prefix, const JsonText& value);

  std::string text_;
};

struct JsonText::Member {
  absl::string_view key;  // of letters that need no escape
  JsonText value;
};

class JsonText::Slot {
 public:
  Slot(JsonText* object, absl::string_view key) : object_(object), key_(key) {}
  void operator=(const JsonText& value) { object_->Append(absl::StrCat("\"", key_, "\":"), value); }

 private:
  JsonText* object_;
  absl::string_view key_;
};

inline JsonText::Slot JsonText::operator[](absl::string_view key) { return Slot(this, key); }

}  // namespace carbon

#endif  // CORE_JSON_JSON_TEXT_H_
