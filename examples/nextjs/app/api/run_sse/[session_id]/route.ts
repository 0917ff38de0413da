import { agents } from "@/lib/server/agents";

export const { GET } = agents.research;
