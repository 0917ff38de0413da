#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace millrace {

// Memory for the one operation of its kind that a socket waits for, so that ten thousand sockets that wait allocate nothing.
// It must outlive the operation, whose end comes after the socket is closed.
class HandlerMemory {
 public:
  void* allocate(std::size_t size) {
    if (!isUsed_ && size <= bytes_.size()) {
      isUsed_ = true;
      return bytes_.data();
    }
    return ::operator new(size);
  }

  void deallocate(void* memory) {
    if (memory == bytes_.data()) {
      isUsed_ = false;
    } else {
      ::operator delete(memory);
    }
  }

 private:
  static constexpr std::size_t kSize = 112;  // an operation of Boost.Asio 1.81 with a small handler has 104

  alignas(std::max_align_t) std::array<std::byte, kSize> bytes_{};
  bool isUsed_ = false;
};

// What Boost.Asio asks for memory; see its documentation, "Custom Memory Allocation".
template <typename Value>
class HandlerAllocator {
 public:
  using value_type = Value;

  explicit HandlerAllocator(HandlerMemory& memory) : memory_(&memory) {}
  template <typename Other>
  explicit HandlerAllocator(const HandlerAllocator<Other>& other) : memory_(other.memory()) {}

  [[nodiscard]] Value* allocate(std::size_t count) const {
    return static_cast<Value*>(memory_->allocate(sizeof(Value) * count));
  }
  void deallocate(Value* value, std::size_t /*count*/) const { memory_->deallocate(value); }

  [[nodiscard]] HandlerMemory* memory() const { return memory_; }
  template <typename Other>
  bool operator==(const HandlerAllocator<Other>& other) const {
    return memory_ == other.memory();
  }

 private:
  HandlerMemory* memory_;
};

}  // namespace millrace
