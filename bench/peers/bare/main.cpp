// The bare loop as a peer: commands as in bench/peers/lib/commands.mjs, lines of JSON on stdin.
#include "native/json_line.hpp"
#include "native/line_reader.hpp"
#include "native/process.hpp"
#include "peers/bare/broadcast.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace bench {
namespace {

constexpr std::uint64_t kInput = ~std::uint64_t{0};
constexpr std::uint64_t kListener = kInput - 1;

// Events that are due at a rate.
struct Pacing {
  std::int64_t id;
  std::int64_t began;
  std::int64_t intervalNs;
  std::int64_t events;
  std::int64_t done = 0;
};

class Server {
 public:
  Server() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), broadcast_(epoll_) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) < 0 || ::listen(listener_, 4096) < 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) < 0)
      fail("listen");
    port_ = ntohs(address.sin_port);
    watch(listener_, kListener);
    watch(STDIN_FILENO, kInput);
  }

  void run() {
    std::array<epoll_event, 512> events;
    for (;;) {
      const int count = ::epoll_wait(epoll_, events.data(), events.size(), untilDueMs());
      for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        if (event.data.u64 == kListener)
          acceptAll();
        else if (event.data.u64 != kInput)
          broadcast_.onReady(event.data.u64, event.events);
        else if (lines_.readFrom(STDIN_FILENO, [this](auto line) { onLine(line); }) == LineReader::State::ended)
          return;
      }
      publishDue();
    }
  }

 private:
  void watch(int descriptor, std::uint64_t data) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = data;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }

  void acceptAll() {
    for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      const int on = 1;
      ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      broadcast_.open(client);
    }
  }

  void publish() {
    std::array<char, 96> begin;
    const int length = std::snprintf(begin.data(), begin.size(), R"(data: {"c":0,"n":%lld,"t":%lld,"p":")",
                                     static_cast<long long>(++published_), static_cast<long long>(nowNs()));
    std::string event(begin.data(), static_cast<std::size_t>(length));
    const std::size_t end = 4;  // "}, and the two line feeds
    event.append(bytes_ - std::min(bytes_, event.size() + end), 'x');
    event += "\"}\n\n";
    std::snprintf(begin.data(), begin.size(), "%zx\r\n", event.size());
    broadcast_.publish(begin.data() + event + "\r\n");
  }

  void onLine(std::string_view text) {
    const auto command = JsonLine::parse(text).value_or(JsonLine());
    const auto id = command.number("id");
    const auto what = command.text("do");
    bytes_ = static_cast<std::size_t>(command.number("bytes", static_cast<std::int64_t>(bytes_)));
    JsonLine line;
    line.set("id", id);
    if (what == "start") {
      line.set("port", port_);
    } else if (what == "burst") {
      const auto began = nowNs();
      for (auto left = command.number("events"); left > 0; --left)
        publish();
      line.set("startedAtNs", began);
    } else if (what == "pace") {
      pacing_ = Pacing{.id = id,
                       .began = nowNs(),
                       .intervalNs = 1'000'000'000 / command.number("rate", 1),
                       .events = command.number("events")};
      return;
    }
    line.set("cpuNs", cpuNs())
        .set("rssBytes", residentBytes())
        .set("connections", static_cast<std::int64_t>(broadcast_.connections()));
    answer(line);
  }

  [[nodiscard]] int untilDueMs() const {
    if (!pacing_)
      return -1;
    const auto due = pacing_->began + pacing_->done * pacing_->intervalNs;
    return static_cast<int>(std::max<std::int64_t>(0, (due - nowNs() + 999'999) / 1'000'000));
  }

  void publishDue() {
    while (pacing_ && nowNs() >= pacing_->began + pacing_->done * pacing_->intervalNs) {
      publish();
      if (++pacing_->done == pacing_->events) {
        answer(JsonLine().set("id", pacing_->id).set("startedAtNs", pacing_->began));
        pacing_.reset();
      }
    }
  }

  const int epoll_;
  int listener_ = -1;
  std::int64_t port_ = 0;
  Broadcast broadcast_;
  LineReader lines_;
  std::size_t bytes_ = 140;
  std::int64_t published_ = 0;
  std::optional<Pacing> pacing_;
};

}  // namespace
}  // namespace bench

int main() {
  bench::raiseFileLimit();
  bench::Server().run();
}
