"use client";

import { type FormEvent, useState } from "react";

/** Where one writes. */
export function MessageForm({ first, isBusy, send }: { first: string; isBusy: boolean; send: (text: string) => void }) {
  const [text, setText] = useState(first);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    send(text.trim());
    setText("");
  };
  return (
    <form className="row wide" onSubmit={submit}>
      <input
        aria-label="Your message"
        value={text}
        maxLength={2000}
        placeholder={isBusy ? "Another message ends the answer" : "Your message"}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="primary">
        Send
      </button>
    </form>
  );
}
