import { jest } from "@jest/globals";
import { Renewal } from "../../../js/src/react/renewal.js";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function renewalOf(pauseMs: number | (() => number)) {
  const times: number[] = [];
  const renewal = new Renewal(
    () => times.push(Date.now() - began),
    typeof pauseMs === "number" ? () => pauseMs : pauseMs,
  );
  const began = Date.now();
  return { renewal, times };
}

test.each([0, Number.NaN, -1])("without a pause (%p), all that comes together is one renewal", (pauseMs) => {
  const { renewal, times } = renewalOf(pauseMs);
  renewal.later();
  renewal.now();
  renewal.later();
  jest.advanceTimersByTime(0);
  expect(times).toEqual([0]);
  renewal.later();
  jest.advanceTimersByTime(0);
  expect(times).toEqual([0, 0]);
  expect(jest.getTimerCount()).toBe(0);
});

test("the first at once, then once a pause, and the last for sure", () => {
  const { renewal, times } = renewalOf(100);
  for (let ms = 0; ms < 250; ms += 10) {
    renewal.later();
    jest.advanceTimersByTime(10);
  }
  expect(times).toEqual([0, 100, 200]);
  jest.advanceTimersByTime(1000);
  expect(times).toEqual([0, 100, 200, 300]);
  expect(jest.getTimerCount()).toBe(0);
  renewal.later();
  jest.advanceTimersByTime(0);
  expect(times.at(-1)).toBe(1250);
});

test("what cannot wait comes at once, with what waits; what then comes has to wait anew", () => {
  const { renewal, times } = renewalOf(100);
  renewal.later();
  jest.advanceTimersByTime(50);
  renewal.later();
  renewal.now();
  jest.advanceTimersByTime(0);
  expect(times).toEqual([0, 50]);
  renewal.later();
  jest.advanceTimersByTime(99);
  expect(times).toEqual([0, 50]);
  jest.advanceTimersByTime(1);
  expect(times).toEqual([0, 50, 150]);
});

test("what cannot wait makes nothing wait", () => {
  const { renewal, times } = renewalOf(100);
  renewal.now();
  jest.advanceTimersByTime(10);
  renewal.later();
  jest.advanceTimersByTime(10);
  renewal.now();
  jest.advanceTimersByTime(10);
  renewal.later();
  jest.advanceTimersByTime(1000);
  expect(times).toEqual([0, 10, 20, 110]);
});

test("a pause can be ended, and the next one may be another", () => {
  let pauseMs = Infinity;
  const { renewal, times } = renewalOf(() => pauseMs);
  renewal.later();
  jest.advanceTimersByTime(1000);
  renewal.later();
  jest.advanceTimersByTime(1000);
  expect(times).toEqual([0]);
  pauseMs = 10;
  renewal.hurry();
  jest.advanceTimersByTime(0);
  expect(times).toEqual([0, 2000]);
  renewal.later();
  jest.advanceTimersByTime(10);
  expect(times).toEqual([0, 2000, 2010]);
  renewal.hurry();
  jest.advanceTimersByTime(1000);
  expect(times).toHaveLength(3);
});

test("stopped, nothing comes any more", () => {
  const { renewal, times } = renewalOf(100);
  renewal.later();
  jest.advanceTimersByTime(0);
  renewal.later();
  renewal.now();
  renewal.stop();
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(1000);
  expect(times).toEqual([0]);
});
