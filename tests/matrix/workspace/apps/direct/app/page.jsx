"use client";
import { useEventSource } from "millrace/react";

export default function Page() {
  const { data } = useEventSource("/api/events");
  return <output>{JSON.stringify(data)}</output>;
}
