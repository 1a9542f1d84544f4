// site.mjs MODE WORK OUT: lays out the folder that the server serves.
//
//   OUT/pkg/tandem.<hash>.js, tandem_bg.<hash>.wasm, tandem.<hash>.css
//     Named by their content, so that a browser may keep them for ever.
//   OUT/<everything in frontend/public>, under its own name.
//
// In the mode `release`, CSS and JS are minified, and what compresses well has its `.br` and `.gz`
// beside it, so that the server never compresses.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const [mode, work, out] = process.argv.slice(2);
const release = mode === "release";

/** The oldest browsers that we care for; all of them run the WASM that rustc makes today. */
const target = ["chrome111", "firefox114", "safari16.4"];

/** Leaves addresses like `url(/icon.svg)` alone: the server answers them. */
const serverAddresses = {
  name: "server-addresses",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\// }, ({ kind, path }) => (kind === "url-token" ? { path, external: true } : undefined)),
};

const wasm = hashed("tandem_bg.wasm", readFileSync(join(work, "tandem_bg.wasm")));
const js = hashed("tandem.js", await script(wasm));
const css = hashed("tandem.css", await bundle("style/main.css"));

mkdirSync(join(out, "pkg"), { recursive: true });
for (const { name, content } of [js, wasm, css]) writeFileSync(join(out, "pkg", name), content);
if (existsSync("frontend/public")) cpSync("frontend/public", out, { recursive: true });
const sizes = release ? compress() : [];
for (const row of sizes) console.log(row);

/** The script that wasm-bindgen wrote, with the module's new name in it. */
async function script(wasm) {
  const content = (await bundle(join(work, "tandem.js"))).toString();
  if (!content.includes("tandem_bg.wasm")) throw new Error("tandem.js no longer names its module");
  return Buffer.from(content.replaceAll("tandem_bg.wasm", wasm.name));
}

/** One file with all that it imports. */
async function bundle(entry) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    minify: release,
    target,
    plugins: [serverAddresses],
    legalComments: "none",
    logLevel: "warning",
    write: false,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

/** `tandem.js` becomes `tandem.<hash>.js`. */
function hashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return { name: name.replace(".", `.${hash}.`), content };
}

/** Writes `.br` and `.gz` files; returns a table of the sizes in bytes. */
function compress() {
  const rows = [["", "raw", "br", "gz"]];
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  for (const file of files) {
    // Images and fonts are compressed by their own formats.
    if (!/\.(css|html|js|json|map|svg|txt|wasm|webmanifest|xml)$/.test(file.name)) continue;
    const path = join(file.parentPath ?? file.path, file.name);
    const content = readFileSync(path);
    const br = brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    });
    const gz = gzipSync(content, { level: 9 });
    if (br.length < content.length) writeFileSync(`${path}.br`, br);
    if (gz.length < content.length) writeFileSync(`${path}.gz`, gz);
    rows.push([basename(path), content.length, br.length, gz.length]);
  }
  return rows.map(([name, ...numbers]) => name.padEnd(32) + numbers.map((n) => `${n}`.padStart(10)).join(""));
}
