// Things by their names, while a snapshot is assembled. Pure.
#ifndef CORE_SNAPSHOT_NAME_INDEX_H_
#define CORE_SNAPSHOT_NAME_INDEX_H_

#include <cstddef>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {

// By name, the index in a vector that outlives this.
using NameIndex = std::map<absl::string_view, size_t>;

// `name` is a member of T that is a text. The first name that occurs twice goes into `error`, if
// that is OK.
template <class T, class Text>
NameIndex IndexByName(const std::vector<T>& things, Text T::* name, absl::string_view what,
                      absl::Status* error) {
  NameIndex index;
  for (size_t i = 0; i < things.size(); ++i) {
    if (index.emplace(things[i].*name, i).second || !error->ok()) continue;
    *error = absl::InvalidArgumentError(
        absl::StrCat("snapshot: ", what, " \"", things[i].*name, "\" is there twice"));
  }
  return index;
}

// Returns nullptr for a name that is not known.
template <class T>
const T* FindByName(const NameIndex& index, const std::vector<T>& things, absl::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &things[found->second];
}

// `owner` names what is not known: "pool "oslo"".
inline absl::Status UnknownName(absl::string_view what, absl::string_view name,
                                absl::string_view owner) {
  return absl::InvalidArgumentError(
      absl::StrCat("snapshot: ", owner, ": ", what, " \"", name, "\" is not known"));
}

}  // namespace carbon

#endif  // CORE_SNAPSHOT_NAME_INDEX_H_
