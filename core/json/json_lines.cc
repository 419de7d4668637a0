#include "core/json/json_lines.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/json/json_error.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxMessage = 200;  // bytes; the library quotes the whole of a broken string

// The position of the library's lexer in the text. The lexer has often read one character beyond
// the token that it reports, and that character may end the line. So the line is that of the last
// character read.
struct Place {
  int line = 1;
  bool ends_line = false;

  void Pass(char c) {
    if (ends_line) ++line;
    ends_line = c == '\n';
  }
};

// An input iterator over the text that leaves its position where others can see it, because the
// library copies its iterators.
class WatchedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  WatchedIterator(const char* at, Place* place) : at_(at), place_(place) {}

  reference operator*() const { return *at_; }
  WatchedIterator& operator++() {
    place_->Pass(*at_++);
    return *this;
  }
  WatchedIterator operator++(int) {
    WatchedIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const WatchedIterator& a, const WatchedIterator& b) {
    return a.at_ == b.at_;
  }
  friend bool operator!=(const WatchedIterator& a, const WatchedIterator& b) { return !(a == b); }

 private:
  const char* at_;
  Place* place_;
};

}  // namespace

class JsonLinesScan : public nlohmann::json_sax<Json> {
 public:
  JsonLinesScan(JsonLines* lines, std::vector<ConfigError>* errors)
      : lines_(lines), errors_(errors) {}

  void Run(absl::string_view text) {
    Json::sax_parse(WatchedIterator(text.data(), &place_),
                    WatchedIterator(text.data() + text.size(), &place_), this,
                    Json::input_format_t::json, /*strict=*/true, /*ignore_comments=*/true);
  }

  bool null() override { return Scalar(); }
  bool boolean(bool) override { return Scalar(); }
  bool number_integer(number_integer_t) override { return Scalar(); }
  bool number_unsigned(number_unsigned_t) override { return Scalar(); }
  bool number_float(number_float_t, const string_t&) override { return Scalar(); }
  bool string(string_t&) override { return Scalar(); }
  bool binary(binary_t&) override { return Scalar(); }
  bool start_object(size_t) override { return Open(/*is_array=*/false); }
  bool start_array(size_t) override { return Open(/*is_array=*/true); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& key) override {
    if (key.size() > kMaxJsonKey) {
      return Stop(absl::StrCat("a key is longer than ", kMaxJsonKey, " bytes"));
    }
    open_.back().key = key;
    const auto [slot, is_new] = lines_->values_.emplace(Slot(), Named());
    if (!is_new) {
      errors_->push_back({Pointer(), place_.line, "the key stands twice in its object"});
      slot->second = Named();  // the last one is what the library keeps
    }
    return true;
  }

  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) override {
    // For example "[json.exception.parse_error.101] parse error at line 3, column 7: syntax error
    // …".
    absl::string_view what = error.what();
    const size_t column = what.find("column ");
    if (column != absl::string_view::npos) {
      return Stop(absl::StrCat("is not JSON, at ", what.substr(column, kMaxMessage)));
    }
    const size_t bracket = what.find("] ");
    if (bracket != absl::string_view::npos) what.remove_prefix(bracket + 2);
    return Stop(absl::StrCat("is not JSON: ", what.substr(0, kMaxMessage)));
  }

 private:
  // An object or array that is not closed yet, and the member that is being read.
  struct Container {
    int id;
    bool is_array;
    int next_index = 0;
    std::string key;
  };

  bool Stop(std::string message) {
    errors_->push_back({"", place_.line, std::move(message)});
    return false;
  }

  std::pair<int, std::string> Slot() const {
    if (open_.empty()) return {JsonLines::kNothing, ""};
    return {open_.back().id, open_.back().key};
  }
  JsonLines::Value Named() { return {next_id_++, place_.line}; }

  // Notes the value that begins here, unless its key has been noted already. Returns its id.
  int Note() {
    if (!open_.empty() && open_.back().is_array) {
      open_.back().key = absl::StrCat(open_.back().next_index++);
    }
    return lines_->values_.emplace(Slot(), Named()).first->second.id;
  }

  bool Scalar() {
    Note();
    return true;
  }
  bool Open(bool is_array) {
    if (open_.size() == kMaxJsonDepth) {
      return Stop(absl::StrCat("is nested deeper than ", kMaxJsonDepth, " levels"));
    }
    open_.push_back({.id = Note(), .is_array = is_array});
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  std::string Pointer() const {
    std::string pointer;
    for (const Container& container : open_) {
      absl::StrAppend(&pointer, "/", EscapePointer(container.key));
    }
    return pointer;
  }

  JsonLines* lines_;
  std::vector<ConfigError>* errors_;
  Place place_;
  std::vector<Container> open_;
  int next_id_ = 0;
};

JsonLines JsonLines::Scan(absl::string_view text, std::vector<ConfigError>* errors) {
  JsonLines lines;
  JsonLinesScan(&lines, errors).Run(text);
  return lines;
}

std::optional<int> JsonLines::Find(absl::string_view pointer) const {
  auto found = values_.find({kNothing, ""});
  if (found == values_.end()) return std::nullopt;
  Value value = found->second;
  const std::vector<absl::string_view> parts = absl::StrSplit(pointer, '/');
  for (size_t i = 1; i < parts.size(); ++i) {
    found = values_.find({value.id, absl::StrReplaceAll(parts[i], {{"~1", "/"}, {"~0", "~"}})});
    if (found == values_.end()) break;
    value = found->second;
  }
  return value.line;
}

std::string EscapePointer(absl::string_view key) {
  return absl::StrReplaceAll(key, {{"~", "~0"}, {"/", "~1"}});
}

}  // namespace carbon
