// CsvReader reads a CSV file as records of fields, in the forms that spreadsheets, R and portals
// write: RFC 4180 with `,` `;` or a tab between the fields; lines that end in LF or CRLF, or in CR
// if most do or a digit follows; UTF-8 with or without a byte order mark, UTF-16 with one. Lines
// that are blank or begin with # are ignored. In quotes an end of line is read as LF.
//
//   std::string buffer;
//   absl::StatusOr<absl::string_view> text = CsvText(bytes, &buffer);
//   CsvReader reader(*text, FindCsvSeparator(*text));
//   CsvRecord record;
//   for (absl::StatusOr<bool> more = reader.Next(&record); more.ok() && *more; …) {…}
//
// libcsv splits the fields. No I/O; the caller that reads the file bounds its size.
#ifndef FORECAST_SOURCES_CSV_RECORDS_H_
#define FORECAST_SOURCES_CSV_RECORDS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

// Returns `bytes` as UTF-8 without a byte order mark. The result refers to `bytes`, or to `buffer`
// if the text had to be converted. InvalidArgument for invalid UTF-16, and for bytes that are
// recognised as another format: a workbook, a compressed file, JSON, HTML, UTF-16 without a byte
// order mark.
absl::StatusOr<absl::string_view> CsvText(absl::string_view bytes, std::string* buffer);

struct CsvRecord {
  int line = 0;                     // where it begins, from 1
  std::vector<std::string> fields;  // without their quotes and the blanks around them
};

class CsvReader {
 public:
  // `text` must outlive the reader and the records that it returned.
  CsvReader(absl::string_view text, char separator);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Reads the next record; returns false at the end of the text. InvalidArgument, as "line 3: …",
  // for a quote that is not closed, and for a line above 64 KiB.
  absl::StatusOr<bool> Next(CsvRecord* record);

 private:
  struct Parser;

  bool IsEndOfLine(size_t place) const;
  absl::string_view TakeLine();

  absl::string_view rest_;
  const bool does_cr_end_lines_;
  int line_ = 0;  // of the last line taken
  const std::unique_ptr<Parser> parser_;
};

// Returns the separator of the fields. It is the one that leaves a time alone in a field of the
// first two records; otherwise the one that a first line "sep=;" names; otherwise the one that
// gives the first record the most fields. Of several it is the first in the order `,` `;` tab.
char FindCsvSeparator(absl::string_view text);

}  // namespace carbon

#endif  // FORECAST_SOURCES_CSV_RECORDS_H_
