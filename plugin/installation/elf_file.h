// A shared object or program as a file: what it exports and what it needs, read without loading it,
// so that none of its code runs. Immutable. Blocks on the disk while reading.
#ifndef PLUGIN_INSTALLATION_ELF_FILE_H_
#define PLUGIN_INSTALLATION_ELF_FILE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

class ElfFile {
 public:
  // Errors are ReadFile's, and DataLoss, "path: fact", for what is no ELF file of this machine's
  // kind. Files above 512 MiB are refused.
  static absl::StatusOr<ElfFile> Read(const std::string& path);

  ElfFile(ElfFile&&) noexcept;
  ElfFile& operator=(ElfFile&&) noexcept;
  ~ElfFile();

  // Whether dlsym() would find the symbol in the file itself.
  bool Exports(absl::string_view symbol) const;

  // The first `size` bytes of an exported variable, as the file has them; fewer where its section
  // ends before. Absent where it is not exported or its bytes are not in the file.
  std::optional<std::string> Variable(absl::string_view symbol, size_t size) const;

  // The libraries that it is linked to, by soname, and the folders that it names for finding them,
  // $ORIGIN resolved.
  std::vector<std::string> Needed() const;
  std::vector<std::string> SearchFolders() const;

 private:
  struct Image;
  explicit ElfFile(std::unique_ptr<Image> image);

  std::unique_ptr<Image> image_;
};

}  // namespace carbon

#endif  // PLUGIN_INSTALLATION_ELF_FILE_H_
