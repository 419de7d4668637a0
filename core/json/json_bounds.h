// This check limits what a JSON text may cost, before it is parsed: depth and long keys cost memory
// out of proportion to the bytes. It takes one pass over the bytes; a parser's own callback would
// make the parsing of a long array quadratic. Pure.
#ifndef CORE_JSON_JSON_BOUNDS_H_
#define CORE_JSON_JSON_BOUNDS_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace carbon {

// Returns whether arrays and objects are nested at most `max_depth` deep, and keys are at most
// `max_key` bytes long as written. For a text that is not JSON the answer may be either.
bool IsWithinBounds(absl::string_view json, int max_depth, size_t max_key);

}  // namespace carbon

#endif  // CORE_JSON_JSON_BOUNDS_H_
