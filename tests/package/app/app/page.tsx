"use client";
import { useEventSource } from "millrace/react";

export default function Page() {
  const { data, isConnected } = useEventSource<{ news: { text: string } }>("/api/events");
  return <output data-connected={isConnected}>{JSON.stringify(data)}</output>;
}
