#pragma once

#include <cstdio>
#include <cstdlib>

namespace millrace::test {

// Stops the fuzzer, which then keeps the input.
inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "differs: %s\n", what);
    std::abort();
  }
}

}  // namespace millrace::test
