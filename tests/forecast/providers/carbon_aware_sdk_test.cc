#include "forecast/providers/carbon_aware_sdk.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

absl::Time At(int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(2026, 11, 24, hour, minute), absl::UTCTimeZone());
}

double ValueAt(const IntensitySeries& series, absl::Time time) {
  absl::StatusOr<GramsPerKilowattHour> value = series.Mean(time, time);
  return value.ok() ? value->value() : -1;
}

TEST(ParseCarbonAwareSdk, ReadsTheDataFile) {
  absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(
      R"({"GeneratedAt": "2026-11-23T23:55:00+00:00",
          "Emissions": [
            {"Time": "2026-11-24T00:00:00+00:00", "Rating": 310.25, "Duration": "00:15:00"},
            {"Time": "2026-11-24T00:15:00+00:00", "Rating": 0, "Duration": "00:15:00"},
            {"Time": "2026-11-24T00:30:00+00:00", "Rating": 290, "Duration": "1.00:00:00"}]})",
      "");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->issued_at, At(0) - absl::Minutes(5));
  EXPECT_EQ(forecast->series.begin(), At(0));
  EXPECT_EQ(ValueAt(forecast->series, At(0, 10)), 310.25);
  EXPECT_EQ(ValueAt(forecast->series, At(0, 15)), 0);
  EXPECT_EQ(forecast->series.end(), At(0, 30) + absl::Hours(24));
}

constexpr char kTwoLocations[] =
    R"({"Emissions": [
         {"Location": "DE", "Time": "2026-11-24T00:00:00Z", "Rating": 400, "Duration": "01:00:00"},
         {"Location": "fr", "Time": "2026-11-24T00:00:00Z", "Rating": 50, "Duration": "01:00:00"},
         {"Location": "de", "Time": "2026-11-24T01:00:00Z", "Rating": 410, "Duration": "01:00:00"},
         {"Location": "fr", "Time": "2026-11-24T01:00:00Z", "Rating": 60, "Duration": "01:00:00"}
       ]})";

TEST(ParseCarbonAwareSdk, ChoosesTheLocationWhateverItsCase) {
  absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(kTwoLocations, "de");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->issued_at, std::nullopt);
  EXPECT_EQ(ValueAt(forecast->series, At(1)), 410);
}

TEST(ParseCarbonAwareSdk, RefusesAnUnknownOrAmbiguousLocation) {
  absl::StatusOr<CarbonAwareForecast> unknown = ParseCarbonAwareSdk(kTwoLocations, "uk");
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(unknown.status().message(), "location \"uk\" is not in the file, which has 2");
  absl::StatusOr<CarbonAwareForecast> ambiguous = ParseCarbonAwareSdk(kTwoLocations, "");
  EXPECT_EQ(ambiguous.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ambiguous.status().message(), "the file has 2 locations, and none was chosen");
}

constexpr char kWebApi[] =
    R"([{"generatedAt": "2026-11-23T23:50:00Z", "requestedAt": "2026-11-24T00:01:00Z",
         "location": "eastus", "windowSize": 10, "optimalDataPoints": [],
         "forecastData": [
           {"location": "PJM_ROANOKE", "timestamp": "2026-11-24T00:00:00Z", "duration": 10, "value": 448.4},
           {"location": "PJM_ROANOKE", "timestamp": "2026-11-24T00:10:00Z", "duration": 10, "value": 440}]},
        {"generatedAt": "2026-11-23T23:40:00Z", "location": "uksouth",
         "forecastData": [
           {"location": "UK", "timestamp": "2026-11-24T00:00:00Z", "duration": 30, "value": 120}]}])";

TEST(ParseCarbonAwareSdk, ReadsTheWebApiForecastWhoseDataNamesAnotherRegion) {
  absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(kWebApi, "eastus");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->issued_at, At(0) - absl::Minutes(10));
  EXPECT_EQ(ValueAt(forecast->series, At(0, 19)), 440);
  EXPECT_EQ(forecast->series.end(), At(0, 20));
  EXPECT_EQ(ParseCarbonAwareSdk(kWebApi, "uksouth")->series.end(), At(0, 30));
}

// Four values every five minutes, each said to hold for `duration` minutes.
absl::StatusOr<CarbonAwareForecast> WithWindow(const char* window, const char* duration) {
  std::string data;
  for (int i = 0; i < 4; ++i) {
    absl::StrAppend(&data, i == 0 ? "" : ",", R"({"timestamp": "2026-11-24T00:)", i / 2, i % 2 * 5,
                    R"(:00Z", "duration": )", duration, R"(, "value": )", 400 + i, "}");
  }
  return ParseCarbonAwareSdk(
      absl::StrCat(R"([{"windowSize": )", window, R"(, "forecastData": [)", data, "]}]"), "");
}

TEST(ParseCarbonAwareSdk, TakesAWindowOfZeroForNoRollingMean) {
  for (const char* window : {"0", "0.0", "null", "5"}) {
    const absl::StatusOr<CarbonAwareForecast> forecast = WithWindow(window, "5");
    ASSERT_TRUE(forecast.ok()) << window << " " << forecast.status();
    EXPECT_EQ(forecast->series.end(), At(0, 20));
    EXPECT_EQ(ValueAt(forecast->series, At(0, 5)), 401);
  }
}

TEST(ParseCarbonAwareSdk, SaysThatRollingMeansAreNone) {
  constexpr char kTenEveryFive[] =
      "[0].forecastData: its values are rolling means over 10m every 5m, not those of single steps";
  EXPECT_EQ(WithWindow("10", "5").status().message(), kTenEveryFive);
  EXPECT_EQ(WithWindow("10", "10").status().message(), kTenEveryFive);
  EXPECT_EQ(WithWindow("0", "10").status().message(), kTenEveryFive);
  EXPECT_THAT(WithWindow("60", "5").status().message(), HasSubstr("over 1h every 5m"));
  EXPECT_THAT(WithWindow("[]", "5").status().message(),
              HasSubstr("[0]: windowSize: an array is neither"));
  EXPECT_THAT(WithWindow("-5", "5").status().message(),
              HasSubstr("windowSize: -5 is not positive"));
}

TEST(ParseCarbonAwareSdk, TakesAFractionOfASecondInWhenItWasMade) {
  absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(
      R"([{"generatedAt": "2026-11-23T23:50:11.5092741+00:00", "forecastData": [
           {"timestamp": "2026-11-24T00:00:00Z", "duration": 10, "value": 448.4}]}])",
      "");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->issued_at, At(0) - absl::Minutes(10) + absl::Seconds(11));
}

TEST(ParseCarbonAwareSdk, ReadsTheListOfEmissionsAlone) {
  constexpr char kList[] = R"([
      {"Location": "us-east-1", "Time": "2026-11-24T00:00:00Z", "Rating": 90, "Duration": "01:00"},
      {"Location": "us-east-1", "Time": "2026-11-24T01:00:00Z", "Rating": 57, "Duration": "01:00"},
      {"Location": "us-west-1", "Time": "2026-11-24T00:00:00Z", "Rating": 19, "Duration": "00:30"}])";
  absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(kList, "us-east-1");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->issued_at, std::nullopt);
  EXPECT_EQ(ValueAt(forecast->series, At(1)), 57);
  EXPECT_EQ(forecast->series.end(), At(2));
  EXPECT_EQ(ParseCarbonAwareSdk(kList, "us-west-1")->series.end(), At(0, 30));
  EXPECT_EQ(ParseCarbonAwareSdk(kList, "").status().message(),
            "the file has 2 locations, and none was chosen");
  EXPECT_EQ(ParseCarbonAwareSdk(R"([{"Time": "2026-11-24T00:00:00Z", "Rating": 1}])", "")
                .status()
                .message(),
            "[0]: Duration is missing");
}

TEST(ParseCarbonAwareSdk, ReadsFractionsOfASecondInTimes) {
  const auto file = [](const char* first, const char* second) {
    return ParseCarbonAwareSdk(absl::StrCat(R"({"Emissions": [{"Time": ")", first,
                                            R"(", "Rating": 1, "Duration": "01:00"}, {"Time": ")",
                                            second, R"(", "Rating": 2, "Duration": "01:00"}]})"),
                               "");
  };
  // The second as the SDK's samples drift, and where the fraction passes a whole second.
  for (const auto& [first, second] :
       {std::pair("2026-11-24T00:00:00.7665571Z", "2026-11-24T01:00:00.7666297Z"),
        std::pair("2026-11-24T00:00:00.0000001Z", "2026-11-24T00:59:59.9999999Z"),
        std::pair("2026-11-23T23:59:59.9999999Z", "2026-11-24T01:00:00Z")}) {
    absl::StatusOr<CarbonAwareForecast> forecast = file(first, second);
    ASSERT_TRUE(forecast.ok()) << forecast.status();
    EXPECT_EQ(forecast->series.steps().size(), 2u);
  }
  // A gap that no fraction explains is an ordinary gap.
  for (const auto& [first, second] : {std::pair("2026-11-24T00:00:00.5Z", "2026-11-24T01:00:02.5Z"),
                                      std::pair("2026-11-24T00:00:00Z", "2026-11-24T01:00:01Z")}) {
    absl::StatusOr<CarbonAwareForecast> forecast = file(first, second);
    ASSERT_TRUE(forecast.ok()) << forecast.status();
    EXPECT_EQ(forecast->series.steps().size(), 3u);
  }
}

TEST(ParseCarbonAwareSdk, RefusesAnUnknownOrAmbiguousWebApiLocation) {
  EXPECT_EQ(ParseCarbonAwareSdk(kWebApi, "mars").status().message(),
            "location \"mars\" is not in the file, which has 2");
  EXPECT_EQ(ParseCarbonAwareSdk(kWebApi, "").status().message(),
            "the file has 2 locations, and none was chosen");
  EXPECT_EQ(ParseCarbonAwareSdk(R"([{"location":"a"},{"location":"a"}])", "a").status().message(),
            "the file has two forecasts of one location");
}

TEST(ParseCarbonAwareSdk, SortsItsEmissions) {
  absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(
      R"({"Emissions": [
           {"Time": "2026-11-24T02:00:00Z", "Rating": 3, "Duration": "01:00:00"},
           {"Time": "2026-11-24T00:00:00Z", "Rating": 1, "Duration": "01:00:00"},
           {"Time": "2026-11-24T01:00:00Z", "Rating": 2, "Duration": "01:00:00"}]})",
      "");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.begin(), At(0));
  EXPECT_EQ(forecast->series.end(), At(3));
  EXPECT_EQ(ValueAt(forecast->series, At(1)), 2);
}

TEST(ParseCarbonAwareSdk, LeavesABadEmissionOutAndSaysSo) {
  std::string emissions;
  for (int i = 0; i < 20; ++i) {
    absl::StrAppend(&emissions, i == 0 ? "" : ",", R"({"Time": "2026-11-24T)", i / 10, i % 10,
                    R"(:00:00Z", "Duration": "01:00:00", "Rating": )",
                    i == 7   ? "-1"
                    : i == 8 ? "\"12.5\""
                             : "100",
                    "}");
  }
  absl::StatusOr<CarbonAwareForecast> forecast =
      ParseCarbonAwareSdk(absl::StrCat(R"({"Emissions": [)", emissions, "]}"), "");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.end(), At(20));
  EXPECT_EQ(ValueAt(forecast->series, At(8)), 12.5) << "a number in a string";
  EXPECT_EQ(forecast->remark.left_out, 1);
  EXPECT_EQ(
      forecast->remark.note,
      "1 of 20 records left out, the first because of Emissions[7]: Rating: -1 is negative or "
      "not finite; holes of 1h in all filled");
}

TEST(ParseCarbonAwareSdk, EndsAtAGapNamingItsTimes) {
  absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(
      R"({"Emissions": [
           {"Time": "2026-11-24T00:00:00Z", "Rating": 1, "Duration": "01:00:00"},
           {"Time": "2026-11-24T02:00:00Z", "Rating": 1, "Duration": "01:00:00"}]})",
      "");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.end(), At(1));
  EXPECT_EQ(forecast->remark.note,
            "nothing is said of 2026-11-24T01:00:00Z to 2026-11-24T02:00:00Z");
}

TEST(ParseCarbonAwareSdk, RefusesBadEmissionsNamingMemberAndValue) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":-1,"Duration":"01:00:00"})",
       "Emissions[1]: Rating: -1 is negative or not finite"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":20000,"Duration":"01:00:00"})",
       "Emissions[1]: Rating: 20000 is above 10000 gCO2e/kWh"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":"12 g","Duration":"01:00:00"})",
       "Emissions[1]: Rating: a text is not a number"},
      {R"({"Time":"2026-11-24T01:00:00Z","Duration":"01:00:00"})",
       "Emissions[1]: Rating is missing"},
      {R"({"Rating":1,"Duration":"01:00:00"})", "Emissions[1]: Time is missing"},
      {R"({"Time":17,"Rating":1,"Duration":"01:00:00"})", "Emissions[1]: Time: 17 is not a time"},
      {R"({"Time":"2026-11-24T01:00:00","Rating":1,"Duration":"01:00:00"})",
       "Emissions[1]: Time: the time has no offset"},
      {R"({"Time":"2026-11-24T00:30:00Z","Rating":1,"Duration":"01:00:00"})",
       "Emissions: its values are rolling means over 1h every 30m"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":1})", "Emissions[1]: Duration is missing"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":1,"Duration":"00:00:00"})",
       "Emissions[1]: Duration: a text is not positive, or above 31 days"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":1,"Duration":"99.00:00:00"})",
       "is not positive, or above 31 days"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":1,"Duration":"25:00:00"})",
       "Duration: a text is neither hh:mm[:ss] nor a number of minutes"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":1,"Duration":"1h"})", "is neither hh:mm[:ss]"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":1,"Duration":-5})", "-5 is not positive"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":1,"Duration":1e300})", "is neither hh:mm[:ss]"},
      {R"({"Time":"2026-11-24T01:00:00Z","Rating":1,"Duration":0.0001})", "is neither hh:mm[:ss]"},
      {R"({"Location":3,"Time":"2026-11-24T01:00:00Z","Rating":1,"Duration":"01:00:00"})",
       "Emissions[1]: Location: 3 is not a string"},
      {R"([1,2])", "Emissions[1]: an array is no object"},
      {R"(null)", "Emissions[1]: null is no object"},
  };
  for (const auto& [emission, message] : cases) {
    absl::StatusOr<CarbonAwareForecast> forecast =
        ParseCarbonAwareSdk(absl::StrCat(R"({"Emissions": [
             {"Time": "2026-11-24T00:00:00Z", "Rating": 1, "Duration": "01:00:00"},)",
                                         emission, "]}"),
                            "");
    EXPECT_EQ(forecast.status().code(), absl::StatusCode::kInvalidArgument) << emission;
    EXPECT_THAT(std::string(forecast.status().message()), HasSubstr(message)) << emission;
  }
}

TEST(ParseCarbonAwareSdk, RefusesWhatIsNeitherForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "not JSON: "},
      {"{\"Emissions\": [", "not JSON: "},
      {"{\"Emissions\": [{\"Rating\": 1e999}]}", "not JSON: "},
      {"17", "17 is neither a data file nor a WebAPI forecast"},
      {"{}", "Emissions is missing"},
      {"{\"Emissions\": {}}", "Emissions: an object is no array"},
      {"{\"GeneratedAt\": 3, \"Emissions\": []}", "GeneratedAt: 3 is not a time"},
      {"[]", "the file has no forecast"},
      {"[3]", "[0]: 3 is no object"},
      {"[{}]", "[0]: forecastData is missing"},
      {"[{\"location\": 3}]", "[0]: Location: 3 is not a string"},
      {"[{\"generatedAt\": \"now\", \"forecastData\": []}]",
       "[0]: generatedAt: the time is not RFC 3339"},
  };
  for (const auto& [text, message] : cases) {
    absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(text, "");
    EXPECT_EQ(forecast.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(forecast.status().message()), HasSubstr(message)) << text;
  }
}

TEST(ParseCarbonAwareSdk, IsUnavailableWithoutEmissions) {
  for (const char* text : {"{\"Emissions\": []}", "[{\"forecastData\": []}]"}) {
    EXPECT_EQ(ParseCarbonAwareSdk(text, "").status().code(), absl::StatusCode::kUnavailable);
  }
}

TEST(ParseCarbonAwareSdk, QuotesNoMoreThanALineOfWhatIsNotJson) {
  const absl::Status status =
      ParseCarbonAwareSdk("[\"" + std::string(100'000, 'x') + "\n", "").status();
  EXPECT_THAT(status.message(), HasSubstr("not JSON"));
  EXPECT_LT(status.message().size(), 300u);
  const absl::Status bytes = ParseCarbonAwareSdk("[\"\xff\xfe", "").status();
  EXPECT_THAT(std::string(bytes.message()), HasSubstr("line 1, column 3"));
  EXPECT_EQ(bytes.message().find('\xff'), absl::string_view::npos);
}

TEST(ParseCarbonAwareSdk, RefusesMoreValuesThanItMayHaveBeforeItParsesThem) {
  EXPECT_EQ(ParseCarbonAwareSdk("[0,0,0,0]", "", absl::InfinitePast(), 4).status().message(),
            "has more than 4 values");
}

// A user who may choose the file may have chosen a link to a file that only root may read.
TEST(ParseCarbonAwareSdk, QuotesNoTextOfTheFile) {
  const std::string good = R"({"Time":"2026-11-24T00:00:00Z","Rating":1,"Duration":"01:00:00"})";
  for (const std::string& text : {
           std::string("s3cret"),
           std::string("\"s3cret\""),
           std::string("[\"s3cret\"]"),
           std::string("{\"s3cret\": 1}"),
           std::string("[\"s3cret\n"),
           std::string(R"({"GeneratedAt": "s3cret"})"),
           std::string(R"({"Emissions": "s3cret"})"),
           std::string(R"([{"location": "s3cret", "forecastData": []}, {"location": "s3cret2"}])"),
           std::string(R"([{"generatedAt": "s3cret", "forecastData": []}])"),
           std::string(R"([{"windowSize": "s3cret", "forecastData": []}])"),
           std::string(R"({"Emissions": [{"Time": "s3cret", "Rating": 1, "Duration": "1"}]})"),
           std::string(R"({"Emissions": [{"Time": "2026-11-24T00:00:00Z", "Rating": "s3cret"}]})"),
           R"({"Emissions": [)" + good + R"(, "s3cret"]})",
           R"({"Emissions": [)" + good + R"(, {"Time":"2026-11-24T01:00:00Z","Rating":1,)" +
               R"("Duration":"s3cret"}]})",
       }) {
    for (const char* location : {"", "de"}) {
      const absl::Status status = ParseCarbonAwareSdk(text, location).status();
      EXPECT_FALSE(status.ok()) << text;
      EXPECT_EQ(status.message().find("s3cret"), absl::string_view::npos) << status;
    }
  }
}

}  // namespace
}  // namespace carbon
