#pragma once

#include "io/store/sqlite_connection.hpp"

#include <cstdint>
#include <string>

namespace millrace {

// "Mill" in the file's header: it is ours.
inline constexpr std::uint32_t kStoreApplicationId = 0x4D696C6C;
inline constexpr std::uint32_t kStoreSchemaVersion = 1;

// What a connection wants before anything else. False: see the connection's error.
[[nodiscard]] bool setUpConnection(SqliteConnection& connection);

// Makes the tables in an empty file, all or none of them. False: see the connection's error.
[[nodiscard]] bool createTables(SqliteConnection& connection);

// The tables are those that createTables() makes, and where it makes them.
[[nodiscard]] bool hasTables(SqliteConnection& connection);

// A number that SQLite knows of the file: "page_count", "user_version". False: it cannot be read.
[[nodiscard]] bool readFileNumber(SqliteConnection& connection, const std::string& name, std::uint32_t& number);

}  // namespace millrace
