import type { Page } from '@playwright/test';

import { hides, shows } from '../support/hidden-page.ts';
import { networkTrouble } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { Wire } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** A proxy that blocks sockets until `lift` is called. */
async function blockSockets(page: Page): Promise<{ readonly tries: number; lift(): void }> {
  const proxy = {
    tries: 0,
    isUp: true,
    lift: () => {
      proxy.isUp = false;
    },
  };
  await page.routeWebSocket(/\/app\//, (socket) => {
    proxy.tries += 1;
    if (proxy.isUp) void socket.close();
    else socket.connectToServer();
  });
  return proxy;
}

test.describe('Where sockets are blocked', () => {
  test('the list polls every few seconds, says so, and returns to the socket', async ({ tandem, alice, bob }) => {
    alice.expects(...networkTrouble);
    const proxy = await blockSockets(alice.page);
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    const words = alice.page.getByText('Up to date (checks every few seconds)', { exact: true });
    await expect(words).toBeVisible({ timeout: 15_000 });
    await mine.live();

    await other.add('from Bob');
    await mine.hasTitles([...three, 'from Bob']);
    await other.item('buy milk').tick();
    await mine.item('buy milk').isDone();
    await mine.add('from Alice');
    await other.hasTitles([...three, 'from Bob', 'from Alice']);
    await mine.live();
    await expect(words).toBeVisible();

    const tries = proxy.tries;
    proxy.lift();
    await expect.poll(() => proxy.tries, { timeout: 40_000 }).toBeGreaterThan(tries);
    await expect(alice.page.getByText('Up to date', { exact: true })).toBeVisible({ timeout: 40_000 });
    await mine.live();
    await other.add('by the socket');
    await expect(mine.items).toHaveText([...three, 'from Bob', 'from Alice', 'by the socket'], { timeout: 2_000 });
  });

  test('and the server is down too, the list is offline until it is back', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await blockSockets(alice.page);
    const mine = await alice.open(remote);
    await expect(alice.page.getByText('Up to date (checks every few seconds)')).toBeVisible({ timeout: 15_000 });
    await alice.goesOffline();
    await mine.says('offline');
    await mine.add('kept');
    await mine.says('offline');
    await alice.comesBack();
    await mine.live();
    await expect.poll(() => remote.titles()).toEqual([...three, 'kept']);
    await expect(alice.page.getByText('Up to date (checks every few seconds)')).toBeVisible();
  });

  test('a hidden page does not poll until it is visible again', async ({ tandem, alice }) => {
    alice.expects(...networkTrouble);
    await alice.page.clock.install();
    await blockSockets(alice.page);
    await alice.open(await tandem.newList({ items: three }));
    await expect(alice.page.getByText('Up to date (checks every few seconds)')).toBeVisible({ timeout: 15_000 });
    await hides(alice.page);
    let asked = 0;
    alice.page.on('request', (request) => {
      if (request.url().endsWith('/rpc/push')) asked += 1;
    });
    await alice.page.clock.runFor(8_000);
    // What was asked before this has been asked by now.
    await alice.page.evaluate(async () => void (await fetch('/healthz')));
    expect(asked).toBe(0);
    await shows(alice.page);
    await alice.page.clock.runFor(8_000);
    await expect.poll(() => asked).toBeGreaterThan(0);
  });
});

test('A socket that opens but carries nothing is replaced within 25 s, and nothing is lost', async ({
  tandem,
  alice,
  bob,
}) => {
  const remote = await tandem.newList({ items: three });
  const wire = await Wire.tap(alice.page);
  const mine = await alice.open(remote);
  const other = await bob.open(remote);
  await mine.live();
  wire.mute();
  const tries = wire.tries;
  await other.add('missed');
  await expect(mine.items).toHaveText([...three, 'missed'], { timeout: 25_000 });
  expect(wire.tries).toBeGreaterThan(tries);
  await mine.live();
});

test.describe('After an absence', () => {
  const caughtUp = (page: Page, words: string) => page.locator('.status').getByText(words, { exact: true });

  test("others' changes are counted, for eyes and for screen readers", async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline');
    await mine.add('my own');
    await remote.add('one');
    await remote.update((await remote.find('buy milk')).id, { isdone: true });
    await remote.destroy((await remote.find('feed the cat')).id);
    await alice.comesBack();
    await expect(caughtUp(alice.page, '3 changes while you were away')).toBeVisible();
    await expect(alice.page.locator('[aria-live="polite"]').getByText('3 changes while you were away')).toBeAttached();
    await mine.live();
    // The message appears, and goes.
    await expect(caughtUp(alice.page, 'Up to date')).toBeVisible();
  });

  test('a single change is counted in the singular', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline');
    await remote.add('one');
    await alice.comesBack();
    await expect(caughtUp(alice.page, '1 change while you were away')).toBeVisible();
  });

  test('without changes by others, and on a fresh page, nothing is said', async ({ tandem, alice }) => {
    await alice.page.clock.install();
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await alice.page.evaluate(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      const look = () => said.push(document.querySelector('.status')?.textContent ?? '');
      new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true });
    });
    await alice.goesOffline();
    await mine.says('offline');
    await mine.add('my own');
    await alice.comesBack();
    await mine.live();
    await expect.poll(() => remote.titles()).toEqual([...three, 'my own']);
    await alice.page.clock.runFor(1_500);
    const said = await alice.page.evaluate(() => (window as unknown as { said: string[] }).said);
    expect(said.filter((words) => words.includes('while you were away'))).toEqual([]);
    await alice.page.reload();
    await alice.hydrated();
    await mine.live();
    await alice.page.clock.runFor(1_500);
    await expect(alice.page.getByText('while you were away')).toHaveCount(0);
  });
});

test('Unsaved items are marked after a moment, visibly and for screen readers', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: three });
  const mine = await alice.open(remote);
  await mine.live();
  await alice.goesOffline();
  await mine.says('offline');
  await mine.add('new');
  await mine.item('buy milk').tick();
  const dot = (title: string) =>
    mine
      .item(title)
      .root.locator('.view')
      .evaluate((view) => {
        const { content, visibility } = getComputedStyle(view, '::after');
        return content === '""' && visibility === 'visible';
      });
  for (const title of ['new', 'buy milk']) {
    const { root, checkbox } = mine.item(title);
    await expect(root).toHaveAttribute('data-unsaved');
    await expect(root).toHaveText(title);
    await expect(checkbox).toHaveAccessibleName(title);
    await expect(checkbox).toHaveAccessibleDescription('Not saved yet');
    await expect.poll(() => dot(title)).toBe(true);
  }
  await expect(mine.item('feed the cat').root).not.toHaveAttribute('data-unsaved');
  await expect(mine.item('new').root).toHaveAttribute('class', '');
  // An item that is saved at once never shows the mark.
  expect(await dot('feed the cat')).toBe(false);
  await alice.comesBack();
  await mine.live();
  for (const title of ['new', 'buy milk']) {
    await expect(mine.item(title).root).not.toHaveAttribute('data-unsaved');
    await expect(mine.item(title).checkbox).toHaveAccessibleDescription('');
  }
});
