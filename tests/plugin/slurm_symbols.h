// What slurmctld gives to its plugins, for programs that load or link ours without slurmctld: the
// allocator, the log and slurm_conf. Link this and export it (ENABLE_EXPORTS) to whoever is loaded.
//
// The allocator knows its own blocks: freeing what it did not make, or freeing twice, aborts with a
// line on standard error, and what is left over can be counted. Thread-safe.
#ifndef TESTS_PLUGIN_SLURM_SYMBOLS_H_
#define TESTS_PLUGIN_SLURM_SYMBOLS_H_

#include <cstdint>
#include <string>

extern "C" {
char* slurm_xstrdup(const char* text);
void slurm_xfree(void** pointer);
}

namespace carbon {

// Strings made by slurm_xstrdup and not freed yet.
int64_t LiveSlurmStrings();
// Strings ever made by slurm_xstrdup.
int64_t MadeSlurmStrings();

// slurm_conf's ClusterName and StateSaveLocation; once, before a plugin is loaded.
void SetSlurmConf(const std::string& cluster, const std::string& state_folder);

// Called with each line for slurmctld's log and the function that it was given to ("slurm_error"),
// from any thread; nullptr, as at first: the lines go nowhere.
void SetSlurmLog(void (*log)(const char* function, const char* line));

}  // namespace carbon

#endif  // TESTS_PLUGIN_SLURM_SYMBOLS_H_
