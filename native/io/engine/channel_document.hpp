#pragma once

#include "core/hub/channel_state.hpp"
#include "json/json_document.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// An event that follows the whole document, with some of its members.
struct DocumentPart {
  std::string type;
  std::vector<std::string> members;  // names, as JSON has them
};

// The event types of a channel's document.
struct DocumentTypes {
  std::string snapshot;              // of the event with the whole of it
  std::string patch;                 // of the events with what has changed, where they have no type of their own
  std::vector<std::string> changes;  // of all other events that change it
  std::vector<DocumentPart> parts;
};

// The JSON document of a channel. Guarded by the engine's lock, as its hub is.
class ChannelDocument : public StateSource {
 public:
  // Larger ones are refused.
  static constexpr std::size_t kMostBytes = std::size_t{8} * 1024 * 1024;

  explicit ChannelDocument(const DocumentTypes& types);

  // The document as it is; empty: it was never set.
  [[nodiscard]] std::string_view json();
  void set(std::string_view json);
  // Whether a patch of so many bytes can be applied: not where the document would become too large, or nests too deep.
  [[nodiscard]] bool canTake(std::size_t patchBytes);
  // After canTake().
  void patch(JsonDocument patch, std::size_t patchBytes);

  [[nodiscard]] SharedText text() override;
  [[nodiscard]] bool isChangedBy(std::uint64_t typeHash) const override;

 private:
  void encode(std::string_view json);

  const std::string snapshotType_;
  const std::vector<DocumentPart> parts_;
  std::vector<std::uint64_t> changes_;    // hashes of types
  std::optional<JsonDocument> document_;  // none: as text_ has it
  SharedText text_;                       // the events; null: it is to be written anew
  std::size_t dataFrom_ = 0;              // of the document in it
  std::size_t dataSize_ = 0;
  std::size_t mostBytes_ = 0;  // it is no larger
};

}  // namespace millrace
