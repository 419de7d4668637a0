// Replaces two things that a plugin uses from the C library, so that tests can change them: the
// wall clock, and a disk that never answers. Linked into a program that exports its symbols, these
// functions precede those of the C library for everything that the program loads. Thread-safe.
#ifndef TESTS_PLUGIN_BENT_LIBC_H_
#define TESTS_PLUGIN_BENT_LIBC_H_

#include <string>

#include "absl/time/time.h"

namespace carbon {

// The wall clock (CLOCK_REALTIME) shows this much more than it should from now on. Clocks that
// measure durations are not touched: neither does a step of the real one.
void StepClock(absl::Duration offset);

// The time as nobody has bent it.
absl::Time TrueNow();

// While `path` is not empty, each write() to a file of that name waits until ReleaseDisk().
void HangDisk(const std::string& path);
void ReleaseDisk();
// Whether somebody waits now.
bool DiskHangs();

}  // namespace carbon

#endif  // TESTS_PLUGIN_BENT_LIBC_H_
