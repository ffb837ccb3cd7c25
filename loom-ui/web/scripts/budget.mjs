// All JavaScript of the page together must stay small: measured as it goes over the wire.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 250_000;
const folder = new URL("../dist/assets/", import.meta.url);
let total = 0;
for (const name of readdirSync(folder).filter((name) => name.endsWith(".js"))) {
  const size = gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length;
  total += size;
  console.log(`${String(size).padStart(8)}  ${name}`);
}
console.log(`${String(total).padStart(8)}  of ${LIMIT} bytes (gzip)`);
const page = readFileSync(new URL("../dist/index.html", import.meta.url), "utf8");
if (/<script(?![^>]*\bsrc=)/i.test(page) || /<style/i.test(page) || /\sstyle=/i.test(page)) {
  console.error("dist/index.html has a script or a style written out, which its content security policy would refuse");
  process.exit(1);
}
if (total > LIMIT) {
  console.error("The page has grown beyond its limit: load less, or later");
  process.exit(1);
}
