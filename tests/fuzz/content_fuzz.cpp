// Any bytes, redacted, truncated and made a key: nothing breaks, what is JSON stays JSON and within its size, and redacting it again changes
// nothing.
#include "fuzz/require.hpp"
#include "json/masked_key.hpp"
#include "json/redactor.hpp"
#include "json/truncate.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::test {
namespace {

bool isJson(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 10000;
  boost::json::error_code error;
  boost::json::parse(text, error, {}, options);
  return !error;
}

const Redactor& redactor() {
  static const Redactor made = [] {
    RedactionRules rules;
    rules.keys = {"own"};
    rules.paths = {"a.*", "*.b.0", "c"};
    rules.patterns = {{"zz", "0-9a-f", 2, 8}, {"-1", "0-9", 3, 3}};
    rules.emails = true;
    return Redactor(rules);
  }();
  return made;
}

void check(std::string_view text, std::size_t bytes) {
  const bool wasJson = isJson(text);
  static_cast<void>(redactor().redact(text, TextKind::plain));
  if (const auto result = redactor().redact(text, TextKind::json); result && wasJson) {
    require(isJson(result->text), "JSON, and what is redacted of it");
    const auto again = redactor().redact(result->text, TextKind::json);
    require(!again || again->text == result->text, "what is redacted, and that redacted again");
  }
  const std::string cut = truncateJson(text, bytes, {"own"});
  if (wasJson && text.front() != ' ' && text.back() != ' ') {
    require(cut.size() <= bytes, "a size, and what was cut to it");
    require(isJson(cut), "JSON, and what is cut of it");
  }
  require(truncateText(text, bytes).size() <= bytes, "a size, and a text that was cut to it");
  static_cast<void>(maskedKey("type", text, {"a", "c.d"}));
}

}  // namespace
}  // namespace millrace::test

// The first byte says to which size it is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  millrace::test::check(text, 64 + data[0]);
  return 0;
}
