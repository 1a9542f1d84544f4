import { get } from 'node:http';

import type { Response } from '@playwright/test';

import { expect, test } from '../support/test.ts';

/** Largest transfer of a first visit, in bytes. */
const wasmLimit = 250 * 1024;

test.describe.configure({ mode: 'default' });

test('From Enter in one browser to the row painted in the other', async ({ tandem, alice, bob }) => {
  const remote = await tandem.newList();
  const mine = await alice.open(remote);
  const other = await bob.open(remote);
  await mine.live();
  await other.live();

  // Both pages use the clock of this machine.
  await alice.page.evaluate(() => {
    const pressed: number[] = [];
    Object.assign(window, { pressed });
    addEventListener(
      'keydown',
      (event) => {
        if (event.key === 'Enter') pressed.push(performance.timeOrigin + event.timeStamp);
      },
      { capture: true },
    );
  });
  await bob.page.evaluate(() => {
    const painted: Record<string, number> = {};
    Object.assign(window, { painted });
    new MutationObserver(() => {
      const title = document.querySelector('.todo-list > li:last-child')?.textContent;
      if (!title || title in painted) return;
      painted[title] = Number.NaN;
      requestAnimationFrame(() => {
        // A message posted while a frame is rendered is delivered after its paint.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => (painted[title] = performance.timeOrigin + performance.now());
        port2.postMessage(null);
      });
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const paintedAt = async (title: string) =>
    bob.page.evaluate((each) => (window as unknown as { painted: Record<string, number> }).painted[each], title);

  const spans: number[] = [];
  for (let number = 1; number <= 50; number += 1) {
    const title = `item ${number}`;
    await mine.newTodo.fill(title);
    await mine.newTodo.press('Enter');
    await expect.poll(() => paintedAt(title), { intervals: [20] }).toBeGreaterThan(0);
    const pressed = await alice.page.evaluate(() => (window as unknown as { pressed: number[] }).pressed.at(-1));
    spans.push(((await paintedAt(title)) ?? Number.NaN) - (pressed ?? Number.NaN));
  }
  spans.sort((a, b) => a - b);
  const at = (share: number) => (spans[Math.ceil(spans.length * share) - 1] ?? Number.NaN).toFixed(1);
  console.log(
    `From Enter to the row painted elsewhere: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, ` +
      `fastest ${at(0.01)} ms, slowest ${at(1)} ms, over ${spans.length} items`,
  );
  expect(Number(at(0.5))).toBeLessThan(250);
});

/** A response of a first visit, with its transferred size. */
interface Part {
  kind: string;
  path: string;
  bytes: number;
  encoding: string;
  cacheControl: string;
}

async function measure(response: Response): Promise<Part> {
  const path = new URL(response.url()).pathname;
  const headers = await response.allHeaders();
  const type = headers['content-type'] ?? '';
  const kinds = { HTML: /html/, WASM: /wasm/, JS: /javascript/, CSS: /css/ };
  const kind = Object.entries(kinds).find(([, pattern]) => pattern.test(type))?.[0] ?? 'other';
  const { responseBodySize } = await response.request().sizes();
  return {
    kind,
    path,
    bytes: responseBodySize,
    encoding: headers['content-encoding'] ?? 'identity',
    cacheControl: headers['cache-control'] ?? '',
  };
}

test('What a first visit transfers', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: ['buy milk', 'feed the cat', 'call the doctor'] });
  const responses: Response[] = [];
  alice.page.on('response', (response) => responses.push(response));
  const list = await alice.open(remote);
  await list.live();
  const parts = await Promise.all(responses.filter((each) => !each.url().includes('/rpc/')).map(measure));

  console.log('A first visit transfers:');
  for (const { kind, path, bytes, encoding } of parts) {
    const name = kind === 'HTML' ? 'the page, with three items' : path;
    console.log(`  ${kind.padEnd(5)} ${String(bytes).padStart(8)} bytes  ${encoding.padEnd(8)} ${name}`);
  }
  console.log(`  all   ${String(parts.reduce((sum, { bytes }) => sum + bytes, 0)).padStart(8)} bytes`);

  const later = ((await alice.page.locator('[data-parts]').getAttribute('data-parts')) ?? '').split(' ');
  const sizes = await Promise.all(later.map((path) => sizeOf(`${tandem.address}${path}`)));
  for (const [index, path] of later.entries()) {
    console.log(`  later ${String(sizes[index]).padStart(8)} bytes  br       ${path}`);
  }
  const main = parts.find(({ kind }) => kind === 'WASM')?.bytes ?? Number.NaN;
  console.log(`  all WASM ${sizes.reduce((sum, each) => sum + each, main)} bytes`);

  const wasm = parts.filter(({ kind }) => kind === 'WASM');
  expect(wasm).toHaveLength(1);
  expect(wasm[0]?.encoding).toBe('br');
  expect(wasm[0]?.bytes).toBeGreaterThan(10_000);
  expect(wasm[0]?.bytes).toBeLessThanOrEqual(wasmLimit);
  const named = parts.filter(({ kind }) => ['WASM', 'JS', 'CSS'].includes(kind));
  expect(new Set(named.map(({ kind }) => kind))).toEqual(new Set(['WASM', 'JS', 'CSS']));
  for (const { path, encoding, cacheControl } of named) {
    expect(path, 'a name with a hash').toMatch(/[-._][0-9A-Za-z_-]{8,}\.(wasm|js|css)$/);
    expect(encoding, `the encoding of ${path}`).toBe('br');
    expect(cacheControl, `the caching of ${path}`).toMatch(/\bimmutable\b/);
    expect(Number(/max-age=(\d+)/.exec(cacheControl)?.[1])).toBeGreaterThanOrEqual(31_536_000);
  }
  for (const { path, cacheControl } of parts.filter(({ kind }) => kind === 'HTML')) {
    expect(cacheControl, `the caching of ${path}`).not.toMatch(/immutable/);
  }

  // Clients without brotli get gzip.
  for (const { path } of named) {
    expect(await encodingOf(`${tandem.address}${path}`, 'gzip'), path).toBe('gzip');
    expect(await encodingOf(`${tandem.address}${path}`, 'identity'), path).toBeUndefined();
  }
});

test('A second visit transfers the page alone', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: ['buy milk'] });
  await alice.open(remote);
  await alice.open(remote);
  const fetched = await alice.page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name, transferSize }) => /\.(wasm|js|css)$/.test(name) && transferSize > 0)
      .map(({ name }) => name),
  );
  expect(fetched).toEqual([]);
});

/** Returns the length of a file in brotli. */
async function sizeOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'br' } }, (response) => {
      let size = 0;
      response.on('data', (chunk: Buffer) => (size += chunk.length));
      response.on('end', () => resolve(size));
    }).on('error', reject);
  });
}

async function encodingOf(url: string, accepted: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': accepted } }, (response) => {
      response.resume();
      resolve(response.headers['content-encoding']);
    }).on('error', reject);
  });
}
