// Whatever bytes a file has that is taken for Slurm's or for the plugin, scarbon doctor does not
// crash.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "plugin/installation/elf_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("elf", MFD_CLOEXEC);
  static const std::string path = absl::StrCat("/proc/self/fd/", file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  const absl::StatusOr<carbon::ElfFile> elf = carbon::ElfFile::Read(path);
  if (!elf.ok()) {
    if (elf.status().message().empty()) std::abort();
    return 0;
  }
  elf->Exports("plugin_name");
  const auto name = elf->Variable("plugin_name", 64);
  if (name.has_value() && name->size() > 64) std::abort();
  elf->Needed();
  elf->SearchFolders();
  return 0;
}
