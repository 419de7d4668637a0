#include "core/json/json_document.h"

#include <string>

#include "gtest/gtest.h"

namespace carbon {
namespace {

std::string Refusal(absl::string_view text) {
  return std::string(JsonDocument::Parse(text, "the part").status().message());
}

TEST(JsonDocument, RefusesWhatIsNoObjectOrIsBeyondItsBounds) {
  const std::string nested = std::string(7, '[') + std::string(7, ']');
  EXPECT_EQ(Refusal("{\"a\": " + nested + "}"), "");
  EXPECT_EQ(Refusal("{\"a\": [" + nested + "]}"), "the part: is not a JSON object");
  EXPECT_EQ(Refusal("{\"" + std::string(64, 'k') + "\": 1}"), "");
  EXPECT_EQ(Refusal("{\"" + std::string(65, 'k') + "\": 1}"), "the part: is not a JSON object");
  for (const char* text : {"", "{", "[]", "5", "{} {}"}) {
    EXPECT_EQ(Refusal(text), "the part: is not a JSON object") << text;
  }
  EXPECT_EQ(JsonDocument::Parse("").status().message(), "is not a JSON object");
  EXPECT_EQ(JsonDocument::Parse("").status().code(), absl::StatusCode::kDataLoss);
}

TEST(JsonDocument, TellsAnotherVersionFromAFault) {
  const auto read = [](absl::string_view text, int oldest, int newest) {
    return JsonDocument::Parse(text, "the part")->ReadVersion("v", oldest, newest);
  };
  EXPECT_EQ(*read(R"({"v": 2})", 1, 3), 2);
  const absl::Status later = read(R"({"v": 4})", 1, 3).status();
  EXPECT_EQ(later.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(later.message(), "the part: version 4, this program reads versions 1 to 3");
  EXPECT_EQ(read(R"({"v": 4})", 3, 3).status().message(),
            "the part: version 4, this program reads version 3");
  for (const char* text : {"{}", R"({"v": "2"})", R"({"v": 2.0})"}) {
    const absl::Status fault = read(text, 1, 3).status();
    EXPECT_EQ(fault.code(), absl::StatusCode::kDataLoss) << text;
    EXPECT_EQ(fault.message(), "the part: /v: is not a whole number") << text;
  }
}

TEST(JsonDocument, GivesTheValueOrTheFirstRefusal) {
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(R"({"a": 1, "b": 2})", "the part");
  ASSERT_TRUE(document.ok());
  const JsonDocument moved = *std::move(document);  // values of it stay valid
  EXPECT_EQ(*moved.Result(5), 5);
  const JsonValue root = moved.root();
  root.Refuse("is wrong", "/b");
  root.Refuse("is wrong too");
  EXPECT_EQ(moved.Result(5).status().message(), "the part: /b: is wrong");
  EXPECT_EQ(moved.status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace carbon
