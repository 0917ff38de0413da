#pragma once

#include "json/byte_classes.hpp"
#include "json/json_scan.hpp"
#include "json/named_secrets.hpp"
#include "json/searched_text.hpp"
#include "json/secret_span.hpp"
#include "json/text_kind.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace {

// Finds the secrets of one text that show by themselves, or by the name before them.
class SecretFinder {
 public:
  enum class Emails : std::uint8_t { stay, areSecret };

  // `text` and the names outlive it.
  SecretFinder(std::string_view text, TextKind kind, const SecretNameSets& names, Emails emails)
      : text_(text, kind), named_(text_, names), emails_(emails) {}

  // In no order; they may overlap.
  [[nodiscard]] std::vector<SecretSpan> find();

 private:
  void seeBlock(const ByteClasses& classes, std::size_t offset);
  // The places are those of the last byte that was needed to see it.
  void seeWordRun(std::size_t last);
  void seeDigits(std::size_t last);
  void seeOther(std::size_t at);
  void seeDash(std::size_t at);
  void seeAt(std::size_t at);

  [[nodiscard]] bool findVendorKey(std::size_t from, std::size_t to);
  [[nodiscard]] bool findDotted(std::size_t from);
  [[nodiscard]] bool findJsonWebToken(std::size_t from, std::size_t to);
  void findBearer(std::size_t run);
  void findUrlPassword(std::size_t at);
  void findEmail(std::size_t at);

  SearchedText text_;
  NamedSecrets named_;
  const Emails emails_;
  StringTracker strings_{text_.text()};  // for the digits, which come in their order
  RunFinder<16> words_;
  RunFinder<4> digits_;
};

}  // namespace millrace
