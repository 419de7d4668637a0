#include "core/outcome/known.h"

#include <array>
#include <cstddef>

namespace carbon {
namespace {

struct Words {
  WhyUnknown why;
  absl::string_view code;
  absl::string_view text;
};

// The entries are in the enumeration's order.
constexpr std::array<Words, kWhysUnknown> kWords = {{
    {WhyUnknown::kNotAccounted, "not-accounted", "accounting does not know the job"},
    {WhyUnknown::kNotEnded, "not-ended", "the job has not ended"},
    {WhyUnknown::kNeverRan, "never-ran", "the job never ran"},
    {WhyUnknown::kNothingPlanned, "nothing-planned", "the decision planned nothing"},
    {WhyUnknown::kNotRecorded, "not-recorded", "the record does not say"},
    {WhyUnknown::kNotAsPlanned, "not-as-planned",
     "a later change of the job moved it or started it early"},
    {WhyUnknown::kNoPool, "no-pool", "it ran in a partition that is no pool"},
    {WhyUnknown::kSeveralPools, "several-pools",
     "it ran in a partition whose pools differ in site or hardware"},
    {WhyUnknown::kNoUnits, "units-not-accounted",
     "accounting does not say how many devices it was given there"},
    {WhyUnknown::kNoPue, "no-pue", "its site is not in the configuration, so the PUE is unknown"},
    {WhyUnknown::kNoFreeWatts, "no-free-watts",
     "it is not known what its nodes would draw without the job"},
    {WhyUnknown::kNoActuals, "no-actual-values", "there are no actual values of the zone"},
    {WhyUnknown::kActualsMissing, "actual-values-missing",
     "there are no actual values for a part of the time"},
}};

const Words& WordsOf(WhyUnknown why) { return kWords[static_cast<size_t>(why)]; }

}  // namespace

absl::string_view WhyUnknownCode(WhyUnknown why) { return WordsOf(why).code; }
absl::string_view WhyUnknownText(WhyUnknown why) { return WordsOf(why).text; }

}  // namespace carbon
