"use client";

import { type FormEvent, useState } from "react";
import { call } from "@/lib/client/api";
import { Problem } from "../problem";

/** Sets a price, as somebody elsewhere would. */
export function PriceForm() {
  const [problem, setProblem] = useState("");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setProblem("");
    call("POST", "/api/catalogue", { name: fields.get("name"), amount: Number(fields.get("amount")) }).catch(
      (error: Error) => setProblem(error.message),
    );
  };
  return (
    <form className="row" onSubmit={submit}>
      <input name="name" aria-label="What" defaultValue="Water wheel" maxLength={40} required />
      <input
        name="amount"
        aria-label="Price"
        type="number"
        defaultValue={150}
        min={0}
        max={1000000}
        step="any"
        required
        className="short"
      />
      <button type="submit" className="primary">
        Set
      </button>
      <Problem text={problem} />
    </form>
  );
}
