#include "core/query/query.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1795546800);
const std::string kDigest(64, 'a');

TEST(Query, IsReadBackAsItWasWritten) {
  const Query records = {.kind = QueryKind::kRecords,
                         .start = kStart,
                         .end = kStart + absl::Hours(24),
                         .rotated = false};
  const Query part = {.kind = QueryKind::kPart, .part = "forecast-x.bin"};
  for (const Query& query : {records, part, Query{}}) {
    const absl::StatusOr<Query> read = ParseQuery(WriteQuery(query));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, query) << WriteQuery(query);
  }
}

// A decision in the last second must not be left out.
TEST(Query, WidensItsSpanToWholeSeconds) {
  const absl::StatusOr<Query> read =
      ParseQuery(WriteQuery({.kind = QueryKind::kRecords,
                             .start = kStart + absl::Milliseconds(1),
                             .end = kStart + absl::Milliseconds(1)}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->start, kStart);
  EXPECT_EQ(read->end, kStart + absl::Seconds(1));
}

TEST(Query, RefusesAnUnknownVersionOrField) {
  const std::string text = WriteQuery({});
  const auto with = [&](const char* from, const char* to) {
    return ParseQuery(absl::StrReplaceAll(text, {{from, to}})).status();
  };
  EXPECT_EQ(with("\"version\":1", "\"version\":2").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(with("manifest", "passwd").message(), HasSubstr("/kind"));
  EXPECT_THAT(with("rotated", "rotate").message(), HasSubstr("rotate"));
  EXPECT_EQ(ParseQuery("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(ParseQuery(std::string(kMaxQueryBytes + 1, ' ')).status().message(),
              HasSubstr("longer than 4096 bytes"));
}

TEST(AnswerPiece, IsReadBackWithAnyBytes) {
  const AnswerPiece piece = {.query = kDigest,
                             .number = 7,
                             .is_last = true,
                             .status = absl::NotFoundError("no \"log\""),
                             .notes = {"a line", "another"},
                             .data = std::string("\0\n\xff{", 4)};
  const absl::StatusOr<AnswerPiece> read = ParseAnswerPiece(WriteAnswerPiece(piece));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->query, kDigest);
  EXPECT_EQ(read->number, 7u);
  EXPECT_TRUE(read->is_last);
  EXPECT_EQ(read->status, piece.status);
  EXPECT_THAT(read->notes, ElementsAre("a line", "another"));
  EXPECT_EQ(read->data, piece.data);
}

TEST(AnswerPiece, KeepsEachKindOfError) {
  for (int code = 0; code <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    const absl::StatusOr<AnswerPiece> read =
        ParseAnswerPiece(WriteAnswerPiece({.query = kDigest, .is_last = true, .status = status}));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->status, status);
  }
}

// munged takes a credential of 1 MiB; base64 adds a third.
TEST(AnswerPiece, FitsIntoACredential) {
  AnswerPiece piece = {.query = kDigest, .data = std::string(kMaxPieceData, '\n')};
  piece.notes.assign(1000, std::string(10'000, '\x01'));  // six bytes each in JSON
  piece.status = absl::InternalError(std::string(1 << 20, 'm'));
  const std::string text = WriteAnswerPiece(piece);
  EXPECT_LT(text.size(), size_t{700} << 10);
  const absl::StatusOr<AnswerPiece> read = ParseAnswerPiece(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->notes, SizeIs(50));
  EXPECT_EQ(read->data, piece.data);
}

TEST(AnswerPiece, RefusesADamagedHeader) {
  const std::string text = WriteAnswerPiece({.query = kDigest});
  EXPECT_EQ(ParseAnswerPiece("{}").status().message(), "answer: has no header");
  EXPECT_FALSE(ParseAnswerPiece(absl::StrReplaceAll(text, {{kDigest, "abc"}})).ok());
  EXPECT_FALSE(
      ParseAnswerPiece(absl::StrReplaceAll(text, {{"\"number\":0", "\"number\":-1"}})).ok());
  EXPECT_FALSE(
      ParseAnswerPiece(absl::StrReplaceAll(text, {{"\"code\":\"OK\"", "\"code\":\"?\""}})).ok());
}

}  // namespace
}  // namespace carbon
