/** @jest-environment ./tests/js/react/page-environment.mjs */
// What one test leaves over, the next must not find: as users test, with Testing Library in React's test environment.
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { useEventSource } from "../../../js/src/react/index.js";
import { resetMillrace } from "../../../js/src/testing/index.js";
import { MILLRACE, ScriptedServer } from "../client/scripted-server.js";

const server = ScriptedServer.forEachTest(() => {}, MILLRACE);

function News({ url }: { readonly url: string }) {
  const { data } = useEventSource<{ message: string }>(url);
  return <p>{data ?? "nothing yet"}</p>;
}

async function seesItsOwn(text: string) {
  render(
    <StrictMode>
      <News url={server.url} />
    </StrictMode>,
  );
  expect(screen.getByText("nothing yet")).toBeTruthy();
  const exchange = await server.next();
  exchange.stream(`data: "${text}"\n\n`);
  await waitFor(() => screen.getByText(text));
  return exchange;
}

test("after cleanup() the same URL is another connection, which shows nothing of the last", async () => {
  for (const text of ["one", "two", "three"]) {
    const exchange = await seesItsOwn(text);
    cleanup();
    await exchange.gone;
  }
  expect(server.requests).toBe(3);
});

test("resetMillrace() ends what is kept where nobody says that it is a test", async () => {
  const { IS_REACT_ACT_ENVIRONMENT: before } = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  for (const text of ["one", "two"]) {
    const exchange = await seesItsOwn(text);
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
    cleanup();
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: before });
    resetMillrace();
    await exchange.gone;
  }
  expect(server.requests).toBe(2);
});
