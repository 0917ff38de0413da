// The rules for Prometheus and the dashboard for Grafana that come with the package.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createHub, metricsHandler } from "../../js/src/server/index.js";
import { promtool } from "../support/promtool.js";

const folder = join(process.cwd(), "docs/monitoring");
const read = (name: string) => readFileSync(join(folder, name), "utf8");

/** The samples that a hub gives, with everything in it that may be missing from an idle one. */
async function sampleNames(): Promise<Set<string>> {
  const hub = createHub({ name: "monitored" });
  await hub.response(new Request("http://host/"), { channels: ["c"], authorize: () => false });
  const text = await (await metricsHandler(hub)(new Request("http://host/"))).text();
  return new Set([...text.matchAll(/^(millrace_\w+)\{/gm)].map(([, name]) => name as string));
}

const namesIn = (text: string) => [...new Set([...text.matchAll(/\bmillrace_\w+/g)].map(([name]) => name))];

test("promtool accepts the rules", () => promtool(["check", "rules", join(folder, "prometheus-rules.yml")]));

test.each(["prometheus-rules.yml", "grafana-dashboard.json"])("%s names metrics that there are", async (file) => {
  const there = await sampleNames();
  const named = namesIn(read(file));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !there.has(name))).toEqual([]);
});

test("the dashboard is JSON, and its panels stand beside and below each other", () => {
  const { panels, templating } = JSON.parse(read("grafana-dashboard.json"));
  const places = panels.map(({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) => `${x},${y}`);
  expect(new Set(places).size).toBe(panels.length);
  expect(templating.list.map(({ name }: { name: string }) => name)).toEqual(["datasource", "hub"]);
});
