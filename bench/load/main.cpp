// The load client: many HTTP/1.1 connections that read server-sent events, in one thread. Driven by lines of JSON on stdin,
// see control.hpp; ends when stdin does.
#include "load/control.hpp"
#include "native/line_reader.hpp"
#include "native/process.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace {

constexpr std::size_t kSmallRead = 4096;
constexpr useconds_t kRelaxUs = 1000;

}  // namespace

int main() {
  using namespace bench;
  raiseFileLimit();
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event input{};
  input.events = EPOLLIN;  // data.ptr stays null: the connections have theirs
  if (epoll < 0 || ::epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input) < 0)
    fail("epoll");

  Control control(epoll);
  LineReader lines;
  std::vector<char> buffer(std::size_t{256} * 1024);  // fits the processor's cache, where it is scanned
  std::array<epoll_event, 512> events;
  auto lastTick = nowNs();
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), events.size(), 50);
    if (count < 0 && errno != EINTR)
      fail("epoll_wait");
    bool hasInput = false;
    bool isRelaxed = false;
    std::size_t received = 0;
    for (int i = 0; i < count; ++i) {
      auto* const connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection == nullptr)
        hasInput = true;
      else {
        received += connection->group->onReady(*connection, buffer);
        isRelaxed = connection->group->isRelaxed();
      }
    }
    // A server that writes event by event would otherwise wait for this one thread to read event by event.
    if (isRelaxed && received / static_cast<std::size_t>(count) < kSmallRead)
      ::usleep(kRelaxUs);
    // Commands last: one may replace a group that events above still pointed to.
    if (hasInput &&
        lines.readFrom(STDIN_FILENO, [&](std::string_view line) { control.onLine(line); }) == LineReader::State::ended)
      return 0;
    if (const auto now = nowNs(); now - lastTick > 20'000'000) {
      lastTick = now;
      control.onTick();
    }
  }
}
