import { CATALOGUE_CHANNEL } from "@/lib/catalogue";
import { hub } from "@/lib/server/hub";
import { setPrice } from "@/lib/server/prices";
import { foreignRequest, problem, readFields, textField } from "@/lib/server/problem";

const MOST_AMOUNT = 1_000_000;

export const GET = (request: Request) => hub.response(request, { channels: [CATALOGUE_CHANNEL] });

export async function POST(request: Request): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const fields = await readFields(request);
  const name = textField(fields?.name, 40);
  const amount = fields?.amount;
  if (name === null) return problem(400, "BAD_REQUEST", "A name has 1 to 40 characters");
  if (typeof amount !== "number" || !(amount >= 0 && amount <= MOST_AMOUNT)) {
    return problem(400, "BAD_REQUEST", `A price is a number from 0 to ${MOST_AMOUNT}`);
  }
  if (!setPrice({ name, amount })) return problem(409, "SERVER_FULL", "The catalogue is full: change what is in it");
  return new Response(null, { status: 204 });
}
