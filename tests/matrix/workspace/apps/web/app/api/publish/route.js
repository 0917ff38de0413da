import { broadcast, getConnectionCount } from "@acme/legacy";

export async function POST(request) {
  const receipt = broadcast("news", "news", await request.json());
  return Response.json({ ...receipt, connections: getConnectionCount("news") });
}
