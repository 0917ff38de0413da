import { stream } from "./support/answers.js";
import { type Case, type Differences, runCases } from "./support/cases.js";
import type { Answer } from "./support/resource.js";
import type { Seen } from "./support/tools.js";

const message = (data: string, lastEventId = ""): Seen => ["message", data, lastEventId];
const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

const BYTE_ORDER_MARK = "\uFEFF";

/** A stream, and the messages that it holds. */
interface Format {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly expected: readonly Seen[];
  /** Besides "message". */
  readonly types?: readonly string[];
  readonly contentType?: string;
}

const formats: readonly Format[] = [
  {
    name: "format-bom: one at the very beginning is dropped, later ones are part of a name",
    body: `${BYTE_ORDER_MARK}data:1\n\n${BYTE_ORDER_MARK}data:2\n\ndata:3\n\n`,
    expected: [message("1"), message("3")],
  },
  {
    name: "format-bom-2: of two, one is dropped",
    body: `${BYTE_ORDER_MARK}${BYTE_ORDER_MARK}data:1\n\ndata:2\n\ndata:3\n\n`,
    expected: [message("2"), message("3")],
  },
  {
    name: "format-bom: part of one is not one",
    body: bytes([0xef, 0xbb], "data:1\n\ndata:2\n\n"),
    expected: [message("2")],
  },
  {
    name: "format-comments",
    body: `data:1\r:\0\n:\r\ndata:2\n:${"x".repeat(2048)}\rdata:3\n:data:no\r:\ndata:4\n\n`,
    expected: [message("1\n2\n3\n4")],
  },
  {
    name: "format-data-before-final-empty-line: what no empty line ends is dropped",
    body: "data:1\n\nid:2\ndata:2\n",
    expected: [message("1")],
  },
  {
    name: "format-field-data",
    body: "data:\n\ndata\ndata\n\ndata:test\n\n",
    expected: [message(""), message("\n"), message("test")],
  },
  {
    name: "format-field-event: holds for one event",
    body: "event:test\ndata:1\n\ndata:2\n\n",
    types: ["test"],
    expected: [["test", "1", ""], message("2")],
  },
  {
    name: "format-field-event: the last one counts, and its case",
    body: "event:a\nevent:Test\ndata:1\n\nevent:test\ndata:2\n\n",
    types: ["a", "test", "Test"],
    expected: [
      ["Test", "1", ""],
      ["test", "2", ""],
    ],
  },
  {
    name: "format-field-event: without data there is no event, and none inherits the type",
    body: "event:test\n\ndata:1\n\n",
    types: ["test"],
    expected: [message("1")],
  },
  {
    name: "format-field-event-empty",
    body: "event: \ndata:1\n\nevent\ndata:2\n\nevent:test\nevent:\ndata:3\n\n",
    types: ["", " ", "test"],
    expected: [message("1"), message("2"), message("3")],
  },
  {
    name: "format-field-event: the name of an event that Millrace's servers send",
    body: 'event:millrace.resume\ndata:{"verdict":"continued"}\n\n',
    types: ["millrace.resume"],
    expected: [["millrace.resume", '{"verdict":"continued"}', ""]],
  },
  {
    name: "format-field-id-3: persists, also from a block without data",
    body: "id:1\ndata:a\n\ndata:b\n\nid:2\n\ndata:c\n\n",
    expected: [message("a", "1"), message("b", "1"), message("c", "2")],
  },
  {
    name: "format-field-id-3: an empty one resets",
    body: "id:1\ndata:a\n\nid\ndata:b\n\ndata:c\n\nid:2\ndata:d\n\nid:\ndata:e\n\n",
    expected: [message("a", "1"), message("b"), message("c"), message("d", "2"), message("e")],
  },
  {
    name: "format-field-id: the same one twice",
    body: "id:1\ndata:a\n\nid:1\ndata:b\n\n",
    expected: [message("a", "1"), message("b", "1")],
  },
  {
    name: "format-field-id-null: one with a NUL is ignored",
    body: "id:1\ndata:a\n\nid:2\0\ndata:b\n\nid:\0\0\ndata:c\n\nid:3\nid:\0\ndata:d\n\n",
    expected: [message("a", "1"), message("b", "1"), message("c", "1"), message("d", "3")],
  },
  {
    name: "format-field-parsing",
    body: "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
    expected: [message("\0\n 2\n1\n3\n\n4")],
  },
  {
    name: "format-field-parsing: the first colon counts",
    body: "data:a:b\ndata: :c\n\n:data:d\n\n",
    expected: [message("a:b\n:c")],
  },
  {
    name: "format-field-unknown",
    body: "data:test\n data\ndata\nfoobar:xxx\njusttext\n:comment\nevents:x\nda:x\ndata:test\n\n",
    expected: [message("test\n\ntest")],
  },
  {
    name: "format-leading-space: one space is dropped, and nothing else",
    body: "data:\ttest\rdata: \ndata:  two\ndata: \u00a0\ndata:test \n\n",
    expected: [message("\ttest\n\n two\n\u00a0\ntest ")],
  },
  {
    name: "format-newlines: LF, CR and CRLF, mixed",
    body: "data:test\r\ndata\ndata:test\r\n\rdata:a\r\rdata:b\n\ndata:c\r\n\r\ndata:d\n\r\ndata:e\r\n\n",
    expected: [message("test\n\ntest"), ...["a", "b", "c", "d", "e"].map((data) => message(data))],
  },
  {
    name: "format-newlines: no others",
    body: "data:a\vb\fc\u0085d\u2028e\u2029f\n\n",
    expected: [message("a\vb\fc\u0085d\u2028e\u2029f")],
  },
  { name: "format-null-character", body: "data:\0\n\n\n\n", expected: [message("\0")] },
  { name: "format-utf-8", body: "event:ö\ndata:ok…\n\n", types: ["ö"], expected: [["ö", "ok…", ""]] },
  {
    name: "format-utf-8: whatever the content type says",
    body: "data:ok…\n\n",
    contentType: "text/event-stream;charset=windows-1252",
    expected: [message("ok…")],
  },
  {
    name: "format-utf-8: one replacement character for each maximal part of a sequence",
    body: bytes("data:", [0xff, 0xe2, 0x82, 0x41, 0xf0, 0x9f, 0x92, 0xc0, 0x80], "z\n\n", "data:2\n\n"),
    expected: [message("\uFFFD\uFFFDA\uFFFD\uFFFD\uFFFDz"), message("2")],
  },
  {
    name: "format-utf-8: a sequence does not swallow the line end after it",
    body: bytes("data:", [0xe2, 0x82], "\ndata:2\n\n"),
    expected: [message("\uFFFD\n2")],
  },
  {
    name: "event-data",
    body: "data:msg\ndata: msg\n\n:\nother:msg\n\nother:msg\nData:data\n\ndata\n\ndata:end\n\n",
    expected: [message("msg\nmsg"), message(""), message("end")],
  },
];

const invalidBytes =
  "on purpose: bytes that are no UTF-8 are reported, by an error event that does not touch the connection, before the event that has them";

const differences: Differences = {
  "format-field-event: the name of an event that Millrace's servers send": {
    SSEClient: { observed: [], why: "on purpose: the verdict on resumption is the client's `resume` event" },
  },
  "format-utf-8: whatever the content type says": {
    EventSource: { observed: [], why: "Chromium: refuses every charset but UTF-8" },
  },
  "format-utf-8: one replacement character for each maximal part of a sequence": {
    SSEClient: {
      observed: [["(error while open)", null, ""], message("\uFFFD\uFFFDA\uFFFD\uFFFD\uFFFDz"), message("2")],
      why: invalidBytes,
    },
  },
  "format-utf-8: a sequence does not swallow the line end after it": {
    SSEClient: { observed: [["(error while open)", null, ""], message("\uFFFD\n2")], why: invalidBytes },
  },
};

/** The messages of a format, however its stream is answered. */
const toCase = ({ name, expected, types = [] }: Format, answer: Answer): Case => ({
  name,
  expected,
  observe: ({ serve, run }) =>
    run(({ Source, read }, [url, listened]) => read(new Source(url), listened), [
      serve(answer).url,
      ["message", ...types],
    ] as const),
});

const whole = ({ body, contentType = "text/event-stream" }: Format) => stream(body, { type: contentType });

/** One byte at a time: lines, characters and CRLFs are cut wherever they can be. */
const byBytes =
  ({ body, contentType = "text/event-stream" }: Format): Answer =>
  async ({ res }) => {
    res.writeHead(200, { "Content-Type": contentType });
    for (const byte of Buffer.from(body as string)) {
      res.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    res.end();
  };

const toCases = (answerOf: (format: Format) => Answer) => formats.map((format) => toCase(format, answerOf(format)));

describe("whole", () => runCases({ cases: toCases(whole), differences }));
describe("byte by byte", () => runCases({ cases: toCases(byBytes), differences }));
