#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace::test {

enum class SocketKind : std::uint8_t { local, tcp };

// A descriptor, closed with the object that holds it.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool isOpen() const { return number_ >= 0; }
  // Somebody else closes it from now on.
  int release();
  void close();

 private:
  int number_;
};

// Another of the same socket, as Node's dup(2) makes it.
[[nodiscard]] Descriptor duplicate(const Descriptor& socket);

// Two ends of a connection; the server's does not block.
struct SocketPair {
  Descriptor server;
  Descriptor client;
};

// `bufferBytes`: of what is on its way at most, as far as the kernel goes along; 0: its default.
[[nodiscard]] SocketPair connectedPair(SocketKind kind, int bufferBytes = 0);

// How many descriptors the process has open.
[[nodiscard]] std::size_t openDescriptors();
// How many threads it has.
[[nodiscard]] std::size_t runningThreads();

}  // namespace millrace::test
