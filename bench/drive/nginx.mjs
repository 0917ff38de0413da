// Debian's nginx with Nchan: installed when it is missing, configured in a folder of its own, one worker.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../scripts/lib/port.mjs";
import { end, run, start } from "../../scripts/lib/process.mjs";

const binary = "/usr/sbin/nginx";
const module = "/usr/lib/nginx/modules/ngx_nchan_module.so";

export async function installNchan() {
  if (existsSync(binary) && existsSync(module)) return;
  const missing = "Nchan is missing: apt-get install nginx libnginx-mod-nchan";
  if (process.getuid() !== 0) throw new Error(missing);
  // Debian starts a server of its own on port 80 otherwise.
  const noService = { RUNLEVEL: "1", DEBIAN_FRONTEND: "noninteractive" };
  const packages = ["install", "-y", "--no-install-recommends", "nginx", "libnginx-mod-nchan"];
  const { ok, output } = await run("apt-get", packages, { env: noService });
  if (!ok) throw new Error(`${missing}\n${output}`);
}

const configuration = (port) => `
${process.getuid() === 0 ? "user root;" : ""}
load_module ${module};
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 16000; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 100000000;
  client_body_buffer_size 64k;
  tcp_nodelay on;
  nchan_shared_memory_size 512M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = / {
      nchan_subscriber eventsource;
      nchan_channel_id bench;
      nchan_subscriber_first_message newest;
    }
    location = /publish {
      nchan_publisher http;
      nchan_channel_id bench;
      nchan_message_buffer_length 2000;
      nchan_message_timeout 60s;
    }
    location = /status { nchan_stub_status; }
  }
}
`;

export class Nginx {
  port = 0;
  #folder = mkdtempSync(join(tmpdir(), "millrace-nchan-"));
  #child;

  async start() {
    this.port = await freePort();
    const file = join(this.#folder, "nginx.conf");
    writeFileSync(file, configuration(this.port));
    this.#child = start(binary, ["-p", this.#folder, "-c", file, "-e", "stderr"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if (
        await this.subscribers().then(
          () => true,
          () => false,
        )
      )
        return;
      await sleep(50);
    }
    throw new Error("nginx does not answer");
  }

  async subscribers() {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/status`)).text();
    return Number(/^subscribers: (\d+)/m.exec(text)[1]);
  }

  /** What the one worker has used: { cpuNs, rssBytes }. */
  usage() {
    const { pid } = this.#child;
    const [worker] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    const [cpuNs] = readFileSync(`/proc/${worker}/schedstat`, "utf8").split(" ");
    const [, resident] = readFileSync(`/proc/${worker}/statm`, "utf8").split(" ");
    return { cpuNs: Number(cpuNs), rssBytes: Number(resident) * 4096 };
  }

  async stop() {
    await end(this.#child);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
