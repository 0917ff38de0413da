// The heap: blocks of powers of two, each kept for the next of its size. What a page allocates are a few tables and buffers
// that double as they grow, so little is lost, and it is a sixth of the code of Emscripten's smallest. One thread.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

// Where the linker's own data ends.
extern "C" char __heap_base;  // NOLINT(bugprone-reserved-identifier): the linker's name

namespace {

constexpr std::size_t kPage = std::size_t{64} * 1024;
constexpr std::size_t kLeastLog = 5;

// Stands before each block, and keeps what is behind it aligned.
struct alignas(16) Header {
  std::size_t sizeLog = 0;
  Header* next = nullptr;  // while it is free
};

Header* freeBlocks[32];  // by the logarithm of their size
std::uintptr_t used = 0;

Header* takeNew(std::size_t sizeLog) {
  if (used == 0) {
    used = (reinterpret_cast<std::uintptr_t>(&__heap_base) + sizeof(Header) - 1) & ~(sizeof(Header) - 1);
  }
  const std::size_t size = std::size_t{1} << sizeLog;
  const std::size_t there = __builtin_wasm_memory_size(0) * kPage;
  if (size > there - used) {
    const std::size_t pages = (size - (there - used) + kPage - 1) / kPage;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) {
      abort();
    }
  }
  auto* const block = reinterpret_cast<Header*>(used);
  block->sizeLog = sizeLog;
  used += size;
  return block;
}

}  // namespace

void* operator new(std::size_t size) {
  constexpr std::size_t kMost = std::size_t{1} << 30U;
  if (size > kMost) {
    abort();
  }
  const auto log = static_cast<std::size_t>(std::bit_width(size + sizeof(Header) - 1));
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
