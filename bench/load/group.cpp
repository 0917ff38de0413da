#include "load/group.hpp"

#include "native/process.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace bench {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::size_t kPortsAnAddress = 20'000;

std::string requestOf(const GroupOptions& options) {
  return "GET " + options.path + " HTTP/1.1\r\nHost: " + options.host + "\r\nAccept: text/event-stream\r\n" +
         (options.gzip ? "Accept-Encoding: gzip\r\n" : "") + "\r\n";
}

void set(int descriptor, int level, int name, int value) {
  if (value != 0)
    ::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

GroupOptions GroupOptions::from(const JsonLine& command) {
  GroupOptions options;
  options.host = command.text("host", options.host);
  options.port = static_cast<std::uint16_t>(command.number("port"));
  options.path = command.text("path", options.path);
  options.connections = static_cast<std::size_t>(command.number("connections", 1));
  options.gzip = command.flag("gzip");
  options.verifyEvery = static_cast<std::size_t>(command.number("verifyEvery", 1));
  options.countOthers = !options.gzip;
  options.relaxed = command.flag("relaxed");
  options.stalled = command.flag("stalled");
  options.receiveBuffer = static_cast<int>(command.number("receiveBuffer"));
  options.segment = static_cast<int>(command.number("segment"));
  options.timeoutMs = command.number("timeoutMs", options.timeoutMs);
  return options;
}

Group::Group(int epoll, GroupOptions options, std::int64_t connectId)
    : epoll_(epoll),
      options_(std::move(options)),
      request_(requestOf(options_)),
      began_(nowNs()),
      connectId_(connectId) {
  connections_.reserve(options_.connections);
  connectMore();
}

void Group::watch(Connection& connection, int operation) {
  epoll_event event{};
  event.events = EPOLLIN | (operation == EPOLL_CTL_ADD && !connection.isOpen() ? EPOLLOUT : 0U);
  event.data.ptr = &connection;
  ::epoll_ctl(epoll_, operation, connection.descriptor(), &event);
}

void Group::connectMore() {
  while (connections_.size() < options_.connections && connections_.size() - settled_ < kConnectingAtOnce)
    open(connections_.size());
}

void Group::open(std::size_t index) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0)
    fail("socket");
  set(descriptor, SOL_SOCKET, SO_RCVBUF, options_.receiveBuffer);
  set(descriptor, IPPROTO_TCP, TCP_MAXSEG, options_.segment);
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (const auto further = index / kPortsAnAddress; further > 0) {
    set(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(further));
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
      fail("bind");
  }
  address.sin_port = htons(options_.port);
  ::inet_pton(AF_INET, options_.host.c_str(), &address.sin_addr);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 && errno != EINPROGRESS)
    fail("connect");

  const bool isVerified = options_.verifyEvery > 0 && index % options_.verifyEvery == 0;
  const auto scrutiny = isVerified ? Scrutiny::all : options_.countOthers ? Scrutiny::events : Scrutiny::bytes;
  connections_.push_back(std::make_unique<Connection>(descriptor, scrutiny, request_));
  connections_.back()->group = this;
  watch(*connections_.back(), EPOLL_CTL_ADD);
}

std::size_t Group::onReady(Connection& connection, std::span<char> buffer) {
  // What a stalled connection reads beside the head stays small.
  const bool isLimited = options_.stalled && !connection.isOpen();
  const bool wasOpen = connection.isOpen();
  const auto bytesBefore = connection.bytes();
  const auto wasUnsent = bytesBefore == 0 && !wasOpen;
  switch (connection.onReady(isLimited ? buffer.first(512) : buffer, tally_)) {
    case Connection::Outcome::nothing:
      if (wasUnsent && connection.descriptor() >= 0)
        watch(connection, EPOLL_CTL_MOD);  // the request has left: only reading from now on
      return 0;
    case Connection::Outcome::closed:
      ++closed_;
      if (problem_.empty())
        problem_ = connection.problem();
      if (!wasOpen)
        ++settled_;
      if (expectation_)
        answerExpectation(problem_);
      break;
    case Connection::Outcome::opened:
      ++settled_;
      if (options_.stalled) {
        connection.isStalled = true;
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.descriptor(), nullptr);
      }
      break;
    case Connection::Outcome::received:
      break;
  }
  if (connection.lastReceivedNs() != 0)
    lastReceived_ = connection.lastReceivedNs();
  if (expectation_ && isExpected(connection) && !connection.hasReached && connection.events() >= expectation_->events) {
    connection.hasReached = true;
    if (--expectation_->missing == 0)
      answerExpectation("");
  }
  if (connectId_) {
    connectMore();
    if (settled_ == options_.connections)
      answerConnect(problem_.c_str());
  }
  return static_cast<std::size_t>(connection.bytes() - bytesBefore);
}

void Group::onTick(std::int64_t now) {
  if (connectId_ && now > began_ + options_.timeoutMs * kMillisecond)
    answerConnect(problem_.empty() ? "time is up" : problem_.c_str());
  if (expectation_ && now > expectation_->deadline)
    answerExpectation("time is up");
}

void Group::answerConnect(const char* problem) {
  JsonLine line;
  describe(line.set("id", *connectId_).set("ns", nowNs() - began_).set("problem", problem));
  connectId_.reset();
  answer(line);
}

bool Group::isExpected(const Connection& connection) const {
  return !connection.isStalled && connection.scrutiny() != Scrutiny::bytes;
}

void Group::expect(std::int64_t id, std::uint64_t events, std::int64_t timeoutMs) {
  expectation_ = Expectation{.id = id, .events = events, .deadline = nowNs() + timeoutMs * kMillisecond, .missing = 0};
  for (const auto& connection : connections_) {
    connection->hasReached = connection->events() >= events;
    if (isExpected(*connection) && !connection->hasReached)
      ++expectation_->missing;
  }
  if (expectation_->missing == 0)
    answerExpectation("");
  else if (closed_ > 0)
    answerExpectation(problem_);
}

void Group::answerExpectation(const std::string& problem) {
  JsonLine line;
  describe(line.set("id", expectation_->id)
               .set("complete", problem.empty())
               .set("missing", static_cast<std::int64_t>(expectation_->missing))
               .set("problem", problem));
  expectation_.reset();
  answer(line);
}

void Group::setStalled(std::size_t count, bool stalled) {
  for (std::size_t i = 0; i < std::min(count, connections_.size()); ++i) {
    auto& connection = *connections_[i];
    if (connection.isStalled == stalled || connection.descriptor() < 0)
      continue;
    connection.isStalled = stalled;
    if (stalled)
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.descriptor(), nullptr);
    else
      watch(connection, EPOLL_CTL_ADD);
  }
}

void Group::mark() {
  bytesAtMark_ = 0;
  for (const auto& connection : connections_)
    bytesAtMark_ += connection->bytes();
  tally_.latency = {};
}

void Group::describe(JsonLine& line) const {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t most = 0;
  std::uint64_t leastBytes = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t mostBytes = 0;
  std::uint64_t bytes = 0;
  std::int64_t open = 0;
  for (const auto& connection : connections_) {
    open += connection->isOpen() ? 1 : 0;
    bytes += connection->bytes();
    if (!connection->isStalled) {
      leastBytes = std::min(leastBytes, connection->bytes());
      mostBytes = std::max(mostBytes, connection->bytes());
    }
    if (!isExpected(*connection))
      continue;
    least = std::min(least, connection->events());
    most = std::max(most, connection->events());
  }
  const auto set = [&](const char* key, std::uint64_t value) { line.set(key, static_cast<std::int64_t>(value)); };
  set("least", std::min(least, most));
  set("most", most);
  set("bytes", bytes - bytesAtMark_);
  set("leastBytes", std::min(leastBytes, mostBytes));
  set("mostBytes", mostBytes);
  set("closed", closed_);
  set("lost", tally_.lost);
  set("repeated", tally_.repeated);
  set("malformed", tally_.malformed);
  line.set("open", open)
      .set("beganNs", began_)
      .set("lastReceivedNs", lastReceived_)
      .set("samples", tally_.latency.samples())
      .set("p50Ns", tally_.latency.quantile(0.50))
      .set("p99Ns", tally_.latency.quantile(0.99))
      .set("maxNs", tally_.latency.max())
      .set("clientCpuNs", cpuNs());
}

void Group::closeAll() {
  for (const auto& connection : connections_)
    connection->close();
}

}  // namespace bench
