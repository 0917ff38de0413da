#pragma once

#include <forward_list>
#include <string>
#include <string_view>

namespace millrace {

// Strings that must stay where they are until the next chunk. A list never moves its elements, and is a tenth of a deque's
// code in the browser.
using Scratch = std::forward_list<std::string>;

// A value that lies in somebody else's bytes, or, once those are about to go, in a string of its own.
//
// What most values need stands here; what a string does is out of line, once, for it is most of the browser's code.
class HeldText {
 public:
  void refer(std::string_view text) {
    text_ = text;
    isOwned_ = false;
  }

  // Copies the value out of bytes that are about to go.
  void keep() {
    if (isOwned_) {
      return;
    }
    if (text_.empty()) {
      text_ = {};
    } else {
      own();
    }
  }

  // Appends to the value's own string.
  [[gnu::noinline]] void append(std::string_view text);

  // Back to nothing, with no memory held.
  void clear() {
    text_ = {};
    if (isOwned_) {
      forgetOwn();
    }
  }

  [[nodiscard]] bool isOwned() const { return isOwned_; }
  [[nodiscard]] std::string_view view() const { return isOwned_ ? std::string_view(own_) : text_; }
  [[nodiscard]] std::size_t size() const { return view().size(); }

  // Gives the value away: what it owned moves into the scratch, so the view lives as long as that.
  [[nodiscard]] std::string_view release(Scratch& scratch) { return isOwned_ ? releaseOwn(scratch) : text_; }

 private:
  [[gnu::noinline]] void own();
  [[gnu::noinline]] void forgetOwn();
  [[gnu::noinline]] std::string_view releaseOwn(Scratch& scratch);

  std::string_view text_;
  std::string own_;
  bool isOwned_ = false;
};

}  // namespace millrace
