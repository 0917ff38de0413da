#pragma once

#include "load/connection.hpp"
#include "native/json_line.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bench {

// What a group of connections is asked to be; the fields of the command `connect`.
struct GroupOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string path = "/";
  std::size_t connections = 1;
  bool gzip = false;
  std::size_t verifyEvery = 1;     // each so many-th connection verifies all events; 0: none
  bool countOthers = true;         // the others count events, else only bytes
  bool relaxed = false;            // for bursts: rather fewer, larger reads than early ones; see main.cpp
  bool stalled = false;            // read nothing behind the head
  int receiveBuffer = 0;           // SO_RCVBUF; 0: the system's
  int segment = 0;                 // TCP_MAXSEG, which keeps the server's send buffer small, too; 0: the system's
  std::int64_t timeoutMs = 60000;  // for all of them to be open

  [[nodiscard]] static GroupOptions from(const JsonLine& command);
};

// Connections of one kind, and what they found. Answers `connect` and `expect` later, with the id they were asked with.
class Group {
 public:
  Group(int epoll, GroupOptions options, std::int64_t connectId);

  // The data of an epoll event is the Connection*, which knows its group.
  // Gives how many bytes it read.
  std::size_t onReady(Connection& connection, std::span<char> buffer);
  [[nodiscard]] bool isRelaxed() const { return options_.relaxed; }
  void onTick(std::int64_t now);

  // Answers once every reading connection has `events` since it was opened, or when time is up.
  void expect(std::int64_t id, std::uint64_t events, std::int64_t timeoutMs);
  void setStalled(std::size_t count, bool stalled);
  // Byte counts and latencies begin anew; numbers of events do not.
  void mark();
  void describe(JsonLine& line) const;
  void closeAll();

 private:
  struct Expectation {
    std::int64_t id = 0;
    std::uint64_t events = 0;
    std::int64_t deadline = 0;
    std::size_t missing = 0;
  };

  static constexpr std::size_t kConnectingAtOnce = 128;  // below what a server's backlog takes

  void connectMore();
  void open(std::size_t index);
  void answerConnect(const char* problem);
  void answerExpectation(const std::string& problem);
  void watch(Connection& connection, int operation);
  [[nodiscard]] bool isExpected(const Connection& connection) const;

  const int epoll_;
  const GroupOptions options_;
  const std::string request_;
  const std::int64_t began_;
  std::optional<std::int64_t> connectId_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t settled_ = 0;  // open or refused
  std::size_t closed_ = 0;
  std::string problem_;  // why the first one was closed
  std::uint64_t bytesAtMark_ = 0;
  std::int64_t lastReceived_ = 0;
  Tally tally_;
  std::optional<Expectation> expectation_;
};

}  // namespace bench
