// Browsers that store nothing, or take away what they have stored.

import type { Page } from '@playwright/test';

import { keeps, kept } from '../support/kept.ts';
import { Outage } from '../support/outage.ts';
import { expect, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('In a browser that stores nothing', () => {
  test('everything works, and the page warns once of what could be lost', async ({ tandem, alice, bob }) => {
    await alice.context.addInitScript(() => {
      Object.defineProperty(window, 'indexedDB', { value: undefined });
    });
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await mine.add('one');
    await other.hasTitles([...three, 'one']);
    await mine.live();
    const outage = await Outage.begins(alice);
    await mine.add('two');
    await mine.tells(/can’t store changes/i);
    await mine.add('three');
    await expect(mine.messages.getByText(/can’t store changes/i)).toHaveCount(1);
    await outage.ends();
    await other.hasTitles([...three, 'one', 'two', 'three']);
    await mine.live();
  });
});

test('A database of another version, without what is needed, is not opened again and again', async ({
  tandem,
  alice,
}) => {
  // A clock that is ahead takes a socket for silent.
  alice.expects(/^WebSocket connection to/);
  await alice.page.clock.install();
  const remote = await tandem.newList();
  await alice.page.goto('/healthz');
  await alice.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('tandem', 2);
        request.onupgradeneeded = () => request.result.createObjectStore('outboxes');
        request.onsuccess = () => resolve(request.result.close());
        request.onerror = reject;
      }),
  );
  await alice.page.addInitScript(() => {
    const open = IDBFactory.prototype.open;
    let opened = 0;
    IDBFactory.prototype.open = function (...args) {
      document.documentElement.dataset['opened'] = `${++opened}`;
      return open.apply(this, args);
    };
  });
  const mine = await alice.open(remote);
  await mine.live();
  await mine.add('milk');
  await expect.poll(() => remote.titles()).toEqual(['milk']);
  const before = Number(await alice.page.locator('html').getAttribute('data-opened'));
  expect(before).toBeGreaterThan(0);
  for (let pause = 0; pause < 20; pause += 1) {
    await alice.page.clock.runFor(1_000);
    // What was opened before this has failed by now.
    await alice.page.evaluate(() => indexedDB.databases());
  }
  // It would be opened twice a second.
  const after = Number(await alice.page.locator('html').getAttribute('data-opened'));
  expect(after - before).toBeLessThan(5);
});

test.describe('A database that the browser has deleted', () => {
  const losses = [
    {
      how: 'is cleared',
      lose: async (page: Page) => {
        const session = await page.context().newCDPSession(page);
        const { origin } = new URL(page.url());
        await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
      },
    },
    {
      how: 'is deleted by another tab',
      lose: async (page: Page) => {
        const other = await page.context().newPage();
        await other.goto(new URL('/favicon.svg', page.url()).href);
        await other.evaluate(
          () =>
            new Promise((resolve, reject) => {
              const deletion = indexedDB.deleteDatabase('tandem');
              deletion.onsuccess = resolve;
              deletion.onerror = reject;
            }),
        );
        await other.close();
      },
    },
  ];

  for (const { how, lose } of losses) {
    test(`${how}: unsent and later changes are stored again`, async ({ tandem, alice, bob }) => {
      const remote = await tandem.newList({ items: three });
      const mine = await alice.open(remote);
      await mine.live();
      const outage = await Outage.begins(alice);
      await mine.add('one', 'two');
      await keeps(mine.page, 2);
      await lose(mine.page);
      await keeps(mine.page, 2);
      await mine.add('three');
      await keeps(mine.page, 3);
      await expect.poll(() => kept(mine.page, 'lists')).toEqual([remote.token]);
      await mine.page.reload();
      await alice.hydrated();
      await mine.hasTitles([...three, 'one', 'two', 'three']);
      await outage.ends();
      const other = await bob.open(remote);
      await other.hasTitles([...three, 'one', 'two', 'three']);
      await keeps(mine.page, 0);
      expect(await remote.titles()).toEqual([...three, 'one', 'two', 'three']);
    });
  }
});
