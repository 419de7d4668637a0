// Compares 300 decisions to the last bit with a file that holds what they were before. The
// submissions go to one Placer and are drawn from a world with four zones, three kinds of hardware,
// and all that a hint, a deadline or a full pool can change. Debian 12, 13 and testing give the
// same file.
//
// A commit that changes the file is meant to decide otherwise, and raises kDecisionArithmetic,
// which is the file's first line. A run that differs leaves what it made beside the test's other
// temporary files, and names it: copy it over the file.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "core/placer/placer.h"
#include "gtest/gtest.h"
#include "tests/core/drawn_world.h"

namespace carbon {
namespace {

std::string Bits(const std::optional<Saving>& saving) {
  if (!saving.has_value()) return "-";
  return absl::StrFormat("%a %a %a %a", saving->mean.value(), saving->low.value(),
                         saving->high.value(), saving->share);
}

std::string Bits(const std::optional<Plan>& plan, absl::Time now) {
  if (!plan.has_value()) return "-";
  return absl::StrFormat(
      "%s+%d for %d limit %d %a kWh %a g %s", plan->first().pool(),
      absl::ToInt64Seconds(plan->start() - now), absl::ToInt64Seconds(plan->runtime()),
      absl::ToInt64Seconds(plan->first().time_limit), plan->energy().value(), plan->gross().value(),
      plan->consequential().has_value() ? absl::StrFormat("%a", plan->consequential()->value())
                                        : "-");
}

std::string DecisionsMade() {
  Draws draws;
  World world = DrawnWorld(&draws);
  const auto snapshot = world.Publish();
  std::optional<Placer> placer;
  std::string text = absl::StrCat("arithmetic ", kDecisionArithmetic, "\n");
  for (int i = 0; i < 300; ++i) {
    // Otherwise all pools are full soon.
    if (i % 40 == 0) {
      placer.emplace("3f9c21aa04d7be15", RecordBudget::Options());
      LedgerBase base(world.capacity);
      placer->Adopt(snapshot, &base, world.now);
    }
    const JobRequest job = DrawnJob(world, &draws);
    const Submission submission = placer->Submit(job, {}, world.now);
    const Decision& decision = submission.decision;
    absl::StrAppend(&text, i, " ", OutcomeName(decision.outcome), " (", ReasonText(decision.reason),
                    ")", " bookings ", submission.ledger_digest, "; home ",
                    Bits(decision.home, world.now), "; static best ",
                    Bits(decision.static_best, world.now), "; chosen ",
                    Bits(decision.chosen, world.now), "; saving ", Bits(decision.saving),
                    "; consequential ", Bits(decision.consequential_saving), "\n");
  }
  return text;
}

TEST(Golden, TheDecisionsAreThoseOfTheFile) {
  const std::string made = DecisionsMade();
  std::ifstream file(CARBON_GOLDEN_FILE);
  ASSERT_TRUE(file) << CARBON_GOLDEN_FILE;
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  if (made == golden) return;
  const std::string path = testing::TempDir() + "decisions.golden";
  std::ofstream(path) << made;
  const std::vector<std::string> lines = absl::StrSplit(made, '\n');
  const std::vector<std::string> expected = absl::StrSplit(golden, '\n');
  const auto [line, other] =
      std::mismatch(lines.begin(), lines.end(), expected.begin(), expected.end());
  FAIL() << "the first that differs; all that was made is in " << path << "\n  made "
         << (line == lines.end() ? "nothing" : *line) << "\n  file "
         << (other == expected.end() ? "nothing" : *other);
}

// Otherwise the file would guard little.
TEST(Golden, HasDecisionsOfAllKinds) {
  const std::string made = DecisionsMade();
  for (const Outcome outcome : {Outcome::kPlaced, Outcome::kKeptHome, Outcome::kLeftAlone}) {
    int count = 0;
    for (absl::string_view line : absl::StrSplit(made, '\n')) {
      count += absl::StrContains(line, absl::StrCat(" ", OutcomeName(outcome), " (")) ? 1 : 0;
    }
    EXPECT_GE(count, 30) << OutcomeName(outcome);
  }
}

}  // namespace
}  // namespace carbon
