#pragma once

// What most files include, for compilers that can read it once for all of them: the build with sanitizers, and clang-tidy. No file
// includes it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>
