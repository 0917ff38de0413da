// The hooks of what teams stream, rendered on a server.
import { renderToString } from "react-dom/server";
import { useLogStream, useWorkflowStream } from "../../js/src/react/index.js";

function Shown() {
  const { workflow, agents, logs, state, isConnected, notice } = useWorkflowStream("wf_1");
  return <p>{JSON.stringify([workflow, agents, logs, state, isConnected, notice])}</p>;
}

test("a workflow is none yet", () => {
  const text = "<p>[null,[],[],&quot;connecting&quot;,false,null]</p>";
  expect([renderToString(<Shown />), renderToString(<Shown />)]).toEqual([text, text]);
});

function ShownLogs() {
  const { logs, state, isConnected, notice, isDegraded } = useLogStream("room 1");
  return <p>{JSON.stringify([logs, state, isConnected, notice, isDegraded])}</p>;
}

test("a log is empty yet", () => {
  const text = "<p>[[],&quot;connecting&quot;,false,null,false]</p>";
  expect([renderToString(<ShownLogs />), renderToString(<ShownLogs />)]).toEqual([text, text]);
});
