// Pushes that are slow, lost or repeated.

import { networkTrouble } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { holdPushes, onPush, Pushes } from '../support/wire.ts';

test.describe('A push', () => {
  test('shows as pending while it is under way', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList());
    await mine.live();
    const release = await holdPushes(alice.page);
    await mine.add('buy milk');
    await mine.hasTitles(['buy milk']);
    await mine.says('pending');
    release();
    await mine.live();
  });

  test('whose answer is lost is repeated, and makes no second item', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const rows = await mine.watchRows();
    const pushes = Pushes.of(alice.page);
    alice.expects(...networkTrouble);
    let lost = 0;
    await onPush(alice.page, async (route) => {
      if (lost >= 2) return route.fallback();
      lost += 1;
      const response = await route.fetch();
      expect(response.ok()).toBe(true);
      await route.abort('connectionreset');
    });
    await mine.add('buy milk');
    await other.hasTitles(['buy milk']);
    await expect.poll(() => lost).toBe(2);
    await mine.live();
    await mine.hasTitles(['buy milk']);
    expect(await rows.most()).toBe(1);
    expect(pushes.mutations).toHaveLength(1);
    expect(await remote.titles()).toEqual(['buy milk']);
    // Nothing failed, so no failure is shown.
    await expect(mine.messages.filter({ hasText: /fail|wrong|refused|could not/i, visible: true })).toHaveCount(0);
  });

  test('that never reached the server is repeated', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    await mine.live();
    alice.expects(...networkTrouble, /^Failed to load resource: .*\b503\b/);
    let tries = 0;
    await onPush(alice.page, async (route) => {
      tries += 1;
      if (tries === 1) await route.abort('connectionreset');
      else if (tries === 2) await route.fulfill({ status: 503, body: 'not now' });
      else await route.fallback();
    });
    await mine.add('buy milk');
    await expect.poll(() => remote.titles()).toEqual(['buy milk']);
    await mine.live();
    await mine.hasTitles(['buy milk']);
  });

  test('keeps the order of what was done while it was under way', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const release = await holdPushes(alice.page);
    await mine.add('one', 'two');
    await mine.item('one').tick();
    await other.add('from Bob');
    await other.live();
    release();
    await mine.live();
    const stored = await remote.titles();
    for (const list of [mine, other]) {
      await expect.poll(() => list.exactTitles()).toEqual(stored);
      await list.item('one').isDone();
    }
    expect(stored.filter((title) => title !== 'from Bob')).toEqual(['one', 'two']);
  });
});
