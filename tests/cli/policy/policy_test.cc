// Runs the built scarbon, as a shell would.

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class PolicyCheck : public testing::Test {
 protected:
  // Runs in the folder, where Write put what there is.
  Ran Scarbon(const std::string& arguments) { return RunScarbon(arguments, "", folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

constexpr char kRight[] = R"({
  "zones": {"NO-1": {"kind": "average-lifecycle", "forecast": [{"file": "no.csv"}]}},
  "sites": {"oslo": {"zone": "NO-1", "pue": 1.1}},
  "pools": {"a": {"site": "oslo", "partition": "a", "hardware": "h100-sxm"},
            "b": {"site": "oslo", "partition": "b", "hardware": "a100-sxm"}},
  "policies": [{"name": "default"}]
})";

TEST_F(PolicyCheck, WarnsOfASecretThatOthersMayRead) {
  Write("token", "tok-5f1c0e");
  fs::permissions(folder_ + "/token", fs::perms(0644));
  Write("carbon.json", R"({
    "zones": {"A": {"kind": "average-lifecycle", "history": [],
                    "forecast": [{"provider": "electricity-maps", "zone": "DE",
                                  "secret_file": "token"}]}},
    "policies": [{"name": "all"}]})");
  const Ran open = Scarbon("policy check carbon.json");
  EXPECT_EQ(open.code, 0);
  EXPECT_THAT(open.out, HasSubstr("/token: is open to group or others, mode 644; chmod 600\n"));
  EXPECT_THAT(open.out, Not(HasSubstr("tok-5f1c0e")));
  fs::permissions(folder_ + "/token", fs::perms(0600));
  EXPECT_THAT(Scarbon("policy check carbon.json").out, Not(HasSubstr("warning")));
}

TEST_F(PolicyCheck, SaysInOneLineWhatIsThere) {
  Write("carbon.json", kRight);
  Write("no.csv", "");
  const Ran result = Scarbon("policy check carbon.json");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "carbon.json: 1 site, 2 pools, 1 policy: ok\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(PolicyCheck, ReportsEveryErrorWithLineAndPath) {
  Write("carbon.json",
        "{\"sites\": {\"oslo\": {\n\"zone\": \"NO\", \"puee\": 1}},\n\"policies\": [{}]}");
  const Ran result = Scarbon("policy check carbon.json");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_EQ(result.err,
            "carbon.json:1: /sites/oslo: \"pue\" is missing\n"
            "carbon.json:2: /sites/oslo/puee: unknown key \"puee\"; did you mean \"pue\"?\n"
            "carbon.json:2: /sites/oslo/zone: unknown zone \"NO\"\n"
            "carbon.json:3: /policies/0: \"name\" is missing\n");
}

TEST_F(PolicyCheck, SaysWhyAFileCannotBeRead) {
  Ran result = Scarbon("policy check absent.json");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "absent.json: No such file or directory\n");
  result = Scarbon("policy check .");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr(".: "));
}

TEST_F(PolicyCheck, WarnsOfWhatIsAllowedAndMostLikelyNotMeant) {
  Write("carbon.json", R"({
    "zones": {"A": {"kind": "average-lifecycle", "forecast": [{"file": "gone.csv"}]},
              "B": {"kind": "marginal"}, "H": {"kind": "marginal", "history": [{"file": "old.csv"}]},
              "unused": {"kind": "average-direct"}},
    "sites": {"a": {"zone": "A", "pue": 1.1}, "b": {"zone": "B", "pue": 1.1}},
    "policies": [{"name": "narrow", "match": {"user": ["no-such-user-here"]}, "exempt": 0.1},
                 {"name": "trial", "match": {"account": ["a"]}, "mode": "enforce", "exempt": 0.1},
                 {"name": "all"},
                 {"name": "late"}]})");
  const Ran result = Scarbon("policy check carbon.json");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(
      result.out,
      AllOf(HasSubstr("warning: policy narrow: user \"no-such-user-here\" does not exist\n"),
            HasSubstr("warning: zone A: "), HasSubstr("/gone.csv: does not exist\n"),
            HasSubstr(
                "warning: zone B: has no forecast; name sources in \"forecast\" or \"history\"\n"),
            HasSubstr("/old.csv: does not exist\n"), Not(HasSubstr("zone H: has no forecast")),
            HasSubstr("warning: the sites' zones are of different kinds, which are never compared "
                      "with each other: average-lifecycle (A), marginal (B)\n"),
            HasSubstr("warning: policy late: is never reached: policy all before it matches every "
                      "job\n"),
            HasSubstr("warning: policy narrow: exempt has no effect: its mode is shadow, and jobs "
                      "are exempted only where it is enforce\n"),
            Not(HasSubstr("policy trial")),
            EndsWith("carbon.json: 2 sites, 0 pools, 4 policies: ok\n")));
}

// Their numbers hold on, and ask for something else.
TEST_F(PolicyCheck, NamesThePoliciesThatWereWrittenForTheOlderRule) {
  Write("carbon.json", R"({"policies": [
    {"name": "floor", "match": {"user": ["root"]}, "saving_floor": 0.05},
    {"name": "sure", "match": {"user": ["root"]}, "confidence": 0.9},
    {"name": "knows", "match": {"user": ["root"]}, "confidence": 0.9, "fallback": "home"},
    {"name": "off", "match": {"user": ["root"]}, "confidence": 0.9, "mode": "off"},
    {"name": "plain"}]})");
  const Ran result = Scarbon("policy check carbon.json");
  EXPECT_EQ(result.code, 0);
  const std::string change =
      ": saving_floor now applies to the expected saving over the fallback, and confidence to the "
      "probability of any such saving; if that is intended, set \"fallback\" to \"static-best\" or "
      "\"home\": see carbon.json(5)\n";
  EXPECT_EQ(result.out, "warning: policy floor" + change + "warning: policy sure" + change +
                            "carbon.json: 0 sites, 0 pools, 5 policies: ok\n");
}

// One pool without them turns every job that may go there to the other figure.
TEST_F(PolicyCheck, NamesHardwareWhoseFreeWattsTheConsequentialFigureLacks) {
  const auto check = [this](const std::string& b, const std::string& policy,
                            const std::string& a = R"("hardware": "h100-sxm")") {
    Write("no.csv", "");
    Write("carbon.json", absl::StrCat(R"({
      "zones": {"NO-1": {"kind": "average-lifecycle", "forecast": [{"file": "no.csv"}]}},
      "sites": {"oslo": {"zone": "NO-1", "pue": 1.1}},
      "pools": {"a": {"site": "oslo", "partition": "a", )",
                                      a, R"(},
                "b": {"site": "oslo", "partition": "b", )",
                                      b, R"(}},
      "policies": [{"name": "all")",
                                      policy, "}]}"));
    return Scarbon("policy check carbon.json").out;
  };
  const std::string warning =
      "warning: hardware mi300x: has no free_watts: for jobs that may run there, the attributional "
      "emission is minimised instead of the consequential, unless Slurm powers the nodes down; set "
      "free_watts: see carbon.json(5)\n";
  EXPECT_THAT(check(R"("hardware": "mi300x")", ""), HasSubstr(warning));
  EXPECT_THAT(check(R"("hardware": "mi300x", "powers_down": true)", ""), Not(HasSubstr("warning")));
  EXPECT_THAT(check(R"("hardware": "mi300x")", R"(, "minimise": "attributional")"),
              Not(HasSubstr("warning")));
  EXPECT_THAT(check(R"("hardware": "a100-sxm")", ""), Not(HasSubstr("warning")));
  // If no hardware has free watts, only a policy that asks for the figure is warned of.
  const std::string lacking = R"("hardware": "mi300x")";
  EXPECT_THAT(check(lacking, "", lacking), Not(HasSubstr("warning")));
  EXPECT_THAT(check(lacking, R"(, "minimise": "consequential")", lacking), HasSubstr(warning));
  EXPECT_THAT(check(lacking, "", R"("hardware": "mi300x", "powers_down": true)"),
              HasSubstr(warning));
}

TEST_F(PolicyCheck, WarnsThatWithoutPoliciesNothingHappens) {
  Write("carbon.json", "{}");
  EXPECT_EQ(Scarbon("policy check carbon.json").out,
            "warning: no policies: every job is left alone\n"
            "carbon.json: 0 sites, 0 pools, 0 policies: ok\n");
}

TEST_F(PolicyCheck, FindsForecastFilesBesideTheConfigurationWhereverItIsRun) {
  fs::create_directory(folder_ + "/etc");
  Write("etc/carbon.json", kRight);
  Write("etc/no.csv", "");
  EXPECT_EQ(Scarbon("policy check etc/carbon.json").out,
            "etc/carbon.json: 1 site, 2 pools, 1 policy: ok\n");
}

TEST_F(PolicyCheck, PrintsJson) {
  Write("carbon.json", "{\n\"site\": {}}");
  Ran result = Scarbon("policy check carbon.json --json");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, IsEmpty());
  nlohmann::json json = nlohmann::json::parse(result.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.out;
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["errors"], nlohmann::json::array(
                                {{{"path", "/site"},
                                  {"line", 2},
                                  {"message", "unknown key \"site\"; did you mean \"sites\"?"}}}));

  Write("carbon.json", "{}");
  result = Scarbon("policy check --json carbon.json");
  EXPECT_EQ(result.code, 0);
  json = nlohmann::json::parse(result.out, nullptr, false);
  EXPECT_EQ(json["ok"], true);
  EXPECT_EQ(json["file"], "carbon.json");
  EXPECT_THAT(json["errors"], IsEmpty());
  EXPECT_EQ(json["warnings"], nlohmann::json({"no policies: every job is left alone"}));

  result = Scarbon("policy check --json absent.json");
  EXPECT_EQ(result.code, 1);
  json = nlohmann::json::parse(result.out, nullptr, false);
  EXPECT_EQ(json["errors"][0]["line"], nullptr);
  EXPECT_EQ(json["errors"][0]["message"], "No such file or directory");
}

TEST_F(PolicyCheck, RefusesWrongUsage) {
  for (const char* arguments :
       {"policy", "policy chek", "policy check a b", "policy check --yaml"}) {
    const Ran result = Scarbon(arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_THAT(result.out, IsEmpty()) << arguments;
    EXPECT_THAT(result.err, HasSubstr("scarbon: ")) << arguments;
  }
}

TEST_F(PolicyCheck, AcceptsTheExampleThatShips) {
  const fs::path docs = fs::path(CARBON_DOCS_DIR);
  const Ran result = Scarbon(absl::StrCat("policy check '", (docs / "carbon.json").string(), "'"));
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out, EndsWith(": ok\n"));
}

TEST_F(PolicyCheck, NamesTheLineOfAProviderThatCannotGiveWhatItIsAskedFor) {
  Write("carbon.json", R"({"zones": {
  "DE": {"kind": "marginal", "forecast": [
    {"file": "de.csv"},
    {"provider": "nseo",
     "zone": "13"},
    {"provider": "neso", "zone": "13"}]}}})");
  const Ran result = Scarbon("policy check carbon.json");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err,
              HasSubstr("carbon.json:4: /zones/DE/forecast/1/provider: unknown provider "
                        "\"nseo\"; did you mean \"neso\"?"));
  EXPECT_THAT(result.err, HasSubstr("carbon.json:6: /zones/DE/forecast/2: "));
}

}  // namespace
}  // namespace carbon
