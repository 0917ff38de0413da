#pragma once

#include "core/base/byte_buffer.hpp"

#include <forward_list>
#include <string_view>

namespace millrace {

// Texts that must stay where they are until the next chunk. A list is a tenth of a deque's code in the browser.
using Scratch = std::forward_list<ByteBuffer>;

// A value that lies in somebody else's bytes, or, once those are about to go, in memory of its own.
//
// What most values need stands here; what allocates is out of line, once, for the browser's code would be twice as large.
class HeldText {
 public:
  void refer(std::string_view text) {
    text_ = text;
    isOwned_ = false;
  }

  // Copies the value out of bytes that are about to go.
  [[gnu::always_inline]] void keep() {
    if (isOwned_) {
      return;
    }
    if (text_.empty()) {
      text_ = {};
    } else {
      own();
    }
  }

  // Appends to the value's own bytes.
  [[gnu::noinline]] void append(std::string_view text);

  // Back to nothing, with no memory held.
  void clear() {
    text_ = {};
    if (isOwned_) {
      forgetOwn();
    }
  }

  [[nodiscard]] bool isOwned() const { return isOwned_; }
  [[nodiscard]] std::string_view view() const { return isOwned_ ? own_.view() : text_; }
  [[nodiscard]] std::size_t size() const { return view().size(); }

  // Gives the value away: what it owned moves into the scratch, so the view lives as long as that.
  [[nodiscard]] std::string_view release(Scratch& scratch) { return isOwned_ ? releaseOwn(scratch) : text_; }

 private:
  [[gnu::noinline]] void own();
  [[gnu::noinline]] void forgetOwn();
  [[gnu::noinline]] std::string_view releaseOwn(Scratch& scratch);

  std::string_view text_;
  ByteBuffer own_;
  bool isOwned_ = false;
};

}  // namespace millrace
