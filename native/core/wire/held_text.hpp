#pragma once

#include <forward_list>
#include <string>
#include <string_view>

namespace millrace {

// Strings that must stay where they are until the next chunk. A list never moves its elements, and is a tenth of a deque's
// code in the browser.
using Scratch = std::forward_list<std::string>;

// A value that lies in somebody else's bytes, or, once those are about to go, in a string of its own.
class HeldText {
 public:
  void refer(std::string_view text) {
    text_ = text;
    isOwned_ = false;
  }

  // Moves the value into its own string, if it is not there yet.
  void keep() {
    if (!isOwned_) {
      own_.assign(text_);
      isOwned_ = true;
    }
  }

  // Appends to the value's own string.
  void append(std::string_view text) {
    keep();
    own_.append(text);
  }

  // Lengthens a referred value over bytes that already follow it in memory.
  void extendInPlace(std::size_t bytes) { text_ = {text_.data(), text_.size() + bytes}; }

  [[nodiscard]] bool isOwned() const { return isOwned_; }
  [[nodiscard]] std::string_view view() const { return isOwned_ ? std::string_view(own_) : text_; }
  [[nodiscard]] std::size_t size() const { return view().size(); }

  // Gives the value away: what it owned moves into the scratch, so the view lives as long as that.
  [[nodiscard]] std::string_view release(Scratch& scratch) {
    if (!isOwned_) {
      return text_;
    }
    isOwned_ = false;
    scratch.push_front(std::move(own_));
    own_.clear();
    return scratch.front();
  }

 private:
  std::string_view text_;
  std::string own_;
  bool isOwned_ = false;
};

}  // namespace millrace
