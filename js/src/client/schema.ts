import { SSEError } from "../shared/errors.js";

/** What a validator of the Standard Schema specification (version 1) has; zod, valibot, arktype and others make them. */
export interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => ValidationResult<Output> | Promise<ValidationResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type ValidationResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** Validators by event type; types without one are not checked. */
export type Schemas<Events extends object> = {
  readonly [Type in keyof Events & string]?: StandardSchema<Events[Type]>;
};

/** The validator of a type; the server may name its types after members of every object. */
export function schemaOf(type: string, schemas: Schemas<object> | undefined): StandardSchema<unknown> | undefined {
  return schemas && Object.hasOwn(schemas, type)
    ? (schemas as Record<string, StandardSchema<unknown>>)[type]
    : undefined;
}

/**
 * An event's data: parsed from JSON, and as its validator gives it.
 *
 * @throws SSEError `INVALID_JSON` where it does not parse, `INVALID_DATA` where the validator refuses it.
 */
export function readData(type: string, text: string, schemas: Schemas<object> | undefined): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SSEError("INVALID_JSON", `The data of a "${type}" event is no JSON`, { cause, raw: text });
  }
  const schema = schemaOf(type, schemas);
  if (schema === undefined) return value;
  const result = validated(type, text, () => schema["~standard"].validate(value));
  if ("then" in result) {
    void Promise.resolve(result).catch(() => {});
    throw new SSEError("INVALID_DATA", `The validator of "${type}" is asynchronous, which keeps no order`, {
      raw: text,
    });
  }
  if (result.issues === undefined) return result.value;
  const said = result.issues.map(({ message }) => message).join("; ");
  throw new SSEError("INVALID_DATA", `The data of a "${type}" event is not what it should be: ${said}`, {
    cause: result.issues,
    raw: text,
  });
}

function validated<Result>(type: string, text: string, validate: () => Result): Result {
  try {
    return validate();
  } catch (cause) {
    throw new SSEError("INVALID_DATA", `The validator of "${type}" has thrown: ${cause}`, { cause, raw: text });
  }
}
