import { broadcast, getConnectionCount } from "millrace";

export async function POST(request) {
  const receipt = broadcast("news", "news", await request.json());
  return Response.json({ ...receipt, connections: getConnectionCount("news") });
}
