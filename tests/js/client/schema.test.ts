import { z } from "zod";
import { readData, type StandardSchema, schemaOf } from "../../../js/src/client/schema.js";

const schemas = { n: z.number() };

test("only what was given is a validator, whatever a type is called", () => {
  expect(schemaOf("n", schemas)).toBe(schemas.n);
  expect(["constructor", "__proto__", "toString", "x"].map((type) => schemaOf(type, schemas))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(readData("constructor", "[1]", schemas)).toEqual([1]);
});

test("what its validator refuses says why", () => {
  expect(() => readData("n", '"x"', schemas)).toThrow(
    expect.objectContaining({ code: "INVALID_DATA", raw: '"x"', cause: [expect.anything()] }),
  );
});

test("a validator that throws refuses", () => {
  const throwing: StandardSchema<never> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: () => {
        throw new Error("in the validator");
      },
    },
  };
  expect(() => readData("n", "1", { n: throwing } as object)).toThrow(
    expect.objectContaining({ code: "INVALID_DATA", message: expect.stringContaining("in the validator"), raw: "1" }),
  );
});
