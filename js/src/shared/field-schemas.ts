import { isRecord } from "./is-record.js";

/** What a member of an event's data has to be; `?` behind it: it may be left out. */
export type Kind = "text" | "number" | "share" | "level" | "time" | "record" | "list" | "any";
export type Fields = Readonly<Record<string, Kind | `${Kind}?`>>;

const LEVELS = ["info", "warn", "error"];

const FITS: Readonly<Record<Kind, readonly [rule: string, isFit: (value: unknown) => boolean]>> = {
  text: ["a text", (value) => typeof value === "string"],
  number: ["a number of at least 0", (value) => Number.isFinite(value) && (value as number) >= 0],
  share: [
    "a number from 0 to 1",
    (value) => Number.isFinite(value) && (value as number) >= 0 && (value as number) <= 1,
  ],
  level: [`one of ${LEVELS.join(", ")}`, (value) => LEVELS.includes(value as string)],
  time: ["a time as ISO 8601 has it", (value) => typeof value === "string" && !Number.isNaN(Date.parse(value))],
  record: ["an object", isRecord],
  list: ["a list", Array.isArray],
  any: ["anything", () => true],
};

/** A member that is not as it has to be. */
export interface Issue {
  readonly message: string;
  readonly path: readonly string[];
}

/**
 * What is wrong with an event's data; undefined: nothing. Members that no schema knows may be there.
 *
 * @param isPatch - each member may be left out, or be null.
 */
export function issueIn(fields: Fields, data: unknown, isPatch = false): Issue | undefined {
  if (!isRecord(data)) return { message: "the data must be an object", path: [] };
  for (const [name, kind] of Object.entries(fields)) {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (value === undefined ? isPatch || kind.endsWith("?") : isPatch && value === null) continue;
    const [rule, isFit] = FITS[kind.replace("?", "") as Kind];
    if (!isFit(value)) return { message: `${name} must be ${rule}, not ${shown(value)}`, path: [name] };
  }
  return undefined;
}

function shown(value: unknown): string {
  const isShort = typeof value === "number" || typeof value === "boolean" || value === null;
  const text = typeof value === "string" ? JSON.stringify(value) : isShort ? String(value) : typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A validator as libraries understand each other's: https://standardschema.dev */
export interface FieldSchema<Data> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "millrace";
    readonly validate: (value: unknown) => { readonly value: Data } | { readonly issues: readonly Issue[] };
    readonly types?: { readonly input: Data; readonly output: Data };
  };
}

export function schemaOf<Data>(issueOf: (value: unknown) => Issue | undefined): FieldSchema<Data> {
  const validate = (value: unknown) => {
    const issue = issueOf(value);
    return issue ? { issues: [issue] } : { value: value as Data };
  };
  return { "~standard": { version: 1, vendor: "millrace", validate } };
}
