// Packs a built folder into a zip for the Chrome store: node scripts/zip.mjs DIR FILE. Names are sorted and no times are
// written, so the same folder gives the same bytes.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";

const [dir, file] = process.argv.slice(2);
if (!dir || !file) {
  console.error("usage: node scripts/zip.mjs DIR FILE");
  process.exit(2);
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc32(bytes) {
  let c = 0xffffffff;
  for (const b of bytes) c = table[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

const names = readdirSync(dir, { recursive: true, withFileTypes: true })
  .filter((e) => e.isFile())
  .map((e) => join(e.parentPath ?? e.path, e.name).slice(join(dir).length + 1))
  .sort();
if (!names.includes("manifest.json")) {
  console.error(`${dir} holds no manifest.json: npm run build makes it`);
  process.exit(1);
}

const epoch = 0x21; // 1 January 1980, the earliest day that a zip can name
const parts = [];
const central = [];
let offset = 0;
for (const name of names) {
  const data = readFileSync(join(dir, name));
  const packed = deflateRawSync(data, { level: 9 });
  const title = Buffer.from(name.replaceAll("\\", "/"));
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0); // version 2.0
  fields.writeUInt16LE(0x800, 2); // names are UTF-8
  fields.writeUInt16LE(8, 4); // deflate
  fields.writeUInt16LE(0, 6);
  fields.writeUInt16LE(epoch, 8);
  fields.writeUInt32LE(crc32(data), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(data.length, 18);
  fields.writeUInt16LE(title.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, title, packed]);
  const tail = Buffer.alloc(14); // comment, disk, attributes
  tail.writeUInt32LE(offset, 10);
  central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, tail, title]));
  parts.push(local);
  offset += local.length;
}
const directory = Buffer.concat(central);
const end = Buffer.alloc(22);
end.write("PK\x05\x06", "latin1");
end.writeUInt16LE(names.length, 8);
end.writeUInt16LE(names.length, 10);
end.writeUInt32LE(directory.length, 12);
end.writeUInt32LE(offset, 16);
writeFileSync(file, Buffer.concat([...parts, directory, end]));
console.log(`${file}: ${names.length} files`);
