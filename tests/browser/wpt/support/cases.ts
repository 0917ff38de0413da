import { Bench, type Subject } from "./bench.js";
import type { ClientName, RealmName } from "./tools.js";

/** A case, named after the file of web-platform-tests/eventsource that has its like. */
export interface Case {
  readonly name: string;
  /** What the specification (WHATWG HTML 9.2) says that there is to observe. */
  readonly expected: unknown;
  readonly observe: (subject: Subject) => Promise<unknown>;
}

/** What one of the two does otherwise. */
export interface Difference {
  readonly observed: unknown;
  readonly why: string;
}

/** By the name of a case: which client differs, how, and why. A case that is not here is the same for both. */
export type Differences = Readonly<Record<string, Partial<Record<ClientName, Difference>>>>;

export interface Suite {
  readonly cases: readonly Case[];
  readonly differences: Differences;
}

export const together = (...suites: readonly Suite[]): Suite => ({
  cases: suites.flatMap(({ cases }) => cases),
  differences: Object.assign({}, ...suites.map(({ differences }) => differences)),
});

const CLIENTS: readonly ClientName[] = ["EventSource", "SSEClient"];
const LAUNCH_MS = 60_000;
const CASE_MS = 30_000;

/** Runs every case for both clients, and sees that no difference is listed that is none. */
export function runCases({ cases, differences }: Suite, realms: readonly RealmName[] = ["window"]) {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start();
  }, LAUNCH_MS);
  afterAll(() => bench?.stop(), LAUNCH_MS);

  for (const realm of realms) {
    for (const client of CLIENTS) {
      describe(`${client} in a ${realm}`, () => {
        for (const { name, expected, observe } of cases) {
          const difference = differences[name]?.[client];
          test(
            difference ? `${name} (differs: ${difference.why})` : name,
            async () => {
              const observed = await bench.observe(client, realm, observe);
              expect(observed).toEqual(difference ? difference.observed : expected);
            },
            CASE_MS,
          );
        }
      });
    }
  }

  test("the list of differences names cases, and differs", () => {
    const byName = new Map(cases.map((each) => [each.name, each]));
    expect(byName.size).toBe(cases.length);
    for (const [name, ofClients] of Object.entries(differences)) {
      expect([...byName.keys()]).toContain(name);
      for (const { observed } of Object.values(ofClients)) expect(observed).not.toEqual(byName.get(name)?.expected);
    }
  });
}
