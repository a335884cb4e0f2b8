import { open } from "./ui/open.tsx";
import { webPort } from "./web.ts";

void open(webPort());
