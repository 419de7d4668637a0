// What a JSON text may cost, looked at before it is parsed: depth and long keys cost memory out of
// proportion to the bytes. In one pass over the bytes, where a parser's own callback makes the
// parsing of a long array quadratic. Pure.
#ifndef CORE_JSON_JSON_BOUNDS_H_
#define CORE_JSON_JSON_BOUNDS_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace carbon {

// Whether arrays and objects are nested at most `max_depth` deep, and keys at most `max_key` bytes
// long as they stand there. Of what is no JSON either answer may come.
bool IsWithinBounds(absl::string_view json, int max_depth, size_t max_key);

}  // namespace carbon

#endif  // CORE_JSON_JSON_BOUNDS_H_
