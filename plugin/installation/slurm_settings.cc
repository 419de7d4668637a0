#include "plugin/installation/slurm_settings.h"

#include <dlfcn.h>
#include <errno.h>
#include <time.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {
namespace {

// The prototypes of slurm.h, 22.05 to 26.05, with void instead of every structure. The code reads
// no structure, so it assumes no release's layout.
using Init = void(const char* slurm_conf);
using LoadCtlConf = int(time_t update_time, void** conf);
using ConfToKeyPairs = void*(void* conf);
using IterateList = void*(void* list);
using NextInList = void*(void* iterator);
using StrError = char*(int error);

// An element of the list that slurm_ctl_conf_2_key_pairs() returns.
struct KeyPair {
  char* name;
  char* value;
};

class Library {
 public:
  static absl::StatusOr<Library> Load(const std::string& name) {
    void* handle = dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (handle != nullptr) return Library(handle);
    const char* why = dlerror();
    return absl::NotFoundError(why != nullptr ? why : "cannot be loaded");
  }

  template <class Symbol>
  absl::StatusOr<Symbol*> Get(const char* name) const {
    void* address = dlsym(handle_, name);
    if (address == nullptr) {
      return absl::UnimplementedError(absl::StrCat("Slurm's library has no ", name));
    }
    return reinterpret_cast<Symbol*>(address);
  }

 private:
  explicit Library(void* handle) : handle_(handle) {}
  void* handle_;
};

absl::StatusOr<Library> LoadAndInit(const std::string& name, const std::string& slurm_conf) {
  absl::StatusOr<Library> library = Library::Load(name);
  if (!library.ok()) return library.status();
  const absl::StatusOr<Init*> init = library->Get<Init>("slurm_init");
  if (!init.ok()) return init.status();
  (*init)(slurm_conf.empty() ? nullptr : slurm_conf.c_str());
  return library;
}

// The list is not freed: the process ends soon.
absl::StatusOr<SlurmSettings> SettingsOf(const Library& library, void* conf) {
  const auto to_pairs = library.Get<ConfToKeyPairs>("slurm_ctl_conf_2_key_pairs");
  if (!to_pairs.ok()) return to_pairs.status();
  const auto iterate = library.Get<IterateList>("slurm_list_iterator_create");
  if (!iterate.ok()) return iterate.status();
  const auto next = library.Get<NextInList>("slurm_list_next");
  if (!next.ok()) return next.status();

  SlurmSettings settings;
  void* list = (*to_pairs)(conf);
  if (list == nullptr) return absl::UnavailableError("Slurm's library gives no settings");
  void* iterator = (*iterate)(list);
  while (const void* item = (*next)(iterator)) {
    const auto* pair = static_cast<const KeyPair*>(item);
    if (pair->name == nullptr || pair->value == nullptr) continue;
    const absl::string_view value = pair->value;
    // Slurm prints some of its null pointers as "(null)".
    if (!value.empty() && value != "(null)") settings.emplace(pair->name, std::string(value));
  }
  return settings;
}

}  // namespace

absl::StatusOr<SlurmSettings> ReadSlurmConf(const std::string& library_name,
                                            const std::string& slurm_conf) {
  const absl::StatusOr<Library> library = LoadAndInit(library_name, slurm_conf);
  if (!library.ok()) return library.status();
  const absl::StatusOr<void*> conf = library->Get<void>("slurm_conf");
  if (!conf.ok()) return conf.status();
  return SettingsOf(*library, *conf);
}

absl::StatusOr<SlurmSettings> AskSlurmctld(const std::string& library_name,
                                           const std::string& slurm_conf) {
  const absl::StatusOr<Library> library = LoadAndInit(library_name, slurm_conf);
  if (!library.ok()) return library.status();
  const absl::StatusOr<LoadCtlConf*> load = library->Get<LoadCtlConf>("slurm_load_ctl_conf");
  if (!load.ok()) return load.status();
  void* conf = nullptr;
  errno = 0;
  if ((*load)(0, &conf) != 0 || conf == nullptr) {
    const int error = errno;
    const absl::StatusOr<StrError*> explain = library->Get<StrError>("slurm_strerror");
    return absl::UnavailableError(explain.ok() ? (*explain)(error) : "does not answer");
  }
  return SettingsOf(*library, conf);
}

}  // namespace carbon
