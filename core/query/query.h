// What scarbon on another machine asks scarbond for, and the pieces of the answer, as bytes. The
// query is the payload of one credential, and each piece of the answer is the payload of another
// (scarbond/query/credentials.h): so both sides know who the other is, and nobody else can read or
// change the bytes. Plain data. Pure; no I/O.
#ifndef CORE_QUERY_QUERY_H_
#define CORE_QUERY_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// Where scarbond listens, unless something else is configured.
inline constexpr int kQueryPort = 6824;

// The version of both messages. scarbond answers only queries of its own version.
inline constexpr int kQueryVersion = 1;

enum class QueryKind {
  kManifest,  // the snapshot's manifest.json
  kPart,      // a part of the snapshot that everybody may read
  kRecords,   // lines of the placement log, after an ExcerptRecord
};
// "manifest", "part", "records".
absl::string_view QueryKindName(QueryKind kind);

struct Query {
  QueryKind kind = QueryKind::kManifest;
  std::string part;  // kPart: the name of its file
  // kRecords: the first and the last instant. In whole seconds; a fraction widens the span.
  absl::Time start = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();
  bool rotated = true;  // kRecords: also from the files that logrotate made

  friend bool operator==(const Query&, const Query&) = default;
};

// A credential with a longer query is refused unread.
inline constexpr size_t kMaxQueryBytes = 4096;

std::string WriteQuery(const Query& query);
// InvalidArgument for another version, and DataLoss for a text that is not a query. The message
// says what is wrong.
absl::StatusOr<Query> ParseQuery(absl::string_view text);

// An answer is one piece or more, numbered from 0. A piece names its query, so that an answer to
// another query is not taken for it.
struct AnswerPiece {
  std::string query;  // the SHA-256 of the query's credential, hexadecimal
  uint64_t number = 0;
  bool is_last = false;
  // Of the last piece: whether the answer is whole, or why not.
  absl::Status status;
  // Of the last piece: lines for the user, such as one about a damaged file.
  std::vector<std::string> notes;
  std::string data;  // any bytes
};

// A piece has at most so many bytes of data. munged takes credentials of at most 1 MiB.
inline constexpr size_t kMaxPieceData = 256 << 10;

std::string WriteAnswerPiece(const AnswerPiece& piece);
// Errors as of ParseQuery.
absl::StatusOr<AnswerPiece> ParseAnswerPiece(absl::string_view text);

}  // namespace carbon

#endif  // CORE_QUERY_QUERY_H_
