// A server on loopback for tests of HTTP clients. A function gives its answers. It serves one
// request per connection, each connection on its own thread.
#ifndef TESTS_FORECAST_HTTP_LOOPBACK_SERVER_H_
#define TESTS_FORECAST_HTTP_LOOPBACK_SERVER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace carbon {

class LoopbackServer {
 public:
  struct Answer {
    int status = 200;
    std::string body;
  };
  // Called on several threads.
  using Handler = std::function<Answer(const std::string& path)>;

  explicit LoopbackServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, any, length) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, any, &length) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Accept(); });
  }
  ~LoopbackServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (std::thread& serving : serving_) serving.join();
    close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> paths() const {
    std::lock_guard lock(mutex_);
    return paths_;
  }
  int most_at_once() const { return most_at_once_; }

 private:
  void Accept() {
    while (true) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      serving_.emplace_back([this, connection] { Serve(connection); });
    }
  }

  void Serve(int connection) {
    std::string request;
    char bytes[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = read(connection, bytes, sizeof bytes);
      if (count <= 0) break;
      request.append(bytes, static_cast<size_t>(count));
    }
    const size_t begin = request.find(' ') + 1;
    const std::string path = request.substr(begin, request.find(' ', begin) - begin);
    {
      std::lock_guard lock(mutex_);
      paths_.push_back(path);
      most_at_once_ = std::max<int>(most_at_once_, ++at_once_);
    }
    const Answer answer = handler_(path);
    const std::string reply = "HTTP/1.1 " + std::to_string(answer.status) +
                              " .\r\nContent-Type: application/json\r\nConnection: close\r\n"
                              "Content-Length: " +
                              std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
    --at_once_;
    for (size_t sent = 0; sent < reply.size();) {
      const ssize_t count =
          send(connection, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<size_t>(count);
    }
    close(connection);
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
  std::vector<std::thread> serving_;
  mutable std::mutex mutex_;
  std::vector<std::string> paths_;
  std::atomic<int> at_once_ = 0;
  std::atomic<int> most_at_once_ = 0;
};

}  // namespace carbon

#endif  // TESTS_FORECAST_HTTP_LOOPBACK_SERVER_H_
