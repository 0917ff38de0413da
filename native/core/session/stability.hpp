#pragma once

#include "core/base/instant.hpp"

#include <cstdint>

namespace millrace {

// Whether connections hold. One that brings an event or a heartbeat after so long is no loop of servers that fail, or end
// streams, as soon as they are asked.
class Stability {
 public:
  // The user starts anew.
  void begin() {
    unproven_ = 0;
    fruitless_ = 0;
  }

  void opened(Instant now) {
    hasReceived_ = false;
    holds_ = false;
    openedAt_ = now;
  }

  // Bytes came, with an event or a heartbeat among them or not. Gives whether the connection holds, from now on.
  [[nodiscard]] bool received(Instant now, bool isProof) {
    hasReceived_ = true;
    fruitless_ = 0;
    if (holds_ || !isProof || now - openedAt_ < kHoldsAfter) {
      return false;
    }
    holds_ = true;
    unproven_ = 0;
    return true;
  }

  // Whether the open connection holds at its end; where the server ends it as planned, it does so sooner.
  [[nodiscard]] bool holds(Instant now, bool isPlanned) const {
    return holds_ || (isPlanned && now - openedAt_ >= kPlannedHoldsAfter);
  }
  // A connection, or an attempt that is not open, is over.
  void lost(bool isOpen, bool holds, bool isPlanned) {
    fruitless_ += isOpen && hasReceived_ ? 0 : 1;
    unproven_ = !holds ? unproven_ + 1 : isPlanned ? 0 : unproven_;
  }

  // Connections and attempts in a row that did not hold.
  [[nodiscard]] std::uint32_t unproven() const { return unproven_; }
  // Connections and attempts in a row that brought nothing.
  [[nodiscard]] std::uint32_t fruitless() const { return fruitless_; }

 private:
  static constexpr Millis kHoldsAfter{5000};
  static constexpr Millis kPlannedHoldsAfter{1000};

  std::uint32_t unproven_ = 0;
  std::uint32_t fruitless_ = 0;
  bool hasReceived_ = false;  // anything since it opened
  bool holds_ = false;
  Instant openedAt_;
};

}  // namespace millrace
