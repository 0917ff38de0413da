#pragma once

#include <cstddef>

namespace millrace::test {

/**
 * How many cases a property looks at. The sanitizers look at each access to memory, which takes many times as long, and a quarter of the cases
 * has the same accesses.
 */
constexpr std::size_t roundsOf(std::size_t cases) {
#ifdef MILLRACE_SANITIZED
  return (cases + 3) / 4;
#else
  return cases;
#endif
}

}  // namespace millrace::test
