#include "load/connection.hpp"

#include "native/process.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bench {

Connection::Connection(int descriptor, Scrutiny scrutiny, std::string_view request)
    : descriptor_(descriptor), scrutiny_(scrutiny), request_(request) {
  if (scrutiny == Scrutiny::all)
    verifier_ = std::make_unique<EventVerifier>();
}

Connection::~Connection() { close(); }

void Connection::close() {
  if (descriptor_ < 0)
    return;
  const linger reset{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::close(descriptor_);
  descriptor_ = -1;
  phase_ = Phase::closed;
}

Connection::Outcome Connection::closed(std::string_view why) {
  problem_ = why;
  close();
  return Outcome::closed;
}

Connection::Outcome Connection::onReady(std::span<char> buffer, Tally& tally) {
  if (phase_ == Phase::connecting)
    return sendRequest();
  if (phase_ == Phase::closed)
    return Outcome::nothing;
  const auto length = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (length < 0 && (errno == EAGAIN || errno == EINTR))
    return Outcome::nothing;
  if (length <= 0)
    return closed(length == 0 ? "the server closed it" : std::strerror(errno));

  std::string_view bytes(buffer.data(), static_cast<std::size_t>(length));
  bytes_ += bytes.size();
  lastReceived_ = nowNs();
  auto outcome = Outcome::received;
  if (phase_ == Phase::head) {
    outcome = onHead(bytes);
    if (outcome != Outcome::opened)
      return outcome;
  }
  if (!consume(bytes, tally))
    return closed("the response's framing is broken or has ended");
  return outcome;
}

Connection::Outcome Connection::sendRequest() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0)
    return closed(std::strerror(error));
  if (::send(descriptor_, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size()))
    return closed("the request could not be sent");
  phase_ = Phase::head;
  return Outcome::nothing;
}

Connection::Outcome Connection::onHead(std::string_view& bytes) {
  const auto head = headReader_.feed(bytes);
  if (!head)
    return Outcome::nothing;
  if (head->status != 200)
    return closed("status " + std::to_string(head->status));
  head_ = *head;
  if (head_.isGzip && scrutiny_ != Scrutiny::bytes)
    inflater_ = std::make_unique<Inflater>();
  phase_ = Phase::body;
  return Outcome::opened;
}

bool Connection::consume(std::string_view bytes, Tally& tally) {
  if (scrutiny_ == Scrutiny::bytes)
    return true;
  if (!head_.isChunked)
    return decode(bytes, tally);
  bool isSound = true;
  const auto state = chunks_.feed(bytes, [&](std::string_view body) { isSound = decode(body, tally) && isSound; });
  return isSound && state == ChunkedBody::State::open;
}

bool Connection::decode(std::string_view body, Tally& tally) {
  if (inflater_ == nullptr) {
    count(body, tally);
    return true;
  }
  return inflater_->feed(body, [&](std::string_view text) { count(text, tally); }) == Inflater::State::open;
}

void Connection::count(std::string_view text, Tally& tally) {
  if (verifier_ != nullptr)
    verifier_->feed(text, lastReceived_, tally);
  else
    counter_.feed(text);
}

}  // namespace bench
