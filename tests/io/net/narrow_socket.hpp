#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <limits>
#include <string>

namespace millrace::test {

// A socket with as much room as the test says, so that a send can be cut at every byte, which no real one can be made to do.
// While one lives, the program's sendmsg() writes into it when this thread calls it; there may be one a thread.
class NarrowSocket {
 public:
  NarrowSocket();
  ~NarrowSocket();
  NarrowSocket(const NarrowSocket&) = delete;
  NarrowSocket& operator=(const NarrowSocket&) = delete;

  // What sendmsg() ignores.
  static constexpr int kDescriptor = -1;

  // From now on so many bytes are taken, then it is full.
  void setRoom(std::size_t bytes) { room_ = bytes; }
  void makeRoom() { setRoom(std::numeric_limits<std::size_t>::max()); }
  // Every call fails with this errno; 0: none does.
  void failWith(int error) { error_ = error; }
  // The next call is interrupted once.
  void interrupt() { isInterrupted_ = true; }

  // All that was taken.
  [[nodiscard]] const std::string& written() const { return written_; }
  [[nodiscard]] std::size_t calls() const { return calls_; }

  // As sendmsg(2) has it, but the error is the negative result.
  long take(const msghdr& message);

 private:
  std::string written_;
  std::size_t room_ = std::numeric_limits<std::size_t>::max();
  std::size_t calls_ = 0;
  int error_ = 0;
  bool isInterrupted_ = false;
};

}  // namespace millrace::test
