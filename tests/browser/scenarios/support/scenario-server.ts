import { type ChildProcess, fork } from "node:child_process";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { HubOptions, ResponseOptions } from "../../../../js/src/server/index.js";
import { Observed } from "./observed.js";

/** How the server is to be. */
export interface ServerSettings {
  readonly hub?: Omit<HubOptions, "authorize">;
  /** How it answers `/events`. */
  readonly stream?: Omit<ResponseOptions, "channels" | "authorize" | "snapshot" | "onClose">;
  /** Default `"attach"`. */
  readonly way?: "attach" | "response";
  /** Accept each `Authorization` for one request only. */
  readonly oneTokenOnce?: boolean;
  /** Let pages of other origins in. */
  readonly allowsOrigins?: boolean;
}

/** An event, as it was published and as a page saw it. */
export interface Numbered {
  readonly n: number;
  readonly id: string;
}

/** A request for the events, a poll included. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer that is no stream. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

interface Told {
  readonly port?: number;
  readonly published?: Numbered;
  readonly asked?: Asked;
  readonly preflight?: string;
  readonly connections?: number;
  readonly reason?: string;
  readonly refused?: string;
}

let script: string | undefined;

/** The page's tools with the built `millrace/client` in one script. */
function pageScript(): string {
  const entryPoints = [join(import.meta.dirname, "page-tools.ts")];
  script ??= buildSync({ entryPoints, bundle: true, format: "iife", platform: "browser", write: false }).outputFiles[0]
    ?.text;
  return script ?? "";
}

/** A Millrace server in a process of its own. It publishes events that are numbered from 1, also when it was started anew. */
export class ScenarioServer extends Observed {
  /** Everything that was published, by all processes there were. */
  readonly published: Numbered[] = [];
  readonly asked: Asked[] = [];
  /** The headers that preflights have asked for. */
  readonly preflights: string[] = [];
  /** Why streams have ended. */
  readonly reasons: string[] = [];
  /** The codes of what it has refused. */
  readonly refused: string[] = [];
  /** The streams there are. */
  connections = 0;
  port = 0;
  readonly #settings: ServerSettings;
  #child: ChildProcess | undefined;

  private constructor(settings: ServerSettings) {
    super();
    this.#settings = settings;
  }

  static async start(settings: ServerSettings = {}): Promise<ScenarioServer> {
    const server = new ScenarioServer(settings);
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts a process where there is none, on the port of the one before. */
  async restart(): Promise<void> {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = fork(join(import.meta.dirname, "server.mjs"), { env: env as NodeJS.ProcessEnv, execArgv: [] });
    this.#child = child;
    this.connections = 0;
    let isListening = false;
    child.on("message", (told: Told) => {
      isListening ||= told.port !== undefined;
      this.#hear(told);
    });
    child.send({ settings: this.#settings, script: pageScript(), port: this.port });
    await this.until(() => isListening);
  }

  /** Resolves with the last event's number when all are published. */
  async publish(count: number, event = "number"): Promise<void> {
    const last = this.published.length + count;
    const numbers = Array.from({ length: count }, (_, index) => ({ n: last - count + 1 + index, event }));
    this.#child?.send({ publish: numbers });
    await this.until(() => this.published.length === last);
  }

  /** Answers the next requests so. */
  refuse(...refusals: readonly Refusal[]): void {
    this.#child?.send({ refuse: refusals });
  }

  /** No process can do anything about it. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exited;
  }

  protected override describe(): unknown {
    const { connections, reasons, refused, published, asked } = this;
    return { connections, reasons, refused, published: published.length, asked };
  }

  #hear({ port, published, asked, preflight, connections, reason, refused }: Told): void {
    if (port !== undefined) this.port = port;
    if (published) this.published.push(published);
    if (asked) this.asked.push(asked);
    if (preflight !== undefined) this.preflights.push(preflight);
    if (connections !== undefined) this.connections = connections;
    if (reason !== undefined) this.reasons.push(reason);
    if (refused !== undefined) this.refused.push(refused);
    this.changed();
  }
}
