#include "tests/plugin/host/loaded_plugin.h"

#include <dlfcn.h>

#include "absl/strings/str_cat.h"
#include "core/decision/admin_comment.h"
#include "tests/plugin/bent_libc.h"
#include "tests/plugin/fuzzed_descriptor.h"
#include "tests/plugin/host/promise.h"

namespace carbon {
namespace {

template <class T>
T Symbol(void* library, const char* name) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) Broken(absl::StrCat("the plugin exports no ", name));
  return reinterpret_cast<T>(symbol);
}

}  // namespace

LoadedPlugin::LoadedPlugin(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) Broken(dlerror());
  init = Symbol<int (*)()>(library, "init");
  fini = Symbol<void (*)()>(library, "fini");
  job_submit = Symbol<int (*)(job_desc_msg_t*, uint32_t, char**)>(library, "job_submit");
  Symbol<const char*>(library, "plugin_name");
  Symbol<const uint32_t*>(library, "plugin_version");
}

std::string DecisionOfAnOrdinaryJob(const LoadedPlugin& plugin) {
  constexpr uint8_t kOrdinary[] = {2};
  FuzzedDescriptor job(kOrdinary, sizeof(kOrdinary), TrueNow());
  if (plugin.job_submit(job.descriptor(), 0, job.err_msg()) != SLURM_SUCCESS) {
    Broken("a job was refused");
  }
  const char* comment = job.descriptor()->admin_comment;
  return comment == nullptr ? "" : DecisionIdInComment(comment);
}

}  // namespace carbon
