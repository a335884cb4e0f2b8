// Writes src/model/api.ts: the schemas of ../api/openapi.yaml as TypeScript types, so that the document stays the only source.
// Run by `npm run types`; `--check` fails when the file is not what the document says. (openapi-typescript needs the JavaScript
// API of TypeScript 5; what is used of OpenAPI here is small enough to write down.)
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

const source = new URL("../../api/openapi.yaml", import.meta.url);
const target = new URL("../src/model/api.ts", import.meta.url);
const document = parse(readFileSync(source, "utf8"), { merge: true });

function comment(text, indent) {
  const lines = text.trim().split("\n");
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((l) => `${indent} * ${l}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

function type(schema, indent) {
  const nullable = schema.nullable && !schema.enum?.includes(null) ? " | null" : "";
  return bare(schema, indent) + nullable;
}

function bare(schema, indent) {
  if (schema.$ref) return schema.$ref.replace("#/components/schemas/", "");
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(" | ");
  if (schema.allOf) return schema.allOf.map((s) => type(s, indent)).join(" & ");
  switch (schema.type) {
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "string":
      return "string";
    case "array": {
      const item = type(schema.items, indent);
      return item.includes("|") ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return object(schema, indent);
    default:
      throw new Error(`types: a schema of type ${schema.type} is not known here: ${JSON.stringify(schema)}`);
  }
}

function object(schema, indent) {
  if (!schema.properties) return "Record<string, unknown>";
  const inner = `${indent}  `;
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(([name, s]) => {
    const doc = s.description ? comment(s.description, inner) : "";
    return `${doc}${inner}${name}${required.has(name) ? "" : "?"}: ${type(s, inner)};\n`;
  });
  return `{\n${fields.join("")}${indent}}`;
}

let out = "// Generated from api/openapi.yaml by `npm run types`. Do not edit.\n";
for (const [name, schema] of Object.entries(document.components.schemas)) {
  out += `\n${schema.description ? comment(schema.description, "") : ""}`;
  out +=
    schema.type === "object" && schema.properties && !schema.nullable
      ? `export interface ${name} ${object(schema, "")}\n`
      : `export type ${name} = ${type(schema, "")};\n`;
}

if (process.argv.includes("--check")) {
  const have = readFileSync(target, "utf8");
  if (have !== out) {
    console.error("src/model/api.ts is not what api/openapi.yaml says: npm run types");
    process.exit(1);
  }
} else {
  writeFileSync(target, out);
}
