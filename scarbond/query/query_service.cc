#include "scarbond/query/query_service.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scarbond/query/credentials.h"
#include "spdlog/spdlog.h"

namespace carbon {

DaemonConfig QueryService::config() {
  const std::lock_guard lock(mutex_);
  return config_;
}

ClusterFacts QueryService::cluster() {
  const std::lock_guard lock(mutex_);
  return cluster_;
}

std::optional<bool> QueryService::SeesAllJobs(uid_t user) {
  const ClusterFacts known = cluster();
  if (!known.slurm_user.has_value()) return std::nullopt;
  if (user == *known.slurm_user) return true;
  if (!known.has_slurmdbd) return false;
  return rights_.IsOperator(user, absl::Now());
}

std::string QueryService::Configure(const DaemonConfig& config, ClusterFacts cluster) {
  {
    const std::lock_guard lock(mutex_);
    config_ = config;
    cluster_ = std::move(cluster);
  }
  const bool is_wanted = config.listen.port != 0;
  const bool is_as_wanted = server_ != nullptr ? listen_ == config.listen : !is_wanted;
  if (is_as_wanted) {
    if (server_ == nullptr) trouble_.clear();
    return trouble_;
  }
  if (server_ != nullptr) {
    server_ = nullptr;
    spdlog::info("not listening any more");
  }
  listen_ = config.listen;
  std::string trouble;
  if (is_wanted) {
    absl::StatusOr<std::unique_ptr<QueryServer>> server = QueryServer::Start(
        config.listen,
        {.credentials =
             [this] {
               return std::make_unique<MungeCredentials>(MungeSocketIn(this->cluster().auth_info));
             },
         .config = [this] { return this->config(); },
         .sees_all_jobs = [this](uid_t user) { return SeesAllJobs(user); }});
    if (server.ok()) {
      server_ = *std::move(server);
      spdlog::info("listening at {} port {}",
                   listen_.address.empty() ? "all addresses," : listen_.address, listen_.port);
    } else {
      trouble =
          absl::StrCat("does not answer scarbon on other machines: ", server.status().message());
      if (trouble != trouble_) spdlog::warn("{}", trouble);
    }
  }
  trouble_ = std::move(trouble);
  return trouble_;
}

}  // namespace carbon
