#include "tests/plugin/slurm_symbols.h"

#include <slurm/slurm.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atomic>

namespace {

// Before each string: says whose it is.
struct Head {
  uint64_t magic;
  uint64_t size;
};
constexpr uint64_t kLive = 0x5bd1e995c0ffee42;
constexpr uint64_t kFreed = 0xdeadf4eedeadf4ee;

std::atomic<int64_t> live{0};
std::atomic<int64_t> made{0};
std::atomic<void (*)(const char*, const char*)> log_line{nullptr};

void Log(const char* function, const char* format, va_list arguments) {
  void (*const log)(const char*, const char*) = log_line.load();
  if (log == nullptr) return;
  char line[2048];
  vsnprintf(line, sizeof(line), format, arguments);
  log(function, line);
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT slurm_conf_t slurm_conf;
slurm_conf_t slurm_conf{};

EXPORT char* slurm_xstrdup(const char* text) {
  if (text == nullptr) return nullptr;
  const size_t size = strlen(text) + 1;
  Head* head = static_cast<Head*>(malloc(sizeof(Head) + size));
  if (head == nullptr) abort();
  *head = {kLive, size};
  char* copy = reinterpret_cast<char*>(head + 1);
  memcpy(copy, text, size);
  live.fetch_add(1);
  made.fetch_add(1);
  return copy;
}

EXPORT void slurm_xfree(void** pointer) {
  if (*pointer == nullptr) return;
  Head* head = static_cast<Head*>(*pointer) - 1;
  if (head->magic != kLive) {
    fprintf(stderr, "slurm_xfree: freed twice, or not made by slurm_xstrdup\n");
    abort();
  }
  head->magic = kFreed;
  free(head);
  *pointer = nullptr;
  live.fetch_sub(1);
}

#define LOG_FUNCTION(name)                    \
  EXPORT void name(const char* format, ...) { \
    va_list arguments;                        \
    va_start(arguments, format);              \
    Log(#name, format, arguments);            \
    va_end(arguments);                        \
  }
LOG_FUNCTION(slurm_error)
LOG_FUNCTION(slurm_info)
LOG_FUNCTION(slurm_verbose)
LOG_FUNCTION(slurm_debug)
LOG_FUNCTION(slurm_debug2)
LOG_FUNCTION(slurm_debug3)

namespace carbon {

int64_t LiveSlurmStrings() { return live.load(); }
int64_t MadeSlurmStrings() { return made.load(); }
void SetSlurmConf(const std::string& cluster, const std::string& state_folder) {
  static const std::string& kept_cluster = *new std::string(cluster);
  static const std::string& kept_folder = *new std::string(state_folder);
  slurm_conf.cluster_name = const_cast<char*>(kept_cluster.c_str());
  slurm_conf.state_save_location = const_cast<char*>(kept_folder.c_str());
}

void SetSlurmLog(void (*log)(const char* function, const char* line)) { log_line.store(log); }

}  // namespace carbon
