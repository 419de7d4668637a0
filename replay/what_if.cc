#include "replay/what_if.h"

#include <cstddef>
#include <utility>

namespace carbon {

WhatIf CompareReplays(const ReplayResult& a, const ReplayResult& b) {
  WhatIf what_if;
  what_if.versus.report = b.report;
  what_if.versus.shapes = b.shapes;
  size_t in_a = 0, in_b = 0;
  // Both are in the order of the trace.
  while (in_a < a.jobs.size() && in_b < b.jobs.size()) {
    const uint32_t job_a = a.jobs[in_a].job, job_b = b.jobs[in_b].job;
    if (job_a != job_b) {
      ++(job_a < job_b ? what_if.only_a : what_if.only_b);
      ++(job_a < job_b ? in_a : in_b);
      continue;
    }
    ReplayedJob job = b.jobs[in_b++];
    job.home = a.jobs[in_a++].enforced;
    what_if.versus.jobs.push_back(std::move(job));
  }
  what_if.only_a += static_cast<int64_t>(a.jobs.size() - in_a);
  what_if.only_b += static_cast<int64_t>(b.jobs.size() - in_b);
  return what_if;
}

}  // namespace carbon
