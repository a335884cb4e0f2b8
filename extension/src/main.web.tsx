import { open } from "./ui/open.tsx";
import { webPort } from "./web.ts";

void open(webPort());
// Keeps the page for when its hub is away; plain http to another machine has no such thing.
void navigator.serviceWorker?.register("./sw.js").catch(() => {});
