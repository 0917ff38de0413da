"use client";
import { useEventSource } from "@acme/realtime/react";

export default function Page() {
  const { data } = useEventSource("/api/events");
  return <output>{JSON.stringify(data)}</output>;
}
