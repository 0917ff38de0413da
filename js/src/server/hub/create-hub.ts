import { resolve } from "node:path";
import { isMainThread } from "node:worker_threads";
import type { NativeHub } from "../../native/binding.js";
import { requireFlag, requireFunction, requireName, requireNumber, requireObject } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { requireKnown } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import { setAuthorizeTimeout } from "../access/answer-in-time.js";
import { authorizers } from "../access/authorizers.js";
import { setBanList } from "../access/ban-list.js";
import { setPolicyAccess } from "../access/policy-access.js";
import { type ContentStore, requireContentStore } from "../content/content-store.js";
import { contentStoreOf, setContentStore } from "../content/contents.js";
import { HistoryContentStore } from "../content/history-content-store.js";
import { environment } from "../lifecycle/environment.js";
import { checkAlerts, setAlerts } from "../observe/alerts.js";
import { setExposure } from "../observe/exposure.js";
import { requireLogger, setLogger } from "../observe/logger.js";
import { watchStore } from "../observe/store-health.js";
import { addStreamDefaults, policyHeartbeatsWith, setPolicyHeartbeats } from "../stream/defaults.js";
import { checkStreamOptions, type HeartbeatOptions, type StreamDefaults } from "../stream/options.js";
import { requireReauthorize } from "../stream/response-options.js";
import { withPresets } from "./check-policies.js";
import { declare } from "./declare.js";
import { Hub } from "./hub.js";
import { HUB_OPTIONS, type HubOptions, toNativeHubOptions } from "./hub-options.js";
import type { AnyEvents, EventMap } from "./hub-types.js";
import { nameOfKeys, opaqueKeys, sealIds } from "./opaque-ids.js";
import type { ChannelPolicy } from "./policy.js";

const DEFAULT_BATCH_MS = 10;

/** The hub of the plain functions. */
export const DEFAULT_HUB = "default";

/**
 * The hub of a name, made when it is not there. Options given here hold for the hub from now on, in all its objects; the others
 * stay. (The defaults of streams are each thread's.) An option that was said to be something else before is an error in production; in development, where hot reload makes
 * modules anew, the newest counts and a warning is printed.
 *
 * @throws SSEError `CONFLICTING_OPTIONS`; `NO_NATIVE_BINARY` where the addon does not load.
 * @example
 * export const hub = createHub<{ progress: { done: number } }>();
 * hub.publish("job:1", { event: "progress", data: { done: 3 } });
 */
export function createHub<Events extends EventMap = AnyEvents>(options: HubOptions = {}): Hub<Events> {
  requireObject("options", options);
  const {
    name = DEFAULT_HUB,
    authorize,
    authorizeTimeoutMs,
    opaqueIds,
    isBanned,
    lag,
    heartbeat,
    maxDurationMs,
    retryMs,
    compress,
    reauthorizeEveryMs,
    policies,
    contentStore,
    exposeErrors,
    logger,
    alerts,
    ...others
  } = options;
  requireName("name", name);
  const hub = environment().hub(name);
  // First, so that nobody may read where anything goes wrong below.
  if (authorize !== undefined && !authorizers().has(name)) hub.requireAuthorizer();
  if (authorize !== undefined) requireFunction("authorize", authorize);
  requireKnown("createHub", options, HUB_OPTIONS);
  const given = { lag, heartbeat, maxDurationMs, retryMs, compress, reauthorizeEveryMs };
  const defaults = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as StreamDefaults;
  checkStreamOptions(defaults); // wrong ones are to be noticed here
  requireReauthorize(reauthorizeEveryMs);
  if (isBanned !== undefined) requireFunction("isBanned", isBanned);
  const idKeys = opaqueIds === undefined ? undefined : opaqueKeys(opaqueIds);
  const rules = policies && withPresets(policies);
  if (authorizeTimeoutMs !== undefined)
    requireNumber("authorizeTimeoutMs", authorizeTimeoutMs, { least: 1, most: LONGEST_TIMER_MS });
  if (contentStore !== undefined) requireContentStore("contentStore", contentStore);
  requireFlag("exposeErrors", exposeErrors);
  if (logger !== undefined) requireLogger("logger", logger);
  if (alerts !== undefined) checkAlerts(alerts);
  requireStoreFor(contentStore ?? contentStoreOf(name), others, rules);
  const limits = { ...others, ...(rules && { policies: rules }) };
  const native = toNativeHubOptions(limits);
  for (const policy of policyHeartbeatsWith(name, heartbeat, rules)) {
    if (policy.heartbeat) checkMerged(policy.name, policy.heartbeat);
  }
  const said = idKeys && { opaqueIds: nameOfKeys(idKeys) };
  const file = others.history?.file;
  if (file !== undefined) keepIn(name, hub, file, others.history?.batchMs);
  requireStoreOfEvents(hub, rules, contentStore);
  declare(name, { ...limits, ...said, ...(rules && { policies: rules.map(withGuard) }), ...defaults });
  // First those who are asked: what they guard is not open in between.
  if (rules !== undefined) setPolicyAccess(name, rules);
  if (authorizeTimeoutMs !== undefined) setAuthorizeTimeout(name, authorizeTimeoutMs);
  if (idKeys !== undefined) sealIds(name, idKeys);
  if (isBanned !== undefined) setBanList(name, isBanned);
  hub.configure(isBanned === undefined ? native : { ...native, hasBanList: true });
  environment().schedule(); // what waited may leave by the new rules
  addStreamDefaults(name, defaults);
  if (rules !== undefined) setPolicyHeartbeats(name, rules);
  if (contentStore !== undefined) setContentStore(name, contentStore);
  if (exposeErrors !== undefined) setExposure(name, exposeErrors);
  if (logger !== undefined) setLogger(name, logger);
  if (alerts !== undefined) setAlerts(name, alerts);
  if (authorize !== undefined) authorizers().set(name, authorize);
  return new Hub<Events>(name);
}

/** Nothing is opened yet. */
function keepIn(name: string, hub: NativeHub, file: string, batchMs = DEFAULT_BATCH_MS): void {
  const outcome = hub.setStore(resolve(file), batchMs);
  if (outcome === "done") {
    watchStore(name, hub);
    restAtExit(name, hub);
    return;
  }
  const why =
    outcome === "used"
      ? `The hub "${name}" was used before it was made with history.file: make it where it is imported from, before anything is published`
      : `The hub "${name}" was made with another history.file or history.batchMs before: make it in one module and import it from there`;
  throw new SSEError("CONFLICTING_OPTIONS", why);
}

/** `process.exit` runs nothing of the addon's: what is not on disk yet is written before. */
function restAtExit(name: string, hub: NativeHub): void {
  if (!isMainThread) return;
  const stores = environment().state("stores at exit", () => {
    const all = new Map<string, NativeHub>();
    process.once("exit", () => {
      for (const store of all.values()) store.restStore();
    });
    return all;
  });
  stores.set(name, hub);
}

/** What is said of durable channels needs a file. */
function requireStoreOfEvents(
  hub: NativeHub,
  policies: readonly ChannelPolicy[] = [],
  contents: HubOptions["contentStore"] = undefined,
): void {
  if (hub.hasStore()) return;
  if (contents instanceof HistoryContentStore) throw new TypeError("historyContentStore needs history.file of its hub");
  for (const [at, { durable, history }] of policies.entries()) {
    const option = durable === true ? "durable" : history?.sync === undefined ? undefined : "history.sync";
    if (option !== undefined) throw new TypeError(`policies[${at}].${option} needs history.file of the hub`);
  }
}

/** Functions are not compared, but whether there is one is. */
function withGuard({ canAccess, ...policy }: ChannelPolicy): object {
  return canAccess === undefined ? policy : { ...policy, canAccess: "a function" };
}

/** What the hub and its policy say may contradict each other. */
function checkMerged(policy: string, heartbeat: HeartbeatOptions): void {
  try {
    checkStreamOptions({ heartbeat });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(`heartbeat of the policy "${policy}", with the hub's own: ${error.message}`, { cause: error });
  }
}

/** What is to go to a content store needs one. */
function requireStoreFor(
  store: ContentStore | undefined,
  own: Pick<HubOptions, "oversize">,
  policies: readonly ChannelPolicy[] = [],
): void {
  if (store !== undefined) return;
  const at = policies.findIndex(({ oversize }) => oversize === "reference");
  const where = own.oversize === "reference" ? "oversize" : at < 0 ? undefined : `policies[${at}].oversize`;
  if (where !== undefined) throw new TypeError(`${where} is "reference", which needs the option contentStore`);
}
