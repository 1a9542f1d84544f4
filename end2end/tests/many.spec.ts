import { paints } from '../support/frames.ts';
import { expect, test } from '../support/test.ts';

test.describe.configure({ mode: 'default' });

/** Number of items on a list that is never cleared. */
const many = 2_000;

test(`With ${many} items: time from an event to its paint`, async ({ tandem, alice }) => {
  test.slow();
  const remote = await tandem.newList();
  await remote.addMany(Array.from({ length: many }, (_, number) => `item ${number + 1}`));
  // A frame's timestamp is taken before its callback runs.
  await alice.context.addInitScript(() => {
    window.WebSocket = class extends WebSocket {
      constructor(...given: ConstructorParameters<typeof WebSocket>) {
        super(...given);
        this.addEventListener('message', () => Object.assign(window, { frameAt: performance.now() }));
      }
    };
  });
  const list = await alice.open(remote);
  await list.live();
  await expect(list.items).toHaveCount(many);
  await alice.page.evaluate(() => {
    const log = { long: [] as number[] };
    Object.assign(window, { log });
    new PerformanceObserver((entries) => {
      for (const { duration } of entries.getEntries()) log.long.push(Math.round(duration));
    }).observe({ type: 'longtask' });
  });

  /** Returns the time from a click, or else from the last frame, to the paint of the expected text or class. */
  const span = async (
    row: string,
    seen: { text?: string; done?: boolean; first?: boolean },
    click?: string,
  ): Promise<number> =>
    alice.page.evaluate(
      async ([id, want, button]) => {
        const isSeen = () => {
          const each = document.querySelector(`[data-id='${id}']`);
          if (want.text !== undefined) return each?.textContent === want.text;
          if (want.done) return each?.className === 'completed';
          return each?.previousElementSibling === null;
        };
        const start = performance.now();
        if (button) document.querySelector<HTMLElement>(button)?.click();
        await new Promise<void>((resolve) => {
          if (isSeen()) return resolve();
          const observer = new MutationObserver(() => {
            if (!isSeen()) return;
            observer.disconnect();
            resolve();
          });
          observer.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
        });
        await new Promise<void>((resolve) => {
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve();
            port2.postMessage(null);
          });
        });
        return performance.now() - (button ? start : (window as unknown as { frameAt: number }).frameAt);
      },
      [row, seen, click] as const,
    );

  const median = (spans: number[]) => spans.toSorted((a, b) => a - b)[Math.floor(spans.length / 2)] ?? Number.NaN;
  /** Returns the long tasks since the last call, in ms. */
  const longTasks = async () =>
    alice.page.evaluate(() => (window as unknown as { log: { long: number[] } }).log.long.splice(0));
  const ticks: number[] = [];
  const insertions: number[] = [];
  const remotes: number[] = [];
  for (let number = 0; number < 9; number += 1) {
    const { id } = await remote.find(`item ${1_000 + number}`);
    ticks.push(await span(id, { done: true }, `[data-id='${id}'] .toggle`));
  }
  await list.live();
  const long: Record<string, number[]> = { ticks: await longTasks(), insertions: [], remotes: [] };
  for (let number = 0; number < 9; number += 1) {
    const { id } = await remote.find('item 1');
    await list.row(0).destroy();
    await list.live();
    await longTasks();
    // The item deleted at the top comes back at the top.
    insertions.push(await span(id, { first: true }, '.notice .offer'));
    long['insertions']?.push(...(await longTasks()));
    await list.live();
  }
  await list.live();
  await longTasks();
  for (let number = 0; number < 9; number += 1) {
    const { id } = await remote.find(`item ${500 + number}`);
    const seen = span(id, { text: `changed ${number}` });
    await remote.update(id, { shortdesc: `changed ${number}` });
    remotes.push(await seen);
  }
  long['remotes'] = await longTasks();
  console.log(
    `With ${many} items, from event to paint, medians of 9: a tick ${median(ticks).toFixed(1)} ms, ` +
      `an insertion at the top ${median(insertions).toFixed(1)} ms, ` +
      `a remote update ${median(remotes).toFixed(1)} ms; ` +
      `long tasks over 50 ms: ${JSON.stringify(long)}`,
  );
  expect(median(ticks)).toBeLessThan(200);
  expect(median(insertions)).toBeLessThan(400);
  expect(median(remotes)).toBeLessThan(400);
});

test('A change of one row touches that row alone', async ({ tandem, alice, bob }) => {
  const remote = await tandem.newList({ items: Array.from({ length: 50 }, (_, number) => `item ${number}`) });
  const [mine, other] = [await alice.open(remote), await bob.open(remote)];
  await mine.live();
  await alice.page.evaluate(() => {
    const touched = new Set<string>();
    Object.assign(window, { touched });
    new MutationObserver((records) => {
      for (const { target } of records) {
        const row = (target instanceof Element ? target : target.parentElement)?.closest('[data-id]');
        if (row) touched.add(row.querySelector('label')?.textContent ?? '');
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
  });
  await other.item('item 7').tick();
  await mine.item('item 7').isDone();
  await other.item('item 9').rename('the ninth');
  await mine.item('the ninth').isOpen();
  expect(await alice.page.evaluate(() => [...(window as unknown as { touched: Set<string> }).touched])).toEqual([
    'item 7',
    'the ninth',
  ]);
});

test('Nothing moves when the program takes over, whatever this device remembers', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: ['one', 'two', 'three'], done: ['four'] });
  await remote.add('cake', { due: '2020-01-01', longdesc: 'with cherries' });
  await remote.add('Dairy', { issection: true });
  await remote.add('milk');
  const mine = await alice.open(remote);
  await mine.choose('Move ticked items to the bottom');
  await mine.section('Dairy').root.getByRole('button', { name: 'Collapse' }).click();
  await mine.hasRows(['one', 'two', 'three', 'cake', 'four', 'Dairy']);
  await alice.context.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) shifts.sum += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const path of ['/', remote.path, `${remote.path}/active`, `${remote.path}/trash`]) {
    await alice.visit(path);
    if (path === remote.path) await mine.hasRows(['one', 'two', 'three', 'cake', 'four', 'Dairy']);
    await expect.poll(() => alice.page.evaluate(() => document.readyState)).toBe('complete');
    await paints(alice.page);
    expect(await alice.page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum), path).toBe(
      0,
    );
  }
});
