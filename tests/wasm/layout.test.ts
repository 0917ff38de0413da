// The numbers that TypeScript reads in the module's memory, and passes to it, are those of the C++ sources.
import { readFileSync } from "node:fs";
import { sessionOptions } from "../../js/src/core/client-options.js";
import * as layout from "../../js/src/core/wasm/layout.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const reports = read("wasm/client/reports.hpp");
const itemTable = read("wasm/client/item_table.hpp");
const session = read("native/core/session/session.hpp");
const numbers = new Map(Object.entries(layout).filter(([, value]) => typeof value === "number"));

/** `lastIdBytes` as `LAST_ID_BYTES`. */
const toConstant = (name: string) => name.replace(/(?<=[a-z0-9])[A-Z]/g, "_$&").toUpperCase();

/** The constants of layout.ts that begin so, by the rest of their names. */
function constantsOf(prefix: string): Record<string, unknown> {
  const found = [...numbers].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** The members of a C++ enumeration, in its order. */
function enumerationIn(source: string, name: string): string[] {
  const body = new RegExp(`enum (?:class )?${name}[^{]*\\{([^}]*)\\}`).exec(source)?.[1];
  if (body === undefined) throw new Error(`there is no enumeration ${name}`);
  const members = body.replace(/\/\/.*$/gm, "").split(",");
  return members.map((member) => member.trim()).filter((member) => member !== "");
}

const byPlace = (names: readonly string[]) =>
  Object.fromEntries(names.map((name, index) => [toConstant(name), index] as const));

test.each([
  ["ReceiverReport", "RECEIVER_"],
  ["SessionReport", "SESSION_"],
])("the offsets in %s, which its header asserts", (struct, prefix) => {
  const asserted = [...reports.matchAll(new RegExp(`offsetof\\(${struct}, (\\w+)\\) == (\\d+)`, "g"))];
  expect(asserted.length).toBeGreaterThan(8);
  const offsets = asserted.map(([, name, offset]) => [toConstant(name as string), Number(offset)]);
  expect(constantsOf(prefix)).toEqual(Object.fromEntries(offsets));
});

test.each([
  ["SessionInput", "INPUT_", reports],
  ["ReceiverSetting", "SETTING_", reports],
  ["Kind", "KIND_", itemTable],
  ["Place", "PLACE_", itemTable],
])("the members of %s", (name, prefix, source) => {
  const { BYTES, ...constants } = constantsOf(prefix); // INPUT_BYTES is no input
  expect(constants).toEqual(byPlace(enumerationIn(source, name)));
});

test("the flags of a call", () => {
  const flags = enumerationIn(reports, "TakeFlag").map((member) => member.split(" = "));
  expect(constantsOf("TAKE_")).toEqual(
    Object.fromEntries(flags.map(([name, value]) => [toConstant((name as string).slice(1)), Number(value)])),
  );
});

test.each([
  ["Kind", layout.ACTIONS],
  ["SessionState", layout.STATES],
  ["Health", layout.HEALTHS],
  ["PollResult", layout.POLL_RESULTS],
  ["Loss", layout.LOSSES],
])("the order of %s", (name, list) => {
  expect(list).toEqual(enumerationIn(session, name));
});

test("the codes of errors", () => {
  const codes = enumerationIn(read("native/core/base/error.hpp"), "ErrorCode").map(toConstant);
  for (const [number, code] of Object.entries(layout.ERROR_CODES)) expect(codes[Number(number)]).toBe(code);
});

test("the record of an item, and the size of the input", () => {
  const record = /struct Record \{([^}]*)\}/.exec(itemTable)?.[1] ?? "";
  const fields = [...record.matchAll(/std::uint32_t (\w+) = 0;/g)].map(([, name]) => name);
  expect(fields).toEqual(["head", "size", "idSize", "address"]);
  const { RECORD_SIZE, RECORD_ID_SIZE, RECORD_ADDRESS, RECORD_WORDS } = layout;
  expect([0, RECORD_SIZE, RECORD_ID_SIZE, RECORD_ADDRESS]).toEqual(fields.map((_, index) => index));
  expect(RECORD_WORDS).toBe(fields.length);
  const shifts = read("wasm/client/item_table.cpp").matchAll(/k(Data|Id|Type)Shift = (\d+);/g);
  expect([...shifts].map(([, , shift]) => Number(shift))).toEqual([
    layout.DATA_SHIFT,
    layout.ID_SHIFT,
    layout.TYPE_SHIFT,
  ]);
  const kilobytes = /kInputBytes = std::size_t\{(\d+)\} \* 1024;/.exec(read("wasm/client/receiver.cpp"))?.[1];
  expect(layout.INPUT_BYTES).toBe(Number(kilobytes) * 1024);
});

test("the order of a session's options", () => {
  const parameters = /sessionNew\(([^)]*)\)/.exec(read("wasm/client/session.cpp"))?.[1] ?? "";
  expect(parameters.split(",").map((parameter) => parameter.trim().split(" ").at(-1))).toEqual(
    Object.keys(sessionOptions()),
  );
});
