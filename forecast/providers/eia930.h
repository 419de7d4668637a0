// EIA-930 is the hourly grid monitor of the U.S. Energy Information Administration: how much each
// balancing authority generates from each fuel, 1 to 24 hours late and revised for days. We compute
// an average intensity of this generation, with the factors below; imports do not count. Needs a
// key. History only: its forecast is our own.
//
//   GET {url}/electricity/rto/fuel-type-data/data/?frequency=hourly&data[0]=value
//       &facets[respondent][]=CISO&start=2026-01-01T01&end=2026-01-13T00&…&length=5000&api_key=…
//   {"response": {"total": "2304", "data": [{"period": "2026-01-01T01", "respondent": "CISO",
//      "fueltype": "NG", "value": "8412", "value-units": "megawatthours"}, …]}}
//
// A period is named by its end, in UTC. Values are strings or numbers, and null if unknown. The
// server sends at most 5000 rows, whatever is asked for.
#ifndef FORECAST_PROVIDERS_EIA930_H_
#define FORECAST_PROVIDERS_EIA930_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kEia930Url[] = "https://api.eia.gov/v2";

// The kinds are average-lifecycle and average-direct. The zone is the respondent's code.
// credential.secret is the key. The span is widened to whole hours.
absl::StatusOr<std::vector<HttpRequest>> Eia930HistoryRequests(const ProviderAsk& ask,
                                                               const Credential& credential,
                                                               absl::Time from, absl::Time to);

// An hour is a hole if nothing is generated in it, or if a fuel that matters is null or missing. A
// fuel matters if more than a twentieth of what is generated in the reply, or emitted by it, is of
// that fuel. Before the first hour of the reply that has the fuel and after the last, its emission
// does not matter. A negative value (a plant's own use) counts as nothing generated. Storage counts
// neither when it is filled nor when it is emptied.
//
// A record is left out, and the remark says so, if its fuel is not known, its value is not a
// number, or an earlier record gave the fuel another value in that hour. The generation of the fuel
// is unknown then; it also matters if no hour of the reply knows it. Unknown fuels count as
// nothing; if they make up more than a twentieth of an hour, the hour is a hole.
//
// Errors: InvalidArgument if records are missing from the total, if half of the hours or more are
// holes because of records that are left out, and as ReplyPoints describes.
absl::StatusOr<ProviderHistory> ParseEia930History(const ProviderAsk& ask, const HttpReply& reply);

// Returns what a fuel emits, by EIA's code of it ("NG"). Returns nullopt for storage, whose
// emissions were counted when it was filled. NotFound for an unknown code.
//
// Lifecycle: medians of IPCC, Climate Change 2014: Mitigation (AR5, working group III), annex III,
// table A.III.2: coal 820, combined cycle 490, nuclear 12, hydropower 24, utility-scale
// photovoltaics 48, wind onshore 11, geothermal 38. It has none for oil: 650 is the value of
// Electricity Maps, from the UK's Parliamentary Office of Science and Technology.
//
// Direct: what U.S. power plants emitted in 2023 over what they generated, in g/kWh: coal 709 Mt /
// 675.1 TWh, natural gas 790 Mt / 1806.1 TWh, petroleum 18 Mt / 16.23 TWh (EIA, "How much carbon
// dioxide is produced per kilowatthour of U.S. electricity generation?"); others are zero by the
// same table.
//
// For "other" and "unknown" fuels both are the values of Electricity Maps for unknown fuels (a mix
// of thermal plants): 700 and 575.
absl::StatusOr<std::optional<GramsPerKilowattHour>> FuelIntensity(absl::string_view fuel,
                                                                  SignalKind kind);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_EIA930_H_
