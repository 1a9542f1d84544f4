// site.mjs MODE WORK OUT: writes the folder of files that the server serves.
//
//   OUT/pkg/tandem.<hash>.js, tandem_bg.<hash>.wasm, tandem.<hash>.css, split_<part>.<hash>.wasm
//     Named by a hash of their content, so that browsers may cache them forever. The parts belong to the
//     module that they were split from; the script names them all.
//   OUT/<every file of frontend/public>, under its own name.
//   OUT/offline.html, OUT/service-worker.js
//     These contain the names of the files above.
//
// In the mode `release`, CSS and JS are minified, and files that compress well get a `.br` and a `.gz`
// beside them, so that the server need not compress.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const [mode, work, out] = process.argv.slice(2);
const release = mode === "release";

/** The oldest supported browsers. All of them run the WASM features that rustc enables by default. */
const target = ["chrome111", "firefox114", "safari16.4"];

/** Keeps URLs such as `url(/icon.svg)` as they are: the server has these files. */
const serverAddresses = {
  name: "server-addresses",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\// }, ({ kind, path }) => (kind === "url-token" ? { path, external: true } : undefined)),
};

/** Wraps the exports of the program in `guard.js`. */
const throughGuard = {
  name: "through-guard",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\\\]tandem\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const entrance = "wasm = instance.exports;";
      if (!source.includes(entrance)) throw new Error("tandem.js no longer keeps its exports as it did");
      const guard = JSON.stringify(resolve("frontend/guard.js"));
      const imports = `import { guarded } from ${guard};\nexport { onDeath } from ${guard};\n`;
      return { contents: imports + source.replace(entrance, "wasm = guarded(instance.exports);") };
    }),
};

const modules = readdirSync(work).filter((name) => name.endsWith(".wasm"));
const wasm = modules.map((name) => ({ from: name, ...hashed(name, readFileSync(join(work, name))) }));
const js = hashed("tandem.js", await script(wasm));
const css = hashed("tandem.css", await bundle("style/main.css"));

mkdirSync(join(out, "pkg"), { recursive: true });
for (const { name, content } of [js, ...wasm, css]) writeFileSync(join(out, "pkg", name), content);
if (existsSync("frontend/public")) cpSync("frontend/public", out, { recursive: true });
writeFileSync(
  join(out, "offline.html"),
  withPolicy(filled("frontend/offline.html", "/pkg/tandem.css", `/pkg/${css.name}`)),
);
writeFileSync(join(out, "service-worker.js"), await serviceWorker());
const sizes = release ? compress() : [];
for (const row of sizes) console.log(row);

/** Returns wasm-bindgen's script, with the hashed names of the modules. */
async function script(modules) {
  let content = (await bundle(join(work, "tandem.js"))).toString();
  for (const { from, name } of modules) {
    if (!content.includes(from)) throw new Error(`tandem.js does not name ${from}`);
    content = content.replaceAll(from, name);
  }
  return Buffer.from(content);
}

/** Returns the service worker, with the list of files to cache: all but the icons, which only the system needs. */
async function serviceWorker() {
  const kept = filesOf(out).filter((path) => !path.endsWith(".png"));
  const hashes = kept.map((path) => [`/${relative(out, path)}`, hash(readFileSync(path))]).sort();
  const list = JSON.stringify(Object.fromEntries(hashes), null, 2);
  const source = filled("frontend/service-worker.js", "const FILES = {};", `const FILES = ${list};`);
  const { code } = await transform(source, { format: "iife", minify: release, target });
  return code;
}

/** Adds a policy to a page that allows only its inline scripts. */
function withPolicy(html) {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)];
  const hashes = scripts.map(([, script]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html.replace("<head>", `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`);
}

/** Returns a source file with one text replaced. */
function filled(path, before, after) {
  const content = readFileSync(path, "utf8");
  if (!content.includes(before)) throw new Error(`${path} no longer has “${before}”`);
  return content.replaceAll(before, () => after);
}

/** Bundles a file with all its imports. */
async function bundle(entry) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    minify: release,
    target,
    plugins: [serverAddresses, throughGuard],
    legalComments: "none",
    logLevel: "warning",
    write: false,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

/** `tandem.js` becomes `tandem.<hash>.js`. */
function hashed(name, content) {
  return { name: name.replace(".", `.${hash(content)}.`), content };
}

function hash(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

/** Returns the paths of all files under a folder. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath ?? file.path, file.name));
}

/** Writes `.br` and `.gz` files; returns a table of the sizes in bytes. */
function compress() {
  const rows = [["", "raw", "br", "gz"]];
  for (const path of filesOf(out)) {
    // Images and fonts are already compressed.
    if (!/\.(css|html|js|json|map|svg|txt|wasm|webmanifest|xml)$/.test(path)) continue;
    const content = readFileSync(path);
    const br = brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        // Found by experiment: saves half a kilobyte of the WASM.
        [constants.BROTLI_PARAM_NDIRECT]: 12,
      },
    });
    const gz = gzipSync(content, { level: 9 });
    if (br.length < content.length) writeFileSync(`${path}.br`, br);
    if (gz.length < content.length) writeFileSync(`${path}.gz`, gz);
    rows.push([basename(path), content.length, br.length, gz.length]);
  }
  return rows.map(([name, ...numbers]) => name.padEnd(32) + numbers.map((n) => `${n}`.padStart(10)).join(""));
}
