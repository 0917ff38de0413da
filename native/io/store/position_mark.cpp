#include "io/store/position_mark.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>

namespace millrace {
namespace {

constexpr std::size_t kFileBytes = 4096;
constexpr std::uint64_t kMagic = 0x314b52414d524d00U;  // this layout
constexpr std::size_t kBootBytes = 36;

using Boot = std::array<char, kBootBytes>;

// Empty where the system does not tell.
Boot bootOfThisMachine() {
  Boot boot{};
  const UniqueDescriptor file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  if (!file.isOpen() || ::read(file.get(), boot.data(), boot.size()) != static_cast<ssize_t>(boot.size())) {
    return Boot{};
  }
  return boot;
}

}  // namespace

// As it lies in the file; of this machine's byte order, for it is of no use on another one.
struct PositionMark::Layout {
  std::uint64_t magic;
  Boot boot;
  std::uint64_t epoch;
  std::atomic<std::uint64_t> newest;
  std::atomic<std::uint64_t> ahead;
};

PositionMark::~PositionMark() {
  if (mapped_ != nullptr) {
    ::munmap(mapped_, kFileBytes);
  }
}

// The file has all its blocks before it is mapped: a page that the disk has no room for would be a signal.
std::optional<MarkedPosition> PositionMark::open(const std::string& path) {
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free && sizeof(Layout) <= kFileBytes);
  constexpr mode_t kMode = 0600;
  const UniqueDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode));
  if (!file.isOpen() || bootOfThisMachine() == Boot{} || ::posix_fallocate(file.get(), 0, kFileBytes) != 0) {
    return std::nullopt;
  }
  void* const mapped = ::mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (mapped == MAP_FAILED) {
    return std::nullopt;
  }
  mapped_ = static_cast<Layout*>(mapped);
  if (mapped_->magic != kMagic || mapped_->boot != bootOfThisMachine()) {
    return std::nullopt;
  }
  MarkedPosition position;
  position.epoch = mapped_->epoch;
  position.ahead = mapped_->ahead.load();
  position.newest = std::max(mapped_->newest.load(), position.ahead);
  return position;
}

// It says nothing while it is written anew.
void PositionMark::begin(const MarkedPosition& position) {
  if (mapped_ == nullptr) {
    return;
  }
  mapped_->magic = 0;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  mapped_->boot = bootOfThisMachine();
  mapped_->epoch = position.epoch;
  mapped_->newest.store(position.newest);
  mapped_->ahead.store(position.ahead);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  mapped_->magic = kMagic;
}

void PositionMark::note(std::uint64_t newest, std::uint64_t ahead) {
  if (mapped_ != nullptr) {
    mapped_->ahead.store(ahead, std::memory_order_relaxed);
    mapped_->newest.store(newest, std::memory_order_relaxed);
  }
}

}  // namespace millrace
