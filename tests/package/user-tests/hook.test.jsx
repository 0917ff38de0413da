import { render, screen, waitFor } from "@testing-library/react";
import { useEventSource } from "millrace/react";

function News({ url }) {
  const { data, error, state } = useEventSource(url);
  return <p>{`${state} ${error ? error.message : (data?.text ?? "nothing")}`}</p>;
}

test("a component renders, and says what a connection lacks here, or that there is none to that port", async () => {
  render(<News url="http://127.0.0.1:9/events" />);
  expect(screen.getByText("connecting nothing")).toBeTruthy();
  await waitFor(() => screen.getByText(/^(error .*This environment has no |reconnecting The .*fail.*)/), {
    timeout: 4000,
  });
});

test("the next test finds nothing of the last", () => {
  render(<News url="http://127.0.0.1:9/events" />);
  expect(screen.getByText("connecting nothing")).toBeTruthy();
});
