// Style sheets for looks that few choose.

export { default as contrast } from "./contrast.css?url";
export { default as dense } from "./dense.css?url";
export { default as narrow } from "./narrow.css?url";
