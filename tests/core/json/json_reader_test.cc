#include "core/json/json_reader.h"

#include <string>
#include <vector>

#include "core/base/timestamp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A text, and what was refused of it as "pointer: message".
class Text {
 public:
  explicit Text(absl::string_view text) : json_(nlohmann::json::parse(text)) {}

  JsonValue value() { return JsonValue(json_, "", &errors_); }
  std::vector<std::string> Refused() const {
    std::vector<std::string> lines;
    for (const ConfigError& error : errors_) lines.push_back(error.path + ": " + error.message);
    return lines;
  }

 private:
  nlohmann::json json_;
  std::vector<ConfigError> errors_;
};

TEST(JsonObject, RefusesKeysThatWereNotAskedForUnlessTheyAreToBeIgnored) {
  for (const auto keys : {JsonObject::UnknownKeys::kRefused, JsonObject::UnknownKeys::kIgnored}) {
    Text text(R"({"known": true, "knwon": true})");
    bool known = false;
    {
      JsonObject object(text.value(), keys);
      object.Require("known", &known, Boolean);
    }
    EXPECT_TRUE(known);
    if (keys == JsonObject::UnknownKeys::kIgnored) {
      EXPECT_THAT(text.Refused(), IsEmpty());
    } else {
      EXPECT_THAT(text.Refused(),
                  ElementsAre("/knwon: unknown key \"knwon\"; did you mean \"known\"?"));
    }
  }
}

// The errors of a large text gone wrong could take more memory than the text.
TEST(JsonObject, KeepsABoundedNumberOfErrors) {
  nlohmann::json many;
  for (size_t i = 0; i <= 2 * JsonValue::kMaxErrors; ++i) many["k" + std::to_string(i)] = 0;
  Text text(many.dump());
  {
    const JsonObject object(text.value());
  }
  EXPECT_EQ(text.Refused().size(), JsonValue::kMaxErrors);
  text.value().Refuse("is wrong too");
  EXPECT_EQ(text.Refused().size(), JsonValue::kMaxErrors);
}

TEST(JsonReaders, TakeWholeNumbersWithinTheirBounds) {
  Text text("[0, 5, 9223372036854775807, -1, 6, 1.0, \"5\", 9223372036854775808]");
  const std::vector<JsonValue> values = text.value().Elements();
  EXPECT_EQ(WholeNumber()(values[0]), 0);
  EXPECT_EQ(WholeNumber{5}(values[1]), 5);
  EXPECT_EQ(WholeNumber()(values[2]), INT64_MAX);
  EXPECT_THAT(text.Refused(), IsEmpty());
  EXPECT_EQ(WholeNumber()(values[3]), std::nullopt);
  EXPECT_EQ(WholeNumber{5}(values[4]), std::nullopt);
  EXPECT_EQ(WholeNumber()(values[5]), std::nullopt);
  EXPECT_EQ(WholeNumber()(values[6]), std::nullopt);
  EXPECT_EQ(WholeNumber()(values[7]), std::nullopt);
  EXPECT_EQ(text.Refused()[1], "/4: is not a whole number in [0, 5]");
  EXPECT_EQ(text.Refused().size(), 5u);
  constexpr WholeNumber kAboutZero = {.most = 1, .least = -1};
  EXPECT_EQ(kAboutZero(values[3]), -1);
  EXPECT_EQ(kAboutZero(values[1]), std::nullopt);
  EXPECT_EQ(text.Refused().back(), "/1: is not a whole number in [-1, 1]");
}

TEST(JsonReaders, TakeTimesThatAreWrittenBackAsTheyWere) {
  Text text(R"(["2026-11-24T02:00:00Z", "2026-11-24 03:00:00+01:00", "1000-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z", "0999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00",
                "2026-11-24T02:00:00", 5])");
  const std::vector<JsonValue> values = text.value().Elements();
  for (const int i : {0, 2, 3}) {
    const std::optional<absl::Time> time = Timestamp(values[i]);
    ASSERT_TRUE(time.has_value()) << i;
    EXPECT_EQ(FormatTimestamp(*time), values[i].json().get<std::string>());
  }
  EXPECT_EQ(Timestamp(values[1]), Timestamp(values[0]));
  EXPECT_THAT(text.Refused(), IsEmpty());
  for (const int i : {4, 5, 6, 7}) EXPECT_EQ(Timestamp(values[i]), std::nullopt) << i;
  EXPECT_EQ(text.Refused().size(), 4u);
}

TEST(JsonReaders, TakeNullForNothing) {
  Text text(R"([null, "", 5])");
  const std::vector<JsonValue> values = text.value().Elements();
  const auto reader = NullOr(AnyText);
  EXPECT_EQ(reader(values[0]), std::nullopt);
  EXPECT_EQ(reader(values[1]), "");
  EXPECT_THAT(text.Refused(), IsEmpty());
  EXPECT_EQ(reader(values[2]), std::nullopt);
  EXPECT_THAT(text.Refused(), ElementsAre("/2: must be a string, not 5"));
}

TEST(ForEach, EndsWithTheFirstRefusal) {
  Text text("[1, 2, 3, 4]");
  int count = 0;
  ForEach(text.value(), [&](const JsonValue& value) {
    if (++count == 2) value.Refuse("is enough");
  });
  EXPECT_EQ(count, 2);
  EXPECT_THAT(text.Refused(), ElementsAre("/1: is enough"));
  Text object("{}");
  ForEach(object.value(), [&](const JsonValue&) { ++count; });
  EXPECT_EQ(count, 2);
  EXPECT_THAT(object.Refused(), ElementsAre(": must be an array, not an object"));
}

}  // namespace
}  // namespace carbon
