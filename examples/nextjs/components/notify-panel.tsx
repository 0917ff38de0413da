import { type FormEvent, useState } from "react";
import { call } from "@/lib/client/api";
import type { DemoState } from "@/lib/client/state";

const SHOWN_NOTICES = 6;

/** A message to everyone who has this page open. */
export function NotifyPanel({ notices }: { notices: DemoState["notices"] }) {
  const [from, setFrom] = useState("");
  const [text, setText] = useState("");
  const [outcome, setOutcome] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) return;
    setText("");
    call("POST", "/api/notify", { from, text })
      .then(({ recipients }) => setOutcome(`Sent to ${recipients} open ${recipients === 1 ? "tab" : "tabs"}`))
      .catch((error: Error) => setOutcome(error.message));
  };

  return (
    <section className="panel notify" aria-labelledby="notify-title">
      <div className="panel-head">
        <h2 id="notify-title">Notify</h2>
        <p className="outcome" role="status">
          {outcome}
        </p>
      </div>
      <p className="lead">One append to a log on the server, whatever the number of tabs that read it.</p>
      <form className="row" onSubmit={submit}>
        <input
          className="short"
          aria-label="Your name"
          placeholder="Your name"
          value={from}
          maxLength={40}
          onChange={(event) => setFrom(event.target.value)}
        />
        <input
          aria-label="Message to everyone"
          placeholder="Message to everyone"
          value={text}
          maxLength={500}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="primary" disabled={text.trim() === ""}>
          Send
        </button>
      </form>
      <ul className="notices" data-testid="notices">
        {notices.slice(0, SHOWN_NOTICES).map((notice) => (
          <li key={notice.id}>
            <strong>{notice.from}</strong> {notice.text}
            <time dateTime={new Date(notice.at).toISOString()}>{new Date(notice.at).toLocaleTimeString()}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}
