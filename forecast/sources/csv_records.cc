#include "forecast/sources/csv_records.h"

#include <csv.h>
#include <errno.h>
#include <iconv.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

constexpr size_t kMaxLine = 64 << 10;  // bytes
constexpr int kMaxQuotedLines = 100;   // a longer field means a forgotten quote
constexpr absl::string_view kSeparators = ",;\t";

absl::Status AtLine(int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

// Returns whether the line is a first line that names the separator to a spreadsheet.
bool IsSeparatorLine(absl::string_view line) {
  return line.size() == 5 && absl::StartsWithIgnoreCase(line, "sep=") &&
         absl::StrContains(kSeparators, line[4]);
}

absl::StatusOr<absl::string_view> FromUtf16(absl::string_view bytes, const char* encoding,
                                            std::string* buffer) {
  const iconv_t converter = iconv_open("UTF-8", encoding);
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot convert ", encoding));
  }
  // Two bytes become at most three, and four become four.
  buffer->resize(bytes.size() / 2 * 3 + 3);
  char* in = const_cast<char*>(bytes.data());
  char* out = buffer->data();
  size_t in_left = bytes.size(), out_left = buffer->size();
  const bool is_converted =
      iconv(converter, &in, &in_left, &out, &out_left) != static_cast<size_t>(-1);
  iconv_close(converter);
  if (!is_converted) {
    return absl::InvalidArgumentError(
        absl::StrCat("is not valid ", encoding, " at byte ", bytes.size() - in_left + 2));
  }
  buffer->resize(buffer->size() - out_left);
  return *buffer;
}

// Lines are split before libcsv sees them.
int IsLineFeed(unsigned char c) { return c == '\n'; }

// Returns whether lines end in CR: if there is no LF, or if outside of quotes more CRs stand alone
// than there are LFs.
bool DoesCrEndLines(absl::string_view text) {
  if (!absl::StrContains(text, '\n')) return true;
  size_t line_feeds = 0, returns = 0;
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (text[i] == '\n') ++line_feeds;
    if (text[i] != '\r') continue;
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (next != '\r' && next != '\n') ++returns;
  }
  return returns > line_feeds;
}

// Returns the format of a file that is not text; empty if it may be text.
absl::string_view OtherFormat(absl::string_view bytes) {
  if (absl::StartsWith(bytes, "PK\x03\x04")) return "a workbook or another ZIP file";
  if (absl::StartsWith(bytes, "\xd0\xcf\x11\xe0")) return "a workbook";
  if (absl::StartsWith(bytes, "\x1f\x8b")) return "compressed with gzip";
  if (absl::StrContains(bytes.substr(0, 2), '\0')) return "UTF-16 without a byte order mark";
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(bytes);
  if (absl::StartsWith(text, "{") || absl::StartsWith(text, "[")) return "JSON";
  if (absl::StartsWith(text, "<")) return "HTML or XML";
  return "";
}

}  // namespace

absl::StatusOr<absl::string_view> CsvText(absl::string_view bytes, std::string* buffer) {
  absl::string_view text = bytes;
  if (absl::ConsumePrefix(&text, "\xff\xfe")) {
    absl::StatusOr<absl::string_view> converted = FromUtf16(text, "UTF-16LE", buffer);
    if (!converted.ok()) return converted;
    text = *converted;
  } else if (absl::ConsumePrefix(&text, "\xfe\xff")) {
    absl::StatusOr<absl::string_view> converted = FromUtf16(text, "UTF-16BE", buffer);
    if (!converted.ok()) return converted;
    text = *converted;
  } else {
    absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  }
  if (const absl::string_view other = OtherFormat(text); !other.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("is ", other, ", not CSV; export it as CSV in UTF-8"));
  }
  return text;
}

struct CsvReader::Parser {
  csv_parser state;
  std::vector<std::string>* fields = nullptr;
  bool has_ended = false;  // the record

  static void AddField(void* bytes, size_t size, void* parser) {
    static_cast<Parser*>(parser)->fields->emplace_back(
        absl::StripAsciiWhitespace({static_cast<const char*>(bytes), size}));
  }
  static void EndRecord(int, void* parser) { static_cast<Parser*>(parser)->has_ended = true; }

  bool Take(absl::string_view bytes) {
    return csv_parse(&state, bytes.data(), bytes.size(), AddField, EndRecord, this) == bytes.size();
  }
};

CsvReader::CsvReader(absl::string_view text, char separator)
    : rest_(text), does_cr_end_lines_(DoesCrEndLines(text)), parser_(std::make_unique<Parser>()) {
  csv_init(&parser_->state, 0);
  csv_set_term_func(&parser_->state, IsLineFeed);
  csv_set_delim(&parser_->state, static_cast<unsigned char>(separator));
}

CsvReader::~CsvReader() { csv_free(&parser_->state); }

// Decides about the CR or LF at `place`. Even if CR does not end lines, a CR in front of a time
// does.
bool CsvReader::IsEndOfLine(size_t place) const {
  absl::string_view after = rest_.substr(place + 1);
  if (rest_[place] == '\n' || does_cr_end_lines_ || after.empty() || after[0] == '\n') return true;
  absl::ConsumePrefix(&after, "\"");
  return !after.empty() && absl::ascii_isdigit(static_cast<unsigned char>(after[0]));
}

absl::string_view CsvReader::TakeLine() {
  constexpr absl::string_view kEnds = "\r\n";
  size_t end = rest_.find_first_of(kEnds);
  while (end < rest_.size() && !IsEndOfLine(end)) end = rest_.find_first_of(kEnds, end + 1);
  absl::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(line.size());
  if (!absl::ConsumePrefix(&rest_, kEnds) && !rest_.empty()) rest_.remove_prefix(1);
  while (absl::ConsumeSuffix(&line, "\r")) {
  }
  ++line_;
  return line;
}

absl::StatusOr<bool> CsvReader::Next(CsvRecord* record) {
  record->fields.clear();
  parser_->fields = &record->fields;
  parser_->has_ended = false;
  bool is_inside = false;
  while (!rest_.empty()) {
    const absl::string_view line = TakeLine();
    if (!is_inside) {
      const absl::string_view text = absl::StripAsciiWhitespace(line);
      if (text.empty() || text[0] == '#') continue;
      if (line_ == 1 && IsSeparatorLine(text)) continue;
      record->line = line_;
      is_inside = true;
    }
    if (line.size() > kMaxLine) {
      return AtLine(line_, absl::StrCat("has ", line.size(), " bytes, above ", kMaxLine));
    }
    if (!parser_->Take(line) || !parser_->Take("\n")) {
      return absl::ResourceExhaustedError(
          absl::StrCat("line ", line_, ": ", csv_strerror(csv_error(&parser_->state))));
    }
    if (parser_->has_ended) return true;
    if (line_ - record->line >= kMaxQuotedLines) break;
  }
  if (is_inside) return AtLine(record->line, "a quote is opened here and not closed");
  return false;
}

char FindCsvSeparator(absl::string_view text) {
  std::string candidates(kSeparators);
  const absl::string_view first_line = text.substr(0, text.find_first_of("\r\n"));
  const bool is_told = IsSeparatorLine(first_line);
  if (is_told) candidates.insert(0, 1, first_line[4]);
  char most_fields = candidates[0];
  size_t most = 0;
  for (const char separator : candidates) {
    CsvReader reader(text, separator);
    CsvRecord record;
    for (int i = 0; i < 2; ++i) {
      const absl::StatusOr<bool> more = reader.Next(&record);
      if (!more.ok() || !*more) break;
      for (const std::string& field : record.fields) {
        if (record.fields.size() > 1 &&
            ParseFileTime(field, absl::UTCTimeZone(), absl::InfinitePast()).ok()) {
          return separator;
        }
      }
      if (i == 0 && !is_told && record.fields.size() > most) {
        most = record.fields.size();
        most_fields = separator;
      }
    }
  }
  return most_fields;
}

}  // namespace carbon
