import { describe, expect, it } from "vitest";
import { nest } from "./nest.ts";

describe("nest", () => {
  it("puts neighbours that begin alike into one", () => {
    expect(nest(".list{a:1}.list .name{b:2}.list:hover{c:3}.other{d:4}")).toBe(
      ".list{a:1;.name{b:2}&:hover{c:3}}.other{d:4}",
    );
    expect(nest(".list b,.list i{a:1}.list u{b:2}")).toBe(".list{b,i{a:1}u{b:2}}");
  });

  it("leaves the order as it is", () => {
    expect(nest(".a-b x{a:1}.c{b:2}.a-b y{c:3}")).toBe(".a-b x{a:1}.c{b:2}.a-b y{c:3}");
  });

  it("leaves own declarations where nested ones came before", () => {
    expect(nest(".list x{a:1}.list{b:2}")).toBe(".list x{a:1}.list{b:2}");
  });

  it("works inside of conditions and leaves what it does not know", () => {
    expect(nest("@media (width<=9px){.list b{a:1}.list i{b:2}}")).toBe("@media (width<=9px){.list{b{a:1}i{b:2}}}");
    expect(nest("@font-face{a:1}.x:not(.y,.z){b:2}")).toBe("@font-face{a:1}.x:not(.y,.z){b:2}");
  });
});
