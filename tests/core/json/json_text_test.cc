#include "core/json/json_text.h"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

TEST(JsonText, ReadsAsItIsWritten) {
  JsonText json = {{"a", 1}, {"b", {{"c", "d"}, {"e", nullptr}, {"f", true}}}};
  json["g"] = std::vector<std::string>{"h", "i"};
  JsonText array = JsonText::Array();
  json["empty"] = array;
  array.push_back(2.5);
  array.push_back({{"j", -7}});
  json["k"] = array;
  json["none"] = JsonText::Object();
  EXPECT_EQ(json.text(), R"({"a":1,"b":{"c":"d","e":null,"f":true},"g":["h","i"],"empty":[],)"
                         R"("k":[2.5,{"j":-7}],"none":{}})");
  EXPECT_EQ(Dump(Json::parse(json.text())), json.text());
}

TEST(JsonText, WritesNumbersAsTheLibraryDoes) {
  using Limits = std::numeric_limits<double>;
  for (const double value : {0.0,
                             -0.0,
                             1.0,
                             -1.0,
                             0.1,
                             100000.0,
                             123456789.0,
                             0.001,
                             0.0001,
                             0.00009,
                             1e-7,
                             1e14,
                             1e15,
                             1e16,
                             1.5e300,
                             -2.25e-300,
                             999999999999999.9,
                             Limits::max(),
                             Limits::min(),
                             Limits::infinity(),
                             -Limits::infinity(),
                             Limits::quiet_NaN()}) {
    EXPECT_EQ(JsonText(value).text(), Dump(value));
  }
  for (const int64_t value : {std::numeric_limits<int64_t>::min(), int64_t{0}, int64_t{42}}) {
    EXPECT_EQ(JsonText(value).text(), Dump(value));
  }
  EXPECT_EQ(JsonText(std::numeric_limits<uint64_t>::max()).text(), "18446744073709551615");
}

// The library's digits are not always the fewest, so lengths are compared and not texts.
TEST(JsonText, LosesNoBitOfAnyNumberAndIsNoLongerThanNeedBe) {
  std::mt19937_64 random(31);
  for (int i = 0; i < 100'000; ++i) {
    const double value = i % 2 == 0 ? std::bit_cast<double>(random())
                                    : static_cast<double>(random() >> (random() % 60)) / 1000;
    if (!(value == value) || value - value != 0) continue;
    const std::string text = JsonText(value).text();
    ASSERT_EQ(std::bit_cast<uint64_t>(Json::parse(text).get<double>()),
              std::bit_cast<uint64_t>(value));
    ASSERT_LE(text.size(), Dump(value).size()) << text;
  }
}

TEST(JsonText, EscapesWhateverUsersWrite) {
  for (const std::string& text :
       {std::string("plain"), std::string(), std::string("\"quoted\" \\ and \x1b[31m"),
        std::string("nul\0inside", 10), std::string("\x7f"), std::string("Z\xc3\xbcrich"),
        std::string("not UTF-8: \xff\xc3"), std::string("\xf0\x9f\x8c\xb1\n\t")}) {
    EXPECT_EQ(JsonText(text).text(), Dump(text));
  }
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    EXPECT_EQ(JsonText(text).text(), Dump(text)) << byte;
  }
}

TEST(JsonText, CutsAStringThatIsTooLongAsItIsWritten) {
  const std::string odd = "\x01\n\"a\xc3\xa9\xf0\x9f\x98\x80\xff";
  std::string text;
  for (int i = 0; i < 100; ++i) text += odd;
  for (size_t most = 8; most < 120; ++most) {
    bool is_cut = false;
    const std::string cut = JsonText::Bounded(text, most, &is_cut).text();
    EXPECT_TRUE(is_cut);
    EXPECT_LE(cut.size(), most + 2);
    const Json json = Json::parse(cut, nullptr, /*allow_exceptions=*/false);
    ASSERT_TRUE(json.is_string()) << cut;
    EXPECT_TRUE(json.get<std::string>().ends_with("\xe2\x80\xa6")) << cut;
    // Nothing of a character is left behind where it is cut, and no more is cut than need be.
    EXPECT_GT(cut.size() + 12, most) << cut;
  }
}

TEST(JsonText, LeavesAStringAloneThatJustFits) {
  bool is_cut = false;
  EXPECT_EQ(JsonText::Bounded("12345678", 8, &is_cut).text(), "\"12345678\"");
  EXPECT_EQ(JsonText::Bounded("\x01\"", 8, &is_cut).text(), R"("\u0001\"")");
  EXPECT_FALSE(is_cut);
  EXPECT_EQ(JsonText::Bounded("123456789", 8, &is_cut).text(), R"("12\u2026")");
  EXPECT_TRUE(is_cut);
}

TEST(JsonText, NeverTakesAStringForShorterThanItIsWritten) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (int n = 0; n < 20; ++n) text.push_back(static_cast<char>(random() % 256));
    EXPECT_GE(JsonText::EscapedSize(text) + 2, JsonText(text).text().size());
  }
  EXPECT_EQ(JsonText::EscapedSize("a\"\x7f\t"), 1u + 2 + 6 + 2);
}

}  // namespace
}  // namespace carbon
