// The shared libraries to which a program or another library is linked, and where the dynamic
// loader finds each: by the file's own RPATH or RUNPATH, then in the loader's cache and default
// folders.
#ifndef CLI_DOCTOR_LINKED_LIBRARIES_H_
#define CLI_DOCTOR_LINKED_LIBRARIES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace carbon {

// The paths by soname. Empty: the loader finds none.
using LinkedLibraries = std::map<std::string, std::string>;

enum class LoaderPaths {
  kOwn,           // as a service manager starts it: without LD_LIBRARY_PATH
  kWithVariable,  // with this process's LD_LIBRARY_PATH
};

// Asks the loader through ldd, which runs only the file's loader and none of its code. Blocks
// meanwhile. Errors are those of RunProgram: Aborted if the file is not dynamically linked,
// NotFound if there is no ldd.
absl::StatusOr<LinkedLibraries> FindLinkedLibraries(const std::string& path,
                                                    LoaderPaths paths = LoaderPaths::kOwn);

// Returns the sonames that were not found, in order.
std::vector<std::string> MissingLibraries(const LinkedLibraries& libraries);

}  // namespace carbon

#endif  // CLI_DOCTOR_LINKED_LIBRARIES_H_
