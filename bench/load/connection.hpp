#pragma once

#include "load/chunked_body.hpp"
#include "load/event_counter.hpp"
#include "load/event_verifier.hpp"
#include "load/inflater.hpp"
#include "load/response_head.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace bench {

class Group;

// How thoroughly a connection looks at what it receives.
enum class Scrutiny {
  bytes,   // counts bytes only: gzip that is not decoded
  events,  // counts events
  all,     // checks every event's number and takes its latency
};

// One client: sends its request, then reads for ever.
class Connection {
 public:
  enum class Outcome { nothing, opened, received, closed };

  // Owns the descriptor, a non-blocking socket that may still be connecting.
  Connection(int descriptor, Scrutiny scrutiny, std::string_view request);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Once the socket is ready. `opened` comes once, with the response's head.
  Outcome onReady(std::span<char> buffer, Tally& tally);

  // An RST: no TIME_WAIT keeps the port.
  void close();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool isOpen() const { return phase_ == Phase::body; }
  [[nodiscard]] Scrutiny scrutiny() const { return scrutiny_; }
  [[nodiscard]] std::uint64_t events() const {
    return scrutiny_ == Scrutiny::all ? verifier_->events() : counter_.events();
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::int64_t lastReceivedNs() const { return lastReceived_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  Group* group = nullptr;   // whose it is
  bool isStalled = false;   // the group's: reads nothing
  bool hasReached = false;  // the group's: has what is expected

 private:
  enum class Phase { connecting, head, body, closed };

  Outcome sendRequest();
  Outcome onHead(std::string_view& bytes);
  // Framing, then compression, then events.
  bool consume(std::string_view bytes, Tally& tally);
  bool decode(std::string_view body, Tally& tally);
  void count(std::string_view text, Tally& tally);
  Outcome closed(std::string_view why);

  int descriptor_;
  Scrutiny scrutiny_;
  Phase phase_ = Phase::connecting;
  std::string_view request_;
  HeadReader headReader_;
  ResponseHead head_;
  ChunkedBody chunks_;
  std::unique_ptr<Inflater> inflater_;
  EventCounter counter_;
  std::unique_ptr<EventVerifier> verifier_;
  std::uint64_t bytes_ = 0;  // as they came, with framing
  std::int64_t lastReceived_ = 0;
  std::string problem_;
};

}  // namespace bench
