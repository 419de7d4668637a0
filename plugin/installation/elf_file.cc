#include "plugin/installation/elf_file.h"

#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxBytes = 512 << 20;

// The machine and class for which this code was compiled.
#if defined(__x86_64__)
constexpr int kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int kMachine = EM_AARCH64;
#elif defined(__powerpc64__)
constexpr int kMachine = EM_PPC64;
#else
constexpr int kMachine = EM_NONE;  // not told apart
#endif
constexpr int kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;

struct Section {
  Elf_Scn* handle = nullptr;
  GElf_Shdr header;
};

}  // namespace

// The bytes must outlive libelf's view of them.
struct ElfFile::Image {
  std::string folder;
  std::string bytes;
  Elf* elf = nullptr;

  ~Image() {
    if (elf != nullptr) elf_end(elf);
  }

  std::optional<Section> FindSection(const std::function<bool(const Section&, size_t)>& is) const {
    Section section;
    while ((section.handle = elf_nextscn(elf, section.handle)) != nullptr) {
      if (gelf_getshdr(section.handle, &section.header) == nullptr) continue;
      if (is(section, elf_ndxscn(section.handle))) return section;
    }
    return std::nullopt;
  }

  std::optional<Section> SectionOfType(GElf_Word type) const {
    return FindSection([type](const Section& s, size_t) { return s.header.sh_type == type; });
  }

  std::optional<GElf_Sym> FindSymbol(absl::string_view name) const {
    const std::optional<Section> table = SectionOfType(SHT_DYNSYM);
    if (!table.has_value() || table->header.sh_entsize == 0) return std::nullopt;
    Elf_Data* data = elf_getdata(table->handle, nullptr);
    if (data == nullptr) return std::nullopt;
    const size_t count = data->d_size / table->header.sh_entsize;
    for (size_t i = 0; i < count; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) break;
      const int binding = GELF_ST_BIND(symbol.st_info);
      if (symbol.st_shndx == SHN_UNDEF || (binding != STB_GLOBAL && binding != STB_WEAK)) continue;
      const char* text = elf_strptr(elf, table->header.sh_link, symbol.st_name);
      if (text != nullptr && name == text) return symbol;
    }
    return std::nullopt;
  }

  // Returns the strings of the dynamic section's entries with this tag.
  std::vector<std::string> DynamicStrings(GElf_Sxword tag) const {
    std::vector<std::string> strings;
    const std::optional<Section> table = SectionOfType(SHT_DYNAMIC);
    Elf_Data* data = table.has_value() ? elf_getdata(table->handle, nullptr) : nullptr;
    if (data == nullptr || table->header.sh_entsize == 0) return strings;
    const size_t count = data->d_size / table->header.sh_entsize;
    for (size_t i = 0; i < count; ++i) {
      GElf_Dyn entry;
      if (gelf_getdyn(data, static_cast<int>(i), &entry) == nullptr || entry.d_tag == DT_NULL) {
        break;
      }
      if (entry.d_tag != tag) continue;
      const char* text = elf_strptr(elf, table->header.sh_link, entry.d_un.d_val);
      if (text != nullptr) strings.push_back(text);
    }
    return strings;
  }
};

ElfFile::ElfFile(std::unique_ptr<Image> image) : image_(std::move(image)) {}
ElfFile::ElfFile(ElfFile&&) noexcept = default;
ElfFile& ElfFile::operator=(ElfFile&&) noexcept = default;
ElfFile::~ElfFile() = default;

absl::StatusOr<ElfFile> ElfFile::Read(const std::string& path) {
  const auto refuse = [&path](absl::string_view fact) {
    return absl::DataLossError(absl::StrCat(path, ": ", fact));
  };
  absl::StatusOr<std::string> bytes = ReadFile(path, kMaxBytes);
  if (!bytes.ok()) return bytes.status();
  if (elf_version(EV_CURRENT) == EV_NONE) return refuse("libelf is too old to read it");
  auto image = std::make_unique<Image>();
  image->folder = path.substr(0, path.rfind('/') + 1);
  if (image->folder.empty()) image->folder = "./";
  image->bytes = *std::move(bytes);
  image->elf = elf_memory(image->bytes.data(), image->bytes.size());
  GElf_Ehdr header;
  if (image->elf == nullptr || elf_kind(image->elf) != ELF_K_ELF ||
      gelf_getehdr(image->elf, &header) == nullptr) {
    return refuse("is not an ELF file");
  }
  if (gelf_getclass(image->elf) != kClass ||
      (kMachine != EM_NONE && header.e_machine != kMachine)) {
    return refuse("is for another kind of machine");
  }
  return ElfFile(std::move(image));
}

bool ElfFile::Exports(absl::string_view symbol) const {
  return image_->FindSymbol(symbol).has_value();
}

std::optional<std::string> ElfFile::Variable(absl::string_view symbol, size_t size) const {
  const std::optional<GElf_Sym> found = image_->FindSymbol(symbol);
  if (!found.has_value()) return std::nullopt;
  const std::optional<Section> section =
      image_->FindSection([&](const Section&, size_t index) { return index == found->st_shndx; });
  if (!section.has_value() || section->header.sh_type == SHT_NOBITS ||
      found->st_value < section->header.sh_addr) {
    return std::nullopt;
  }
  const Elf_Data* data = elf_rawdata(section->handle, nullptr);
  const uint64_t offset = found->st_value - section->header.sh_addr;
  if (data == nullptr || data->d_buf == nullptr || offset >= data->d_size) return std::nullopt;
  return std::string(static_cast<const char*>(data->d_buf) + offset,
                     std::min<uint64_t>(size, data->d_size - offset));
}

std::vector<std::string> ElfFile::Needed() const { return image_->DynamicStrings(DT_NEEDED); }

std::vector<std::string> ElfFile::SearchFolders() const {
  std::vector<std::string> folders;
  for (const GElf_Sxword tag : {DT_RUNPATH, DT_RPATH}) {
    for (const std::string& list : image_->DynamicStrings(tag)) {
      for (absl::string_view folder : absl::StrSplit(list, ':', absl::SkipEmpty())) {
        folders.push_back(absl::StrReplaceAll(
            folder, {{"$ORIGIN", image_->folder}, {"${ORIGIN}", image_->folder}}));
      }
    }
  }
  return folders;
}

}  // namespace carbon
