import { chromePort, popupMark } from "./chrome.ts";
import { open } from "./ui/open.tsx";
import { loadStyles } from "./ui/styles/load.ts";
import popup from "./ui/styles/popup.css?url";

// A side panel has a size of its own; a popup has that of what is in it.
const sized = location.search === popupMark ? loadStyles(popup) : undefined;
void Promise.resolve(sized).then(() => open(chromePort()));
