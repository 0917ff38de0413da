#pragma once

// As cmake/read_once.hpp, for clang-tidy.
#include "read_once.hpp"

#include <napi.h>
