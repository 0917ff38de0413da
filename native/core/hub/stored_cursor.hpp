#pragma once

#include "core/log/cursor.hpp"
#include "core/log/stored_piece.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace millrace {

// A piece, as its readers share it: the pool that has it counts them, and lets go of it when nobody reads it.
using SharedPiece = std::shared_ptr<const StoredPiece>;

// Where a subscriber is in the stored part of a channel's log, before the part that is in memory. It reads one piece after the other.
class StoredCursor {
 public:
  // Everything up to this sequence was taken. What is missing up to `toldThrough` is known to the client.
  StoredCursor(std::uint64_t position, std::uint64_t toldThrough) : position_(position), toldThrough_(toldThrough) {}

  [[nodiscard]] std::uint64_t position() const { return position_; }
  // Null: it waits for a piece.
  [[nodiscard]] const SharedPiece& piece() const { return piece_; }
  [[nodiscard]] const ChannelLog* log() const { return piece_ == nullptr ? nullptr : &piece_->log(); }
  // What may be read of all channels goes up to this sequence: behind it the next event may be of this one.
  [[nodiscard]] std::uint64_t readableThrough() const { return piece_ == nullptr ? position_ : piece_->through(); }
  // Everything up to this sequence was taken, also within the piece.
  [[nodiscard]] std::uint64_t passedThrough() const {
    if (piece_ == nullptr) {
      return position_;
    }
    return at < log()->end() ? log()->at(at).sequence - 1 : piece_->through();
  }

  // The client is to be told that events up to this sequence are missing.
  [[nodiscard]] bool isNewGap(std::uint64_t lostThrough) const {
    return lostThrough > position_ && lostThrough > toldThrough_;
  }
  // How many of the newest stored events it begins with, where that is not known as a position yet; 0: it is.
  [[nodiscard]] std::size_t last() const { return last_; }
  // And up to which sequence they are counted: what is newer was in memory then.
  [[nodiscard]] std::uint64_t lastThrough() const { return lastThrough_; }
  void beginBeforeLast(std::size_t events, std::uint64_t through) {
    last_ = events;
    lastThrough_ = through;
  }

  // It waits for a piece that was asked for. Says whether that is new.
  bool ask() { return !std::exchange(isAsked_, true); }
  void noteAnswer() { isAsked_ = false; }

  // The next events are in this piece.
  void read(SharedPiece piece) {
    piece_ = std::move(piece);
    last_ = 0;
    at = given = piece_->log().after(position_);
  }
  // Everything up to this sequence was taken, or is not to be had.
  void skipTo(std::uint64_t position) {
    position_ = position;
    isAsked_ = false;
    isForgotten_ = false;
    piece_.reset();
  }
  // It has to be read again, from what was not taken on.
  void letGo() { skipTo(passedThrough()); }
  // The piece's channel was forgotten while the piece is being sent: what is not taken of it is not to be given any more.
  void noteForgotten() { isForgotten_ = true; }
  [[nodiscard]] bool isForgotten() const { return isForgotten_; }
  [[nodiscard]] bool isAtEndOfPiece() const { return piece_ != nullptr && at == log()->end(); }

  Cursor at;     // behind what was taken of the piece
  Cursor given;  // behind what the last gather() gave of it

 private:
  std::uint64_t position_;
  std::uint64_t toldThrough_;
  std::size_t last_ = 0;
  std::uint64_t lastThrough_ = 0;
  bool isAsked_ = false;
  bool isForgotten_ = false;
  SharedPiece piece_;
};

}  // namespace millrace
