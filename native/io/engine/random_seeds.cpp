#include "io/engine/random_seeds.hpp"

#include <chrono>
#include <random>

namespace millrace {

std::uint64_t newEpoch() {
  constexpr std::uint64_t kRandomBits = 20;
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  std::random_device random;
  return (static_cast<std::uint64_t>(seconds.count()) << kRandomBits) | (random() & ((1U << kRandomBits) - 1U));
}

HashKey newHashKey() {
  std::random_device random;
  const auto word = [&] { return static_cast<std::uint64_t>(random()) << 32U | random(); };
  return {word(), word()};
}

std::array<std::uint8_t, 32> newSecret() {
  constexpr unsigned kByte = 0xff;
  std::random_device random;
  std::array<std::uint8_t, 32> secret{};
  for (std::uint8_t& byte : secret) {
    byte = static_cast<std::uint8_t>(random() & kByte);
  }
  return secret;
}

}  // namespace millrace
