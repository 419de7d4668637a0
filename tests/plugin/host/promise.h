// What the host does when the plugin breaks a promise, or takes too long.
#ifndef TESTS_PLUGIN_HOST_PROMISE_H_
#define TESTS_PLUGIN_HOST_PROMISE_H_

#include <stdio.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"

namespace carbon {

// Says so and ends the program with 1, from any thread.
[[noreturn]] inline void Broken(const std::string& what) {
  fprintf(stderr, "plugin_host: broken promise: %s\n", what.c_str());
  // Not exit(): other threads are at work in what it would take down.
  fflush(nullptr);
  _exit(1);
}

// Polls; `seconds` is generous, for a machine that is busy with other things.
template <class Condition>
void WaitUntil(Condition condition, int seconds, const std::string& what) {
  const std::chrono::steady_clock::time_point deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      Broken(absl::StrCat("not within ", seconds, " s: ", what));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace carbon

#endif  // TESTS_PLUGIN_HOST_PROMISE_H_
