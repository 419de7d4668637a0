// A cluster to measure decisions on: sites in zones of their own, three kinds of accelerators at
// each, two weeks of made-up forecasts, a queue that keeps the groups busy, and jobs that ask for
// all sorts of things. Nothing here is measured or true; it only has the shape and size of what is.
// The same parameters give the same cluster, everywhere. No I/O.
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
  absl::Duration window = absl::Hours(24);  // the policy's longest delay
  int bookings = 1000;                      // in the queue, over all groups
  bool past_errors = false;                 // zones err by ErrorFactors, else by LeadTimeSpread
};

struct SyntheticCluster {
  absl::Time now;
  std::shared_ptr<const Snapshot> snapshot;
  BookingLedger ledger;
  std::vector<JobRequest> jobs;
};

// Whatever the number of bookings, they keep each group about half full: fewer of them are
// larger. Nine tenths of them stand in the queue, the rest has been booked since. Nothing else
// depends on `past_errors`.
SyntheticCluster MakeCluster(const ClusterShape& shape);

}  // namespace carbon

#endif  // BENCH_SYNTHETIC_CLUSTER_H_
