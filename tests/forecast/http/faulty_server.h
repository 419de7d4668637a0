// Runs faulty_server.py from this folder as a child of the test; it ends with the test.
#ifndef TESTS_FORECAST_HTTP_FAULTY_SERVER_H_
#define TESTS_FORECAST_HTTP_FAULTY_SERVER_H_

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "forecast/http/http_client.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace carbon {

class FaultyServer {
 public:
  FaultyServer() {
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    std::string program = PYTHON_PROGRAM;
    std::string script = FAULTY_SERVER;
    char* arguments[] = {program.data(), script.data(), nullptr};
    if (posix_spawnp(&pid_, program.c_str(), &actions, nullptr, arguments, environ) != 0) {
      std::abort();
    }
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    stdin_ = in[1];
    std::string line;
    for (char c; read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    close(out[0]);
    facts_ = nlohmann::json::parse(line, nullptr, false);
    if (!facts_.is_object()) std::abort();
  }
  ~FaultyServer() {
    close(stdin_);
    waitpid(pid_, nullptr, 0);
  }

  // "http://127.0.0.1:4711/ok"; `port` as faulty_server.py names it.
  std::string Url(const std::string& path, const std::string& port = "plain") const {
    const bool tls = port == "tls" || port == "misnamed";
    return std::string(tls ? "https" : "http") +
           "://127.0.0.1:" + std::to_string(facts_[port].get<int>()) + path;
  }
  bool has_tls() const { return facts_["tls"] != 0; }
  std::string Path(const std::string& name) const { return facts_[name]; }

  // The requests that it received since Clear().
  nlohmann::json Counts() const { return Ask("/counts"); }
  void Clear() const { Ask("/clear"); }
  void OpenGate() const { Ask("/open"); }

 private:
  nlohmann::json Ask(const std::string& path) const {
    HttpClient client({});
    absl::StatusOr<HttpReply> reply = Fetch(&client, {.url = Url(path)});
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? nlohmann::json::parse(reply->body, nullptr, false) : nlohmann::json();
  }

  pid_t pid_ = 0;
  int stdin_ = -1;
  nlohmann::json facts_;
};

}  // namespace carbon

#endif  // TESTS_FORECAST_HTTP_FAULTY_SERVER_H_
