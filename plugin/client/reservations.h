// Slurm's reservations as the capacity needs them: which nodes are lent when, to whomever. The jobs
// that Slurm Carbon places are in none. No I/O. For the sources of this folder.
#ifndef PLUGIN_CLIENT_RESERVATIONS_H_
#define PLUGIN_CLIENT_RESERVATIONS_H_

#include <slurm/slurm.h>

#include <vector>

#include "absl/time/time.h"
#include "core/cluster/cluster_view.h"

namespace carbon {

// How far ahead the repetitions of a reservation are counted.
inline constexpr absl::Duration kRepetitionsAhead = absl::Hours(24 * 16);

// In slurmctld's order, those without nodes (of licences) left out. A reservation of single cores
// takes that share of all that its nodes have. One that repeats is expanded, by civil days in
// `zone`, which is slurmctld's. One that floats (TIME_FLOAT, starttime=now+1hour) moves on with the
// clock: it is taken to begin where it is now and never to end, so that nothing is planned into it
// whose start would be later. A magnetic reservation takes in jobs that did not name it: that is
// not counted on.
std::vector<ClusterReservation> ReadReservations(const reserve_info_msg_t& reservations,
                                                 const node_info_msg_t& nodes, absl::Time now,
                                                 absl::TimeZone zone);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_RESERVATIONS_H_
