// A cluster on which decisions are measured: sites with a zone each, three kinds of accelerators at
// each site, two weeks of invented forecasts, a queue that keeps the groups busy, and many kinds of
// jobs. Nothing here is measured or true; only its shape and size are realistic. The same
// parameters give the same cluster everywhere. No I/O.
#ifndef BENCH_SYNTHETIC_CLUSTER_H_
#define BENCH_SYNTHETIC_CLUSTER_H_

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "core/cluster/ledger.h"
#include "core/job/job.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

struct ClusterShape {
  int sites = 20;  // each with three pools
  absl::Duration step = absl::Minutes(15);
  absl::Duration window = absl::Hours(24);  // the maximum delay of the policy
  int bookings = 1000;                      // in the queue, over all groups
  bool past_errors = false;     // zones err by ErrorFactors, otherwise by LeadTimeSpread
  bool learnt_runtime = false;  // the policy uses what was learnt of runtimes
};

struct SyntheticCluster {
  absl::Time now;
  std::shared_ptr<const Snapshot> snapshot;
  BookingLedger ledger;
  std::vector<JobRequest> jobs;
};

// Makes the cluster. The bookings keep each group about half full, whatever their number: if there
// are fewer, they are larger. Nine tenths of them are in the queue, the others were booked later.
// `past_errors` affects only how zones err.
SyntheticCluster MakeCluster(const ClusterShape& shape);

}  // namespace carbon

#endif  // BENCH_SYNTHETIC_CLUSTER_H_
