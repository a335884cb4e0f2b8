// A real hub on the simulated platforms, and a door in front of it that can be shut and that can change what passes.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Hub {
  url = "";
  private process: ChildProcess | undefined;
  private readonly data = mkdtempSync(join(tmpdir(), "onair-e2e-hub-"));

  constructor(
    private readonly program: string,
    private readonly speed = 20,
  ) {}

  /** Starts it, the first time on any port, then on the same. A disk that is busy elsewhere can make a start fail. */
  async start(tries = 3): Promise<void> {
    try {
      await this.run();
    } catch (e) {
      if (tries <= 1) throw e;
      await this.start(tries - 1);
    }
  }

  private async run(): Promise<void> {
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const args = ["demo", "--listen", listen, "--data", this.data, "--speed", String(this.speed), "--chromium", "off"];
    const child = spawn(this.program, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.process = child;
    this.url = await new Promise<string>((found, fail) => {
      let text = "";
      child.stdout?.on("data", (d) => {
        text += d;
        const [, url] = /^onair\s+(\S+)\/$/m.exec(text) ?? [];
        if (url) found(url);
      });
      child.once("exit", (code) => fail(new Error(`hub ended with ${code}`)));
    });
  }

  /** Waits until the list has this many entries. */
  async listed(n: number): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.url}/v1/streams?limit=1`).catch(() => undefined);
      if (answer?.ok && ((await answer.json()) as { total: number }).total >= n) return;
      await new Promise((next) => setTimeout(next, 100));
    }
  }

  async stop(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** What a door does to the body of a JSON answer. */
export type Change = (path: string, body: Record<string, unknown>) => void;

export class Door {
  url = "";
  /** Requests that came through, by path. */
  asked: string[] = [];
  /** Streams of events that are open. */
  streams = 0;
  /** While lists are changed, nothing is pushed: events would change them back. */
  change: Change | undefined;
  /** Every platform is said to be well: a notice of one that is not loads what shows notices. */
  calm = false;
  /** Files that the answers come from instead of the hub, by path without its query. */
  files: ((path: string) => { type: string; body: Buffer } | undefined) | undefined;
  private shut = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(private readonly hub: { url: string }) {
    this.server = createServer((from, to) => {
      const path = from.url ?? "/";
      this.asked.push(path);
      const file = this.files?.(path);
      if (file) {
        to.writeHead(200, { "content-type": file.type, "cache-control": "no-store" }).end(file.body);
        return;
      }
      if (this.change && path.startsWith("/v1/events")) {
        to.writeHead(404, { "access-control-allow-origin": "*" }).end();
        return;
      }
      const changing = path.startsWith("/v1/streams")
        ? this.change
        : this.calm && path.startsWith("/v1/platforms")
          ? wellPlatforms
          : undefined;
      const headers = { ...from.headers, ...(changing && { "accept-encoding": "identity", "if-none-match": "" }) };
      if (path.startsWith("/v1/events")) {
        this.streams++;
        to.on("close", () => this.streams--);
      }
      const on = request(this.hub.url + path, { method: from.method ?? "GET", headers }, (answer) => {
        if (!changing || answer.statusCode !== 200) {
          to.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(to);
          return;
        }
        const parts: Buffer[] = [];
        answer.on("data", (d) => parts.push(d));
        answer.on("end", () => {
          const body = JSON.parse(Buffer.concat(parts).toString());
          changing(path, body);
          const { "content-length": _, ...rest } = answer.headers;
          to.writeHead(200, rest).end(JSON.stringify(body));
        });
      });
      on.on("error", () => to.destroy());
      to.on("close", () => on.destroy());
      from.pipe(on);
    });
    this.server.on("connection", (s) => {
      if (this.shut) return s.destroy();
      this.sockets.add(s);
      s.on("close", () => this.sockets.delete(s));
      return undefined;
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Nobody comes through, and who is inside is thrown out. */
  close(shut = true): void {
    this.shut = shut;
    if (shut) for (const s of this.sockets) s.destroy();
  }

  async remove(): Promise<void> {
    this.close();
    await new Promise((done) => this.server.close(done));
  }
}

const wellPlatforms: Change = (_, body) => {
  for (const p of body.platforms as { state: string; reason: string | null }[])
    Object.assign(p, { state: "ok", reason: null });
};
