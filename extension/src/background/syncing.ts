// Carries the settings to the browser's sync and back. Local storage is the truth; see model/sync.ts.

import { seal } from "../model/doc.ts";
import { readDoc } from "../model/readdoc.ts";
import type { Settings } from "../model/settings.ts";
import { incoming, outgoing } from "../model/sync.ts";
import type { WorkerPort } from "../port.ts";

/** Several changes in a row become one write; the worker rests only after half a minute. */
export const syncPause = 5000;

/** Takes what another machine left, or else leaves what this one has. */
export async function synchronise(port: WorkerPort): Promise<void> {
  const stored = await port.read(["settings"]);
  const { doc } = readDoc(stored.settings, port.server);
  if (!(doc.servers[doc.server] as Settings).prefs.sync) return;
  const there = await port.sync.read();
  const theirs = incoming(there, doc);
  if (theirs) return port.write({ settings: seal(theirs) });
  const head = there.head as { edited?: number } | undefined;
  if (!doc.edited || head?.edited === doc.edited) return;
  const out = outgoing(doc, there);
  if (!out) return port.write({ syncFull: true });
  await port.sync.write({ ...Object.fromEntries(out.drop.map((k) => [k, undefined])), ...out.items });
  await port.write({ syncFull: undefined });
}
