#pragma once

#include "core/identity/dedup.hpp"
#include "core/session/type_filter.hpp"
#include "core/wire/parser.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace millrace {

struct ReceiverOptions {
  std::size_t dedup = 1000;  // events remembered; 0 turns dedup off
  ParserLimits limits;
  TypeFilter types = {};  // what is left out is received all the same: it sets the last event ID and enters the window
};

// Bytes in, events out, over one connection after another: the parser, then the window that drops what a replay repeats,
// then the filter. An event is a repeat when an earlier connection brought the same id, type and data; on a stream that says
// that it is ours (notice.hpp), the same id. An event without an id of its own is never one.
class Receiver {
 public:
  explicit Receiver(ReceiverOptions options = {})
      : parser_(options.limits), window_(options.dedup), types_(std::move(options.types)) {}
  Receiver(std::size_t dedup, ParserLimits limits) : parser_(limits), window_(dedup) {}

  // Where so many bytes of the next chunk are best put, or null: Parser::roomBehindLine().
  [[nodiscard]] char* roomBehindLine(std::size_t bytes) { return parser_.roomBehindLine(bytes); }

  [[nodiscard]] bool isInLongLine() const { return parser_.isInLongLine(); }

  // Takes the next chunk, which is written to.
  void begin(std::span<char> chunk) { parser_.begin(chunk); }

  // The next item that the chunk completes, as the parser gives it, or null. Is to be called until that comes.
  [[nodiscard]] const ParsedItem* next();

  // From now on only events of types that were named: TypeFilter::add().
  void want(std::string_view lines) { types_.add(lines); }

  // A new connection begins.
  void reset();

  [[nodiscard]] std::string_view lastEventId() const { return parser_.lastEventId(); }
  [[nodiscard]] std::size_t heartbeats() const { return parser_.heartbeats(); }
  [[nodiscard]] std::uint32_t heartbeatEvery() const { return parser_.heartbeatEvery(); }

 private:
  [[nodiscard]] bool isWanted(const ParsedItem& event);
  [[nodiscard]] std::uint64_t fingerprintOf(const ParsedItem& event) const;

  Parser parser_;
  DedupWindow window_;
  bool isOurs_ = false;  // this connection's stream has said so
  TypeFilter types_;
};

// Whether the type, the data or the own id of an event has bytes that are no UTF-8.
[[nodiscard]] bool hasInvalidUtf8(const ParsedItem& item);

}  // namespace millrace
