import { chromePort } from "./chrome.ts";
import { open } from "./ui/open.tsx";

void open(chromePort());
