// The configuration part as a scarbond published it that put all of carbon.json there, word by
// word.
#ifndef TESTS_CORE_OLDER_CONFIG_PART_H_
#define TESTS_CORE_OLDER_CONFIG_PART_H_

namespace carbon {

// clang-format off
inline constexpr char kOlderConfigPart[] = R"part({
 "archive": {
  "retention": "400d"
 },
 "hardware": {
  "h100-sxm": {
   "busy_watts": {
    "quality": "measured",
    "source": "8-device nodes draw 76% of 10.2 kW in intensive training (Newkirk et al. 2025, arXiv 2506.14551); the highest draw seen is 8.4 kW, 1050 W per device (Latif et al. 2024, arXiv 2412.08602)",
    "value": 969.0
   },
   "embodied_g_per_hour": {
    "quality": "estimated",
    "source": "HGX H100 board: 1312 kg for 8 devices (NVIDIA product carbon footprint); 2500 kg per server as in Luccioni et al. 2022, arXiv 2211.02001; over 5.5 years reserved",
    "value": 9.9
   },
   "extends": null,
   "free_watts": {
    "quality": "estimated",
    "source": "measured device idle 72 W plus half the host's share of 269 W under load",
    "value": 206.0
   },
   "idle_watts": {
    "quality": "measured",
    "source": "lowest readings of metered nodes while allocated, 257 to 289 W per device, immersed and so without fans (MLPerf Training v4.0 to v5.1)",
    "value": 273.0
   },
   "tflops": {
    "quality": "measured",
    "source": "40.5% of the dense bf16 peak of 989 TFLOP/s: Llama 3 405B reports 38 to 43% in training",
    "value": 400.0
   },
   "tflops_fp8": {
    "quality": "measured",
    "source": "Llama 3.1 405B pretraining on 512 devices; 787 on 2048, 712 on 8192 (MLPerf Training v5.1)",
    "value": 813.0
   },
   "unit": "device"
  }
 },
 "paths": {
  "archive": "/a/archive.sqlite",
  "log": "/l/placements.jsonl",
  "metrics": "/m/carbon.prom",
  "snapshot": "/s"
 },
 "policies": [
  {
   "confidence": 0.55,
   "margin": "2m",
   "match": {
    "account": [],
    "partition": [],
    "qos": [],
    "uid": [],
    "user": []
   },
   "max_delay": "24h",
   "may_change": [
    "time",
    "site"
   ],
   "may_change_named_partition": false,
   "mode": "enforce",
   "name": "all",
   "saving_floor": 0.0
  }
 ],
 "pools": {
  "oslo": {
   "hardware": "h100-sxm",
   "partition": "oslo",
   "site": "oslo"
  }
 },
 "refresh": {
  "capacity": "45s",
  "forecast": "1m",
  "history": "1h"
 },
 "sites": {
  "oslo": {
   "pue": {
    "quality": "estimated",
    "source": "carbon.json",
    "value": 1.1
   },
   "zone": "NO-1"
  }
 },
 "watch": {
  "down_after": "2m"
 },
 "zones": {
  "NO-1": {
   "any_kind": true,
   "climatology": 30.5,
   "forecast": [
    {
     "kind": "average-lifecycle",
     "provider": "electricity-maps",
     "refresh": "20m",
     "url": "https://example.org",
     "zone": "NO-NO1"
    },
    {
     "columns": {
      "time": "t"
     },
     "file": "/no.csv",
     "format": "csv",
     "time_zone": "Europe/Oslo",
     "unit": "kgCO2e/MWh"
    },
    {
     "static": 30.0
    }
   ],
   "history": [
    {
     "file": "/past.csv"
    }
   ],
   "kind": "average-direct",
   "max_age": "6h",
   "plausibility": {
    "accept_from": "2026-11-01T00:00:00+00:00",
    "zero": false
   },
   "spread": {
    "far": 0.3,
    "growth": "12h",
    "near": 0.01
   }
  }
 }
}
)part";
// clang-format on

}  // namespace carbon

#endif  // TESTS_CORE_OLDER_CONFIG_PART_H_
