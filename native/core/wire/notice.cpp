#include "core/wire/notice.hpp"

#include "core/wire/encoder.hpp"

namespace millrace {
namespace {

void encode(std::string_view type, std::string_view data, std::string& out) {
  EventFields fields;
  fields.type = type;
  fields.data = data;
  static_cast<void>(encodeEvent(fields, out));  // cannot fail: the type is ours
}

// A JSON string of the text (RFC 8259, 7).
void appendJsonString(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.push_back('"');
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (code < 0x20U) {
      out.append("\\u00");
      out.push_back(kDigits[code >> 4U]);
      out.push_back(kDigits[code & 15U]);
      continue;
    }
    if (character == '"' || character == '\\') {
      out.push_back('\\');
    }
    out.push_back(character);
  }
  out.push_back('"');
}

}  // namespace

void encodeBegin(Resumption resumption, std::string& out) {
  encode(kBeginType, resumption == Resumption::possible ? R"({"resumes":true})" : R"({"resumes":false})", out);
}

void encodeEnd(std::string_view reason, Return wish, std::string& out) {
  std::string data = R"({"reason":)";
  appendJsonString(reason, data);
  data.append(R"(,"reconnect":)").append(wish == Return::wanted ? "true}" : "false}");
  encode(kEndType, data, out);
}

}  // namespace millrace
