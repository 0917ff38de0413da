import type { NativeMember, NativeRecord } from "../../native/native-policy.js";
import { requireKey, requireNames, requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import type { MemberSchema, RecordSchema } from "./policy.js";

const RECORD_OPTIONS: Names<RecordSchema> = { properties: true, required: true };
const MEMBER_OPTIONS: Names<MemberSchema> = { type: true, enum: true, minimum: true, minLength: true };
const TYPES = ["string", "number", "integer", "boolean", "object", "array"] satisfies MemberSchema["type"][];

/**
 * What a policy says of its records; none: every event is taken.
 *
 * @throws TypeError that names what is wrong.
 */
export function toNativeRecords(
  where: string,
  records: Readonly<Record<string, RecordSchema>> | false,
): NativeRecord[] {
  if (records === false) return [];
  requireObject(where, records);
  const rules = Object.entries(records);
  if (rules.length === 0) throw new TypeError(`${where} must name the events that are taken; false takes all`);
  return rules.map(([event, schema]) => {
    requireKey(`${where}'s event`, event);
    return { event, members: toNativeMembers(`${where}.${event}`, schema) };
  });
}

function toNativeMembers(where: string, schema: RecordSchema): NativeMember[] {
  requireObject(where, schema);
  requireKnown(where, schema, RECORD_OPTIONS);
  const { properties, required = [] } = schema;
  requireObject(`${where}.properties`, properties);
  if (required.length > 0) requireNames(`${where}.required`, required);
  const unknown = required.find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) throw new TypeError(`${where}.required has "${unknown}", which is none of its properties`);
  return Object.entries(properties).map(([name, member]) => {
    const isRequired = required.includes(name);
    requireText(`${where}'s property`, name);
    return { name, isRequired, ...toNativeMember(`${where}.properties.${name}`, member) };
  });
}

function toNativeMember(where: string, member: MemberSchema): Omit<NativeMember, "name" | "isRequired"> {
  requireObject(where, member);
  requireKnown(where, member, MEMBER_OPTIONS);
  const { type, enum: allowed, minimum, minLength } = member;
  if (type !== undefined) requireOneOf(`${where}.type`, type, TYPES);
  if (allowed !== undefined) {
    requireNames(`${where}.enum`, allowed);
    for (const text of allowed) requireText(`${where}.enum`, text);
  }
  if (minimum !== undefined) requireNumber(`${where}.minimum`, minimum, { least: -Number.MAX_VALUE });
  if (minLength !== undefined) requireNumber(`${where}.minLength`, minLength);
  if (allowed !== undefined && type !== undefined && type !== "string") {
    throw new TypeError(`${where}.enum names texts, so its type cannot be "${type}"`);
  }
  return { type, allowed, minimum, minLength };
}

/** They are compared as JSON writes them. */
function requireText(where: string, text: string): void {
  requireKey(where, text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/["\\\u0000-\u001f]/.test(text)) {
    throw new TypeError(`${where} must not hold quotation marks, backslashes or control characters`);
  }
}
