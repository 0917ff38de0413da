// better-sqlite3 as somebody uses it who keeps events in a table: a row an event, a transaction an event, every commit on disk.
import Database from "better-sqlite3";
import { builtFile } from "../drive/program.mjs";

export const sqliteTarget = "better_sqlite3";

export function openEvents(file) {
  const database = new Database(file, { nativeBinding: builtFile("durable/better-sqlite3/better_sqlite3.node") });
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec(
    "CREATE TABLE IF NOT EXISTS events (channel TEXT, id INTEGER, type TEXT, data TEXT, PRIMARY KEY (channel, id)) WITHOUT ROWID",
  );
  return database;
}

export const insertion = "INSERT INTO events (channel, id, type, data) VALUES (?, ?, ?, ?)";
