import { createHub } from "millrace";
import type { NextApiRequest, NextApiResponse } from "next";
import { note } from "../../lib/streams";

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  const channel = String(req.query.channel);
  const handOver = req.query.handOver === "true" ? { handOver: true } : {};
  const stream = await createHub().attach(req, res, { channels: [channel], ...handOver });
  note(channel, stream);
  await stream.closed; // Next.js warns of a handler that returns before the response has ended
}
