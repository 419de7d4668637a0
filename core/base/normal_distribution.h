// The standard normal distribution, computed so that each machine finds the same bits: a decision
// compares a probability with a policy's confidence, and C libraries round erfc() differently. Only
// operations that IEEE 754 defines exactly are used. Pure.
#ifndef CORE_BASE_NORMAL_DISTRIBUTION_H_
#define CORE_BASE_NORMAL_DISTRIBUTION_H_

namespace carbon {

// Returns the probability that a standard normal variable is at most `z`, with an absolute error
// below 1e-13. Infinities give 0 and 1, NaN gives NaN.
double NormalCdf(double z);

}  // namespace carbon

#endif  // CORE_BASE_NORMAL_DISTRIBUTION_H_
