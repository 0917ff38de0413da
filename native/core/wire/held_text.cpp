#include "core/wire/held_text.hpp"

#include <utility>

namespace millrace {

void HeldText::own() {
  own_.assign(text_);
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
  own_ = {};
}

std::string_view HeldText::releaseOwn(Scratch& scratch) {
  isOwned_ = false;
  scratch.push_front(std::move(own_));
  own_.clear();
  return scratch.front();
}

}  // namespace millrace
