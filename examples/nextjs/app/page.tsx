import { connection } from "next/server";
import { Demo } from "@/components/demo";
import { chatSource } from "@/lib/server/chat/answer";

export default async function Page() {
  // Who answers in the chat is a matter of the running server's environment, not of the build's.
  await connection();
  return <Demo source={chatSource()} />;
}
