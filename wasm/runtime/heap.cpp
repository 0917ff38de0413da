// The heap: blocks of powers of two behind a header, each kept for the next of its size; README.md says why. One thread.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

// Where the linker's own data ends, aligned as the stack is.
extern char heapBase __asm__("__heap_base");

namespace {

constexpr std::size_t kPage = std::size_t{64} * 1024;
constexpr std::size_t kLeastLog = 5;

// Stands before each block, and keeps what is behind it aligned.
struct alignas(16) Header {
  std::size_t sizeLog = 0;
  Header* next = nullptr;  // while it is free
};

Header* freeBlocks[32];  // by the logarithm of their size
char* end = &heapBase;   // of what was ever taken

Header* takeNew(std::size_t sizeLog) {
  const std::size_t size = sizeof(Header) + (std::size_t{1} << sizeLog);
  const std::size_t room = __builtin_wasm_memory_size(0) * kPage - reinterpret_cast<std::uintptr_t>(end);
  if (size > room) {
    const std::size_t pages = (size - room + kPage - 1) / kPage;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) {
      abort();
    }
  }
  auto* const block = reinterpret_cast<Header*>(end);
  block->sizeLog = sizeLog;
  end += size;
  return block;
}

}  // namespace

void* operator new(std::size_t size) {
  constexpr std::size_t kMost = std::size_t{1} << 30U;
  if (size > kMost) {
    abort();
  }
  const auto log = size == 0 ? 0 : static_cast<std::size_t>(std::bit_width(size - 1));
  const std::size_t sizeLog = log < kLeastLog ? kLeastLog : log;
  Header* block = freeBlocks[sizeLog];
  if (block != nullptr) {
    freeBlocks[sizeLog] = block->next;
  } else {
    block = takeNew(sizeLog);
  }
  return block + 1;
}

void operator delete(void* place) noexcept {
  if (place != nullptr) {
    Header* const block = static_cast<Header*>(place) - 1;
    block->next = freeBlocks[block->sizeLog];
    freeBlocks[block->sizeLog] = block;
  }
}

void operator delete(void* place, std::size_t /*size*/) noexcept { operator delete(place); }
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete[](void* place) noexcept { operator delete(place); }
