// The API of the npm package `resumable-stream` on Millrace's log. The first block has the cases of that package's own suite, in our words; what its
// users report as broken follows.
import { createResumableStreamContext } from "../../js/src/resumable/index.js";
import { createHub, type Hub } from "../../js/src/server/index.js";
import { until } from "../addon/listening.js";

let count = 0;
let hub: Hub;

beforeEach(() => {
  hub = createHub({ name: `resumable ${++count}` });
  hub.on("error", () => {});
});

const contextWith = (options: Partial<Parameters<typeof createResumableStreamContext>[0]> = {}) =>
  createResumableStreamContext({ waitUntil: null, hub, ...options });

/** A source that gives what it is told to. */
function handSource() {
  const { readable, writable } = new TransformStream<string, string>(undefined, undefined, { highWaterMark: 100 });
  const writer = writable.getWriter();
  let calls = 0;
  return {
    make: () => {
      calls++;
      return readable;
    },
    calls: () => calls,
    write: (...texts: string[]) => {
      for (const text of texts) void writer.write(text).catch(() => {});
    },
    end: () => void writer.close().catch(() => {}),
    fail: (error: Error) => void writer.abort(error).catch(() => {}),
  };
}

/** Until it has so many characters, or to its end. */
class Reading {
  readonly #reader: ReadableStreamDefaultReader<string>;
  text = "";

  constructor(stream: ReadableStream<string> | null | undefined) {
    if (!stream) throw new Error(`It is no stream but ${stream}`);
    this.#reader = stream.getReader();
  }

  async upTo(characters = Infinity): Promise<string> {
    while (this.text.length < characters) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      this.text += value;
    }
    return this.text;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

const all = (stream: ReadableStream<string> | null | undefined) => new Reading(stream).upTo();
const never = () => {
  throw new Error("It must not be called");
};

describe("as resumable-stream has it", () => {
  test("a stream is a stream", async () => {
    const { make, write, end } = handSource();
    const stream = await contextWith().resumableStream("a", make);
    write("1\n", "2\n", "3\n");
    end();
    expect(await all(stream)).toBe("1\n2\n3\n");
  });

  test("two readers from the beginning get the same, in whichever order they read", async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { make, write, end, calls } = handSource();
      const context = contextWith({ keyPrefix: String(order) });
      const streams = [await context.resumableStream("a", make), await context.resumableStream("a", make)];
      write("1\n", "2\n");
      end();
      for (const at of order) expect(await all(streams[at])).toBe("1\n2\n");
      expect(calls()).toBe(1);
    }
  });

  test("whether a stream is there: not yet, while it goes on, and when it is whole", async () => {
    const { make, write, end } = handSource();
    const context = contextWith();
    expect(await context.hasExistingStream("a")).toBeNull();
    const stream = await context.resumableStream("a", make);
    expect([await context.hasExistingStream("a"), await context.hasExistingStream("b")]).toEqual([true, null]);
    const second = await context.resumableStream("a", make);
    write("1\n", "2\n");
    end();
    expect([await all(stream), await all(second)]).toEqual(["1\n2\n", "1\n2\n"]);
    expect(await context.hasExistingStream("a")).toBe("DONE");
  });

  test("one that has begun is read from its beginning", async () => {
    const { make, write, end } = handSource();
    const context = contextWith();
    const stream = await context.resumableStream("a", make);
    write("1\n");
    const second = await context.resumableStream("a", make);
    write("2\n");
    const third = await context.resumableStream("a", make);
    end();
    for (const one of [stream, second, third]) expect(await all(one)).toBe("1\n2\n");
  });

  test("what is there is given before the rest comes, to both, and to either of them first", async () => {
    for (const order of [[0, 1], [0], [1]]) {
      const { make, write, end } = handSource();
      const context = contextWith({ keyPrefix: `p${order}` });
      const first = await context.resumableStream("a", make);
      write("1\n");
      const readings = [new Reading(first), new Reading(await context.resumableStream("a", make))];
      for (const at of order) expect(await readings[at]?.upTo(2)).toBe("1\n");
      write("2\n");
      end();
      for (const reading of readings) expect(await reading.upTo()).toBe("1\n2\n");
    }
  });

  test("streams of other ids are others", async () => {
    const [one, two] = [handSource(), handSource()];
    const context = contextWith();
    const streams = [
      await context.resumableStream("a", one.make),
      await context.resumableStream("b", two.make),
      await context.resumableStream("a", one.make),
      await context.resumableStream("b", two.make),
    ];
    one.write("1\n", "2\n");
    two.write("other\n");
    one.end();
    two.end();
    expect(await Promise.all(streams.map(all))).toEqual(["1\n2\n", "other\n", "1\n2\n", "other\n"]);
  });

  test.each([
    [0, "1\n2\n"],
    [1, "\n2\n"],
    [2, "2\n"],
    [4, ""],
  ])("skipCharacters %d gives the rest", async (skip, rest) => {
    const { make, write, end } = handSource();
    const context = contextWith();
    const stream = await context.resumableStream("a", make);
    write("1\n", "2\n");
    const second = await context.resumableStream("a", make, skip);
    const third = await context.resumeExistingStream("a", skip);
    end();
    expect(await all(stream)).toBe("1\n2\n");
    expect([await all(second), await all(third)]).toEqual([rest, rest]);
  });

  test("one that is whole is null, and its source is not read again", async () => {
    const { make, write, end } = handSource();
    const context = contextWith();
    const stream = await context.resumableStream("a", make);
    write("1\n");
    end();
    await all(stream);
    expect(await context.resumableStream("a", never)).toBeNull();
    expect(await context.resumeExistingStream("a")).toBeNull();
    expect(await context.resumeExistingStream("b")).toBeUndefined();
  });

  test("begun and resumed by the functions for either", async () => {
    const { make, write, end } = handSource();
    const context = contextWith();
    const stream = await context.createNewResumableStream("a", make);
    const second = await context.resumeExistingStream("a");
    write("1\n", "2\n");
    end();
    expect([await all(stream), await all(second)]).toEqual(["1\n2\n", "1\n2\n"]);
    expect(await context.resumeExistingStream("a")).toBeNull();
  });
});

describe("what is reported of resumable-stream, and is right here", () => {
  test("two that begin at once read the source once", async () => {
    const { make, write, end, calls } = handSource();
    const contexts = [contextWith(), contextWith()];
    const streams = await Promise.all([
      ...contexts.map((context) => context.resumableStream("a", make)),
      ...contexts.map((context) => context.createNewResumableStream("a", make)),
    ]);
    write("1\n");
    end();
    expect(await Promise.all(streams.map(all))).toEqual(["1\n", "1\n", "1\n", "1\n"]);
    expect(calls()).toBe(1);
  });

  test("one that is whole can be begun anew where that is asked for", async () => {
    const context = contextWith();
    expect(await all(await context.createNewResumableStream("a", () => streamOf("1")))).toBe("1");
    expect(await all(await context.createNewResumableStream("a", () => streamOf("2")))).toBe("2");
  });

  test("a source that fails fails every reader, with what it gave before, and hangs none", async () => {
    const { make, write, fail } = handSource();
    const context = contextWith();
    const reading = new Reading(await context.resumableStream("a", make));
    write("1\n");
    await reading.upTo(2);
    const late = new Reading(await context.resumableStream("a", make));
    fail(new Error("secret of the source"));
    await expect(reading.upTo()).rejects.toMatchObject({
      code: "STREAM_CLOSED",
      message: expect.not.stringContaining("secret"),
    });
    await expect(late.upTo()).rejects.toMatchObject({ code: "STREAM_CLOSED" });
    expect(late.text).toBe("1\n");
    expect(await context.hasExistingStream("a")).toBe("DONE");
  });

  test.each([
    ["throws at once", never],
    ["gives nothing", () => undefined as never],
    ["gives bytes", () => streamOf(new Uint8Array(3) as never)],
    ["gives numbers", () => [1, 2] as never],
  ])("a source that %s fails its reader", async (_, make) => {
    await expect(all(await contextWith().resumableStream("a", make))).rejects.toMatchObject({ code: "STREAM_CLOSED" });
  });

  test("the source is read to its end whoever leaves, and what keeps the function alive waits for it", async () => {
    const { make, write, end } = handSource();
    const waited: Promise<unknown>[] = [];
    const context = contextWith({ waitUntil: (promise) => waited.push(promise) });
    const reading = new Reading(await context.resumableStream("a", make));
    write("1\n");
    await reading.upTo(1);
    await reading.cancel();
    write("2\n");
    const late = await context.resumeExistingStream("a");
    end();
    expect(await all(late)).toBe("1\n2\n");
    expect(waited).toHaveLength(1);
    await waited[0];
  });

  test("nothing is left of a thousand readers that come and go", async () => {
    const { make, write, end } = handSource();
    const context = contextWith();
    const stream = await context.resumableStream("a", make);
    write("1\n");
    const { core } = hub.stats().memory;
    for (let n = 0; n < 1000; n++) {
      const reading = new Reading(await context.resumeExistingStream("a"));
      if (n % 2) await reading.upTo(1);
      await reading.cancel();
    }
    await until(() => hub.stats().memory.core.connections <= core.connections);
    end();
    expect(await all(stream)).toBe("1\n");
  });

  test("characters are those of JavaScript, whatever they are, and wherever they are cut", async () => {
    const texts = [
      "é",
      "\ud83d",
      "\ude00",
      "\r",
      "\n",
      "\r\n",
      "data: x\n\n",
      "\u0000",
      "\ufeff",
      "😀",
      "x".repeat(250_000),
    ];
    const whole = texts.join("");
    const { make, write, end } = handSource();
    const context = contextWith();
    const stream = await context.resumableStream("a", make);
    write(...texts);
    const skips = [0, 1, 2, 3, 5, 8, 17, 20, 100_000, 150_021, whole.length - 1, whole.length, whole.length + 10];
    const readings = await Promise.all(skips.map((skip) => context.resumeExistingStream("a", skip)));
    end();
    expect(await all(stream)).toBe(whole);
    for (const [at, reading] of readings.entries()) expect(await all(reading)).toBe(whole.slice(skips[at]));
  });

  test("an answer of very many small pieces is whole", async () => {
    const pieces = Array.from({ length: 30_000 }, (_, n) => `${n} `);
    const stream = await contextWith().resumableStream("a", () => streamOf(...pieces));
    expect(await all(stream)).toBe(pieces.join(""));
  });

  test("one that is too large is told so, and one that takes too long", async () => {
    const large = () => streamOf(...Array.from({ length: 50 }, () => "x".repeat(100_000)));
    const stream = await contextWith().resumableStream("large", large);
    await expect(all(stream)).rejects.toThrow("too_large");
    const { make, write } = handSource();
    const long = await contextWith({ maxMs: 5 }).resumableStream("long", make);
    write("1");
    await expect(all(long)).rejects.toThrow("duration_cap");
  });
});

test("streams that nobody reads leave nothing, and their channels can be used again", async () => {
  const small = createHub({ name: `resumable ${++count}`, limits: { channels: 10 } });
  small.on("error", () => {});
  const context = contextWith({ hub: small, keepForMs: 20, producerTimeoutMs: 20 });
  for (let n = 0; n < 12; n++) {
    let begun: unknown;
    await until(() =>
      context
        .createNewResumableStream(`${n}`, () => streamOf("text"))
        .then(
          (stream) => {
            begun = stream;
            return true;
          },
          () => false,
        ),
    );
    expect(begun).toBeInstanceOf(ReadableStream);
  }
  await until(() => small.stats().memory.core.connections === 0);
});

test("one that is read when it is not kept any more is told so", async () => {
  const context = contextWith({ keepForMs: 1 });
  const stream = await context.resumableStream("a", () => streamOf("text"));
  await until(() => context.hasExistingStream("a").then((state) => state === "DONE"));
  await until(() => hub.stats().memory.core.connections === 0);
  await expect(all(stream)).rejects.toThrow("not kept any more");
});

test.each([0, 1, 100])("where a policy keeps %d events, no reader takes a part for the whole", async (events) => {
  const small = createHub({
    name: `resumable ${++count}`,
    policies: [{ match: "**", history: { events } }],
    lagGraceMs: 1,
  });
  small.on("error", () => {});
  const { make, write, end } = handSource();
  const context = contextWith({ hub: small });
  const first = new Reading(await context.resumableStream("a", make));
  const reading = first.upTo(5000).catch(() => "");
  for (let n = 0; n < 1000; n++) {
    write("text ");
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await reading;
  const late = await context.resumableStream("a", never).catch(() => null);
  end();
  if (late) await expect(all(late)).rejects.toMatchObject({ code: "STREAM_CLOSED" });
  await until(() => context.hasExistingStream("a").then((state) => state !== true));
});

test("clients of Redis are taken and not used, and one line says so", async () => {
  const said: unknown[][] = [];
  const { info } = console;
  console.info = (...words) => void said.push(words);
  try {
    for (let n = 0; n < 3; n++) contextWith({ publisher: {}, subscriber: {}, doneWatchdogIntervalMs: 5 });
  } finally {
    console.info = info;
  }
  expect(said).toEqual([[expect.stringContaining("does not use the Redis clients")]]);
});

test.each([
  [{ waitUntil: "after" }, "waitUntil must be a function"],
  [{ keyPrefix: "" }, "keyPrefix must not be empty"],
  [{ hub: {} }, "hub must be a hub"],
  [{ maxMs: 0 }, "maxMs must be"],
  [{ producerTimeoutMs: 2 ** 31 }, "producerTimeoutMs must be"],
  [{ keepForMs: NaN }, "keepForMs must be"],
  [{ keyPrefx: "a" }, "keyPrefix"],
])("%j is refused", (options, message) => {
  expect(() => contextWith(options as never)).toThrow(message);
});

test.each([
  ["", undefined, "streamId must not be empty"],
  ["\ud800", undefined, "streamId"],
  ["x".repeat(513), undefined, "at most 512"],
  [7, undefined, "streamId must be a string"],
  ["a", -1, "skipCharacters must be"],
  ["a", 1.5, "skipCharacters must be"],
  ["a", NaN, "skipCharacters must be"],
])("the id %j and skipCharacters %p are refused", async (id, skip, message) => {
  const context = contextWith();
  await expect(context.resumableStream(id as string, never, skip)).rejects.toThrow(message);
  await expect(context.createNewResumableStream(id as string, never, skip)).rejects.toThrow(message);
  await expect(context.resumeExistingStream(id as string, skip)).rejects.toThrow(message);
});

test("ids with anything in them are their own", async () => {
  const ids = ["a:b", "a%3Ab", "..", "a/b", " ", "*", "**", "ä", "constructor", "__proto__"];
  const context = contextWith();
  for (const id of ids) await context.createNewResumableStream(id, () => streamOf(id));
  for (const id of ids) await until(() => context.hasExistingStream(id).then((state) => state === "DONE"));
  expect(await contextWith({ keyPrefix: "other" }).hasExistingStream("a:b")).toBeNull();
});

function streamOf(...texts: string[]): ReadableStream<string> {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(text);
      controller.close();
    },
  });
}
