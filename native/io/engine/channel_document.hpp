#pragma once

#include "core/hub/channel_state.hpp"
#include "json/json_document.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

// A document, and the events that tell of the whole of it. Made without the lock.
struct EncodedDocument {
  [[nodiscard]] std::string_view json() const {
    return events == nullptr ? std::string_view() : std::string_view(*events).substr(from, size);
  }

  struct Event {
    std::uint64_t typeHash = 0;
    std::size_t end = 0;  // in the events
  };

  SharedText events;
  std::size_t from = 0;  // of the document in them
  std::size_t size = 0;
  std::vector<Event> parts;  // the whole, and what follows it
};
[[nodiscard]] EncodedDocument encodeDocument(const DocumentTypes& types, std::string_view json);

// The JSON document of a channel. Guarded by the engine's lock, as its hub is.
//
// Whoever reads the channel is shown what is stored, where changes are held back until then; whoever changes the document sees all of it.
class ChannelDocument : public StateSource {
 public:
  // Larger ones are refused.
  static constexpr std::size_t kMostBytes = std::size_t{8} * 1024 * 1024;

  explicit ChannelDocument(const DocumentTypes& types);
  // What whole() wrote, and the changes since; null: nothing of the kind. Made without the lock.
  [[nodiscard]] static std::shared_ptr<ChannelDocument> restore(std::string_view whole,
                                                                const std::vector<std::string_view>& patches);

  [[nodiscard]] const DocumentTypes& types() const { return types_; }
  // The document as it is, which may be read without the lock; empty: it was never set. Its events are the same object until it changes.
  [[nodiscard]] const EncodedDocument& encoded();
  void set(EncodedDocument document);
  // Whether a patch of so many bytes can be applied: not where the document would become too large, or nests too deep.
  [[nodiscard]] bool canTake(std::size_t patchBytes);
  // There is no document: all that it ever was could not be stored.
  [[nodiscard]] bool isBlank() const { return encoded_.events == nullptr && !document_; }
  // Whether canTake() has to read the document first.
  [[nodiscard]] bool isUnread() const { return !document_; }
  // What was read of the document as it is.
  void read(JsonDocument document) { document_ = std::move(document); }
  // After canTake().
  void patch(JsonDocument patch, std::size_t patchBytes);
  // The next change is held back: what is shown stays. `change`: the patch, or, with `isWhole`, what the document becomes.
  void keepShown(std::string_view change, bool isWhole);

  [[nodiscard]] SharedText text() override { return shown().events; }
  [[nodiscard]] SharedText textOf(const std::vector<std::uint64_t>& types) override;
  [[nodiscard]] bool isChangedBy(std::uint64_t typeHash) const override;
  [[nodiscard]] std::string whole() const override;
  void hold(std::uint64_t change) override;
  void settle(std::uint64_t change, bool isStored) override;

 private:
  struct Change {
    std::string json;
    bool isWhole = false;
    std::uint64_t number = 0;
  };
  // What is shown, and what is not yet.
  struct Held {
    EncodedDocument shown;
    std::vector<Change> settled;  // since then, which shown() makes part of it
    std::deque<Change> changes;
  };

  [[nodiscard]] const EncodedDocument& shown();
  [[nodiscard]] EncodedDocument changed(const EncodedDocument& before, const std::vector<Change>& changes) const;

  const DocumentTypes types_;
  std::vector<std::uint64_t> changes_;                  // hashes of types
  std::optional<JsonDocument> document_;                // none: as encoded_ has it
  EncodedDocument encoded_;                             // without events: it is to be written anew
  std::map<std::vector<bool>, SharedText> selections_;  // of the events that are shown, by which of them
  std::size_t mostBytes_ = 0;                           // it is no larger
  std::unique_ptr<Held> held_;                          // none: all of it is shown
};

}  // namespace millrace
