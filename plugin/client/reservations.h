// Converts Slurm's reservations for the capacity: which nodes are lent when, to anybody. The jobs
// that Slurm Carbon places are in no reservation. No I/O. For the sources of this folder.
#ifndef PLUGIN_CLIENT_RESERVATIONS_H_
#define PLUGIN_CLIENT_RESERVATIONS_H_

#include <slurm/slurm.h>

#include <vector>

#include "absl/time/time.h"
#include "core/cluster/cluster_view.h"

namespace carbon {

// How far ahead the repetitions of a reservation are counted.
inline constexpr absl::Duration kRepetitionsAhead = absl::Hours(24 * 16);

// Returns the reservations in slurmctld's order, without those that have no nodes (of licences). A
// reservation of single cores takes that share of everything that its nodes have. One that repeats
// is expanded, by civil days in `zone`, which is slurmctld's. One that floats (TIME_FLOAT,
// starttime=now+1hour) moves on with the clock. It is assumed to begin where it is now and never to
// end, so that no job is planned to start there later. A magnetic reservation also accepts jobs
// that did not name it; this is not counted on.
std::vector<ClusterReservation> ReadReservations(const reserve_info_msg_t& reservations,
                                                 const node_info_msg_t& nodes, absl::Time now,
                                                 absl::TimeZone zone);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_RESERVATIONS_H_
