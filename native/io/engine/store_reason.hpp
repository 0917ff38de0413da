#pragma once

#include "io/store/store_opening.hpp"

#include <string_view>

namespace millrace {

// Why a store cannot be opened, for who is to see to it.
[[nodiscard]] inline std::string_view reasonOf(StoreFault fault) {
  switch (fault) {
    case StoreFault::busy:
      return "another process has the file open, or another hub of this one";
    case StoreFault::foreign:
      return "the file was not written by Millrace; it stays as it is";
    case StoreFault::newer:
      return "a newer version of Millrace has written the file";
    case StoreFault::unreachable:
      return "the file cannot be opened or made; its folder must be there, and may be written to";
    case StoreFault::none:
      break;
  }
  return "";
}

}  // namespace millrace
