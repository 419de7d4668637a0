// Keeps the noise of zones' errors, which is the same each time that they are drawn and takes most
// of the time. For a program that draws them for thousands of hours:
//
//   ErrorNoise noise;
//   DrawnForecasts hour1(forecasts1), hour2(forecasts2);
//
// While an object exists, DrawErrors takes its noise from it in the thread that made it. The result
// has the same bits. A thread has one at a time.
#ifndef CORE_GRID_ERROR_NOISE_H_
#define CORE_GRID_ERROR_NOISE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace carbon {

class ErrorNoise {
 public:
  ErrorNoise();
  ~ErrorNoise();
  ErrorNoise(const ErrorNoise&) = delete;
  ErrorNoise& operator=(const ErrorNoise&) = delete;

  // This thread's; nullptr: it has none.
  static ErrorNoise* Current();

  // The standard draws of `key`, at least `count` of them. Valid until the next call.
  const std::vector<double>& Of(uint64_t key, size_t count);

 private:
  std::map<uint64_t, std::vector<double>> draws_;
};

}  // namespace carbon

#endif  // CORE_GRID_ERROR_NOISE_H_
