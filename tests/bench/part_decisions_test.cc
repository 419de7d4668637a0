// A capacity part leaves things out of a long queue. No decision may notice.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/synthetic_cluster.h"
#include "core/cluster/capacity_codec.h"
#include "core/cluster/ledger.h"
#include "core/decision/decision.h"
#include "core/placer/placer.h"
#include "core/record/record.h"
#include "core/snapshot/snapshot.h"

namespace carbon {
namespace {

constexpr int kDecisions = 50;

std::shared_ptr<const Snapshot> With(const Snapshot& snapshot, CapacityState capacity) {
  return Snapshot::Assemble(snapshot.manifest(), snapshot.config(), snapshot.shared_forecasts(),
                            std::move(capacity), snapshot.shared_admission())
      .value();
}

// Each decision's whole record.
std::vector<std::string> Decisions(const SyntheticCluster& cluster, const Snapshot& snapshot) {
  BookingLedger ledger;
  ledger.Rebase(LedgerBase(snapshot.capacity()), cluster.now);
  std::vector<std::string> records;
  for (int i = 0; i < kDecisions; ++i) {
    const JobRequest& job = cluster.jobs[static_cast<size_t>(i)];
    Submission submission = {.decision = Decide(job, snapshot, ledger, cluster.now),
                             .id = RecordId{"0123456789abcdef", static_cast<uint64_t>(i)},
                             .ledger_digest = ledger.digest()};
    records.push_back(
        WriteRecord(RecordOf(job, std::move(submission), snapshot.manifest(), cluster.now)));
  }
  return records;
}

TEST(CapacityPart, FiftyDecisionsOnThePartEqualThoseOnTheWholeQueue) {
  SyntheticCluster cluster = MakeCluster({.sites = 20, .bookings = 50000});
  CapacityState whole = cluster.snapshot->capacity();
  for (size_t i = 0; i < whole.uses.size(); ++i) {
    // Most of a queue is not ours, and beyond what is laid out it takes no time.
    if (i % 3 != 0) whole.uses[i].decision_id.clear();
    if (i % 7 == 0) whole.uses[i].when.end = whole.uses[i].when.start;
  }
  const std::string bytes = SerializeCapacity(whole);
  const auto part = ParseCapacity(bytes);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_LT(part->uses.size(), whole.uses.size());

  const std::vector<std::string> on_the_queue = Decisions(cluster, *With(*cluster.snapshot, whole));
  const std::vector<std::string> on_the_part = Decisions(cluster, *With(*cluster.snapshot, *part));
  EXPECT_EQ(on_the_part, on_the_queue);
}

}  // namespace
}  // namespace carbon
