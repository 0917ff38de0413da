#include "core/wire/held_text.hpp"

#include <utility>

namespace millrace {

void HeldText::own() {
  own_.clear();
  own_.append(text_);
  isOwned_ = true;
}

void HeldText::append(std::string_view text) {
  if (!isOwned_) {
    own();
  }
  own_.append(text);
}

void HeldText::forgetOwn() {
  isOwned_ = false;
  own_.release();
}

std::string_view HeldText::releaseOwn(Scratch& scratch) {
  isOwned_ = false;
  scratch.push_front(std::move(own_));
  return scratch.front().view();
}

}  // namespace millrace
