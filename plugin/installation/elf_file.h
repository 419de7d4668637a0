// ElfFile is a shared object or program as a file: what it exports and what it needs. It is read
// without loading it, so that none of its code runs. Immutable. Blocks on the disk while reading.
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
  // Errors are ReadFile's, and DataLoss, "path: fact", for a file that is not an ELF file of this
  // machine's kind. Files above 512 MiB are refused.
  static absl::StatusOr<ElfFile> Read(const std::string& path);

  ElfFile(ElfFile&&) noexcept;
  ElfFile& operator=(ElfFile&&) noexcept;
  ~ElfFile();

  // Returns whether dlsym() would find the symbol in the file itself.
  bool Exports(absl::string_view symbol) const;

  // Returns the first `size` bytes of an exported variable, as the file has them; fewer if its
  // section ends before. Absent if it is not exported or its bytes are not in the file.
  std::optional<std::string> Variable(absl::string_view symbol, size_t size) const;

  // The libraries to which it is linked, by soname, and the folders that it names for finding them,
  // with $ORIGIN resolved.
  std::vector<std::string> Needed() const;
  std::vector<std::string> SearchFolders() const;

 private:
  struct Image;
  explicit ElfFile(std::unique_ptr<Image> image);

  std::unique_ptr<Image> image_;
};

}  // namespace carbon

#endif  // PLUGIN_INSTALLATION_ELF_FILE_H_
