import * as z from "zod";
import { SSEClient, type SSEError, type StandardSchema } from "../../../js/src/client/index.js";
import { ScriptedServer, until } from "./scripted-server.js";

let client: SSEClient;
const server = ScriptedServer.forEachTest(() => client.close());

/** What `on("a")` and the error listeners were given, after these texts and one that only says that they are through. */
async function received(schema: StandardSchema<unknown>, ...texts: string[]) {
  const got: unknown[] = [];
  const errors: SSEError[] = [];
  client = new SSEClient<Record<string, unknown>>(server.url, { schema: { a: schema } });
  client.on("a", (data) => void got.push(data));
  client.on("a", () => {});
  client.addEventListener("error", ({ error }) => void (error && errors.push(error)));
  let isThrough = false;
  client.addEventListener("through", () => {
    isThrough = true;
  });
  const events = texts.map((text) => `event: a\ndata: ${text}\n\n`);
  (await server.next()).stream(`${events.join("")}event: through\ndata:\n\n`);
  await until(() => isThrough);
  return { got, errors };
}

const Progress = z.object({ done: z.number().min(0), at: z.string().default("now") });

test("data is as its validator gives it", async () => {
  const { got, errors } = await received(Progress, '{"done":1,"more":true}', '{"done":2,"at":"then"}');
  expect(got).toEqual([
    { done: 1, at: "now" },
    { done: 2, at: "then" },
  ]);
  expect(errors).toEqual([]);
});

test("data that its validator refuses is one error with the text and the issues, and the stream goes on", async () => {
  const { got, errors } = await received(Progress, '{"done":-1,"at":7}', '{"done":3}');
  expect(got).toEqual([{ done: 3, at: "now" }]);
  expect(errors).toHaveLength(1);
  expect([errors[0]?.code, errors[0]?.raw]).toEqual(["INVALID_DATA", '{"done":-1,"at":7}']);
  expect(errors[0]?.message).toMatch(/^The data of a "a" event is not what it should be: .+; .+/);
  expect(errors[0]?.cause).toMatchObject([{ path: ["done"] }, { path: ["at"] }]);
});

test("data that does not parse never reaches the validator", async () => {
  const { got, errors } = await received(z.any(), "{oops");
  expect(got).toEqual([]);
  expect(errors.map(({ code, raw }) => [code, raw])).toEqual([["INVALID_JSON", "{oops"]]);
});

test("a validator that is asynchronous is refused, whether it would accept or not", async () => {
  const slow = (isRight: boolean) => z.number().refine(async () => isRight);
  const { got, errors } = await received(z.union([slow(true), slow(false)]), "1", '"one"');
  expect(got).toEqual([]);
  expect(errors.map(({ code, raw }) => [code, raw])).toEqual([
    ["INVALID_DATA", "1"],
    ["INVALID_DATA", '"one"'],
  ]);
  expect(errors[0]?.message).toMatch(/asynchronous/);
});

test("an asynchronous validator that rejects is no unhandled rejection", async () => {
  const rejects: StandardSchema<number> = {
    "~standard": { version: 1, vendor: "test", validate: async () => Promise.reject(new Error("later")) },
  };
  const { errors } = await received(rejects, "1");
  expect(errors.map(({ code }) => code)).toEqual(["INVALID_DATA"]);
});

test("a validator that throws is an error with that, and the stream goes on", async () => {
  const thrown = new Error("a bug in the validator");
  const throwing: StandardSchema<number> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: () => {
        throw thrown;
      },
    },
  };
  const { got, errors } = await received(throwing, "1", "2");
  expect(got).toEqual([]);
  expect(errors.map(({ code, raw, cause }) => [code, raw, cause])).toEqual([
    ["INVALID_DATA", "1", thrown],
    ["INVALID_DATA", "2", thrown],
  ]);
});

test("types without a validator are not checked, whatever they are called", async () => {
  const got: unknown[] = [];
  const types = ["message", "toString", "constructor", "__proto__"];
  client = new SSEClient<Record<string, unknown>>(server.url, { schema: { a: Progress } });
  for (const type of types) client.on(type, (data, event) => void got.push([event.type, data]));
  (await server.next()).stream(types.map((type) => `event: ${type}\ndata: 1\n\n`).join(""));
  await until(() => got.length === types.length);
  expect(got).toEqual(types.map((type) => [type, 1]));
});

test("addEventListener has the text, valid or not", async () => {
  const texts: string[] = [];
  client = new SSEClient<Record<string, unknown>>(server.url, { schema: { a: Progress } });
  client.addEventListener("a", (event) => void texts.push(event.data));
  (await server.next()).stream("event: a\ndata: {oops\n\n");
  await until(() => texts.length === 1);
  expect(texts).toEqual(["{oops"]);
});
