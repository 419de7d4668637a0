// No job descriptor, whatever is in it, crashes or fools the way from slurmctld to slurmctld: read,
// decide on a fixed snapshot with bookings, make the verdict, apply it, record it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/decision/admin_comment.h"
#include "core/placer/placer.h"
#include "plugin/job_submit/descriptor.h"
#include "tests/plugin/fuzzed_descriptor.h"
#include "tests/plugin/slurm_symbols.h"

namespace carbon {
namespace {

struct Fixed {
  World world = DescriptorWorld(absl::FromUnixSeconds(1'795'478'400));
  std::shared_ptr<const Snapshot> snapshot = world.Publish();
  BookingLedger ledger;

  Fixed() {
    ledger.Rebase(LedgerBase(world.capacity), world.now);
    for (int i = 0; i < 40; ++i) {
      ledger.Book(
          {.decision_id = absl::StrCat("0123456789abcdef-", i + 1),
           .runs = {{i % 3 == 0   ? "oslo"
                     : i % 3 == 1 ? "lyon"
                                  : "frankfurt",
                     {world.now + absl::Minutes(17 * i), world.now + absl::Minutes(25 * i + 60)},
                     {.devices = 1 + i % 6, .cpus = 8}}},
           .made_at = world.now});
    }
  }
};

[[noreturn]] void Broken(const std::string& what) {
  fprintf(stderr, "broken promise: %s\n", what.c_str());
  abort();
}

void CheckRecord(const std::string& record, bool parse) {
  if (record.empty() || record.back() != '\n' || record.find('\n') != record.size() - 1) {
    Broken("a record is not one line");
  }
  if (parse && !nlohmann::json::parse(record, nullptr, false).is_object()) {
    Broken("a record is no JSON");
  }
}

}  // namespace
}  // namespace carbon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace carbon;
  static const Fixed& fixed = *new Fixed;
  const absl::Time now = fixed.world.now;
  const int64_t strings = LiveSlurmStrings();
  {
    FuzzedDescriptor fuzzed(data, size, now);
    const JobRequest job = ReadDescriptor(*fuzzed.descriptor(), fuzzed.submit_uid());
    const Submission submission = {.decision = Decide(job, *fixed.snapshot, fixed.ledger, now),
                                   .id = RecordId{"0123456789abcdef", 42},
                                   .ledger_digest = fixed.ledger.digest()};
    const Decision& decision = submission.decision;
    // To write the record and read it back costs more than all the rest together.
    std::string record;
    if (size % 4 == 0) {
      record = WriteRecord(RecordOf(job, submission, fixed.snapshot->manifest(), now));
      CheckRecord(record, size % 16 == 0);
    }
    static const Seal& seal = *new Seal(std::string(Seal::kSecretBytes, 'k'), "alps", now);
    const Verdict verdict = VerdictOf(job, submission, now, absl::UTCTimeZone(), seal);
    if (!verdict.admin_comment.empty() &&
        DecisionIdInComment(verdict.admin_comment) != DecisionId(*submission.id)) {
      Broken("the id in the admin comment is not read back");
    }
    for (const BookedRun& run : decision.chosen.value_or(Plan()).Booked()) {
      if (run.when.start > run.when.end || !run.amount.IsNotNegative()) {
        Broken("what is booked is less than nothing");
      }
    }
    ApplyVerdict(verdict, fuzzed.descriptor(), fuzzed.err_msg());
    const std::string what = fuzzed.WhatIsBroken(now, now);
    if (!what.empty()) Broken(absl::StrCat(what, "\n", record));
  }
  if (LiveSlurmStrings() != strings) Broken("a string of Slurm's allocator leaks");
  return 0;
}
