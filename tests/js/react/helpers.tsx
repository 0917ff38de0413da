import { cleanup, type RenderOptions, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import type { UntypedEvents } from "../../../js/src/client/index.js";
import { type EventSourceResult, type UseEventSourceOptions, useEventSource } from "../../../js/src/react/index.js";
import { reset } from "../../../js/src/shared/reset.js";
import { MILLRACE, ScriptedServer, until } from "../client/scripted-server.js";

/** Reconnects practically at once. */
export const FAST = { baseMs: 1, maxMs: 1 };

/** A Millrace server for each test; and components render as in a page, not when a test says so with `act`. */
export function serverPerTest(): ScriptedServer {
  beforeAll(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
  });
  return ScriptedServer.forEachTest(() => {
    cleanup();
    for (const unmount of mounted.splice(0)) unmount();
    reset();
  }, MILLRACE);
}

const mounted: (() => void)[] = [];

/** Something rendered as a page does it: `render` awaits what suspends. */
export function mount(element: ReactNode) {
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  root.render(element);
  const unmount = () => {
    root.unmount();
    container.remove();
  };
  mounted.push(unmount);
  return { container, update: (next: ReactNode) => root.render(next), unmount };
}

/** A component under test: what each of its renders got, and a way to render it with other props. */
export interface Probe<Selected> {
  readonly renders: Selected[];
  readonly last: Selected;
  update(url: string | null, options?: UseEventSourceOptions<UntypedEvents, Selected>): void;
  unmount(): void;
}

interface ProbeProps<Selected> {
  readonly url: string | null;
  readonly options: UseEventSourceOptions<UntypedEvents, Selected>;
  readonly renders: Selected[];
}

function ProbeComponent<Selected>({ url, options, renders }: ProbeProps<Selected>): null {
  renders.push(useEventSource<UntypedEvents, Selected>(url, { retry: FAST, ...options }));
  return null;
}

/** Mounts a component that uses the hook. */
export function probe<Selected = EventSourceResult>(
  url: string | null,
  options: UseEventSourceOptions<UntypedEvents, Selected> = {},
  renderOptions: RenderOptions = {},
): Probe<Selected> {
  const renders: Selected[] = [];
  const element = (...[url, options]: Parameters<Probe<Selected>["update"]>) => (
    <ProbeComponent url={url} options={options ?? {}} renders={renders} />
  );
  const { rerender, unmount } = render(element(url, options), renderOptions);
  return {
    renders,
    get last() {
      const last = renders.at(-1);
      if (last === undefined) throw new Error("not rendered");
      return last;
    },
    update: (newUrl, newOptions = options) => rerender(element(newUrl, newOptions)),
    unmount,
  };
}

/** Waits until the last render shows it. */
export function shows<Selected>({ renders }: Probe<Selected>, condition: (shown: Selected) => boolean): Promise<void> {
  return until(() => {
    const last = renders.at(-1);
    return last !== undefined && condition(last);
  });
}
