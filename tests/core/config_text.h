// carbon.json as text, and what its reader says of it.
#ifndef TESTS_CORE_CONFIG_TEXT_H_
#define TESTS_CORE_CONFIG_TEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "gtest/gtest.h"

namespace carbon {

// Every key, with another value than its default.
inline constexpr char kMaximal[] = R"({
  "$schema": "carbon.schema.json",
  // Where things are.
  "paths": {"snapshot": "/s", "log": "/l/placements.jsonl", "archive": "/a/archive.sqlite"},
  "refresh": {"capacity": "7s", "forecast": "90s", "history": "2h"},
  "watch": {"down_after": "45s"},
  "archive": {"retention": "90d"},
  "zones": {
    "NO-1": {"kind": "average-direct",
             "forecast": [{"file": "no.csv", "columns": {"time": "t", "value": "v"},
                           "unit": "kgCO2e/MWh", "time_zone": "Europe/Oslo"},
                          {"file": "/x.json", "format": "carbon-aware-sdk", "location": "no"}],
             "max_age": "6h", "climatology": 30.5,
             "spread": {"near": 0.01, "far": 0.3, "growth": "12h"},
             "history": [{"file": "past.csv"}, {"provider": "neso", "zone": "GB", "url": "http://x"}]},
    "DE": {"kind": "marginal"}
  },
  "sites": {
    "oslo": {"zone": "NO-1", "net_intensity": 5,
             "pue": {"value": 1.1, "quality": "measured", "source": "meter"}},
    "berlin": {"zone": "DE", "pue": 1.4}
  },
  "hardware": {
    /* Ours are metered; theirs extend ours, which stand behind them. */
    "a-theirs": {"extends": "ours", "tflops": {"value": 500, "quality": "measured", "source": "run"}},
    "ours": {"extends": "h100-sxm", "busy_watts": {"value": 980, "quality": "measured", "source": "PDU"}}
  },
  "pools": {
    "oslo-h100": {"site": "oslo", "partition": "oslo", "hardware": "ours", "gres_type": "h100",
                  "features": ["nvlink", "ib"], "nodelist": "gpu[01-16],big", "powers_down": true,
                  "size": 16},
    "berlin": {"site": "berlin", "partition": "berlin", "hardware": "a-theirs"}
  },
  "policies": [
    {"name": "ml", "message": "placed",
     "match": {"job_name": ["ondemand/*", "sys-?"], "partition": ["oslo"], "account": ["ml"],
               "qos": ["long"], "user": ["ada"], "uid": [1000, 4294967294]},
     "mode": "enforce", "max_delay": "36h", "margin": "5m", "fallback": "home", "minimise": "attributional", "saving_floor": 0.02,
     "confidence": 0.9, "may_change": ["site", "hardware", "time_limit"],
     "may_change_named_partition": true, "learnt_runtime": true, "exempt": 0.1},
    {"name": "rest"}
  ]
})";

inline Config Parse(const std::string& json) {
  std::vector<ConfigError> errors;
  std::optional<Config> config = ParseConfig(json, &errors);
  for (const ConfigError& error : errors) ADD_FAILURE() << FormatConfigError("test", error);
  return config.value_or(Config{});
}

// Each as "c:LINE: /path: message".
inline std::vector<std::string> Errors(const std::string& json) {
  std::vector<ConfigError> errors = {{"/left", 1, "over"}};
  const std::optional<Config> config = ParseConfig(json, &errors);
  EXPECT_EQ(config.has_value(), errors.empty());
  std::vector<std::string> lines;
  for (const ConfigError& error : errors) {
    EXPECT_TRUE(error.line.has_value()) << error.message;
    lines.push_back(FormatConfigError("c", error));
  }
  return lines;
}

}  // namespace carbon

#endif  // TESTS_CORE_CONFIG_TEXT_H_
