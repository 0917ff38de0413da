// An outside opinion on the corpus of secrets: Secretlint with its recommended rules, which look for credentials in repositories.

import { readFileSync } from "node:fs";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";

interface Case {
  readonly name: string;
  readonly data?: unknown;
  readonly text?: string;
  readonly secrets: readonly string[];
}

const { cases } = JSON.parse(readFileSync(new URL("../vectors/redaction.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

const config = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator }] };

async function isReported({ data, text }: Case): Promise<boolean> {
  const content = (text ?? JSON.stringify(data)).replaceAll("~", "");
  const source = { filePath: "event.json", content, ext: ".json", contentType: "text" as const };
  return (await lintSource({ source, options: { config } })).messages.length > 0;
}

/**
 * What is a secret to us and not to it, by the cases' names: it does not know these services, or by other forms; and its rules are for files
 * of a repository, where members with telling names, cookies, bearer tokens, signed tokens and numbers of cards mean little, and a
 * key alone on its line is looked for.
 */
const DIFFERENCES = [
  /^(AWS|Google|GitHub|GitLab|Slack|OpenAI|Anthropic|Stripe|Twilio|Mailgun|PyPI|Square|DigitalOcean|Hugging Face|Replicate) /,
  /^(Groq|xAI|Perplexity|NVIDIA|Databricks|Grafana|Vault|Doppler|Linear|Notion|Figma|PlanetScale|Supabase|Sentry) /,
  /^(Atlassian|age|Vercel) /,
  /^(member|assignment|JSON)/,
  /^(JWT|Bearer|bearer|curl|header|cookie|PEM|URL password|card)/,
  /^(plain|secret behind)/,
];

test("it reports no look-alike and no secret that we do not redact, and of what it leaves we know why", async () => {
  const found = { both: 0, neither: 0, ours: [] as string[], theirs: [] as string[] };
  for (const one of cases) {
    const isOurs = one.secrets.length > 0;
    const isTheirs = await isReported(one);
    if (isOurs && isTheirs) found.both += 1;
    else if (isOurs) found.ours.push(one.name);
    else if (isTheirs) found.theirs.push(one.name);
    else found.neither += 1;
  }
  expect(found.theirs).toEqual([]);
  expect(found.ours.filter((name) => !DIFFERENCES.some((known) => known.test(name)))).toEqual([]);
  expect([found.both > 20, found.neither]).toEqual([true, cases.filter(({ secrets }) => secrets.length === 0).length]);
});
