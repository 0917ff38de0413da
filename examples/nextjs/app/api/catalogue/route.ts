import { CATALOGUE_CHANNEL } from "@/lib/catalogue";
import { hub } from "@/lib/server/hub";
import { setPrice } from "@/lib/server/prices";
import { problem, readFields, textField } from "@/lib/server/problem";

export const GET = (request: Request) => hub.response(request, { channels: [CATALOGUE_CHANNEL] });

export async function POST(request: Request): Promise<Response> {
  const fields = await readFields(request);
  const name = textField(fields?.name, 40);
  const amount = Number(fields?.amount);
  if (name === null || !Number.isFinite(amount)) return problem(400, "BAD_REQUEST", "The body must be {name, amount}");
  setPrice({ name, amount });
  return new Response(null, { status: 204 });
}
