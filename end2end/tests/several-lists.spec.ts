// Going from one list to another.

import { expect, test } from '../support/test.ts';
import { holdPushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('Going from one list to another', () => {
  test('each shows its own items, and hears its own changes', async ({ tandem, alice }) => {
    const groceries = await tandem.newList({ title: 'Groceries', items: ['milk'] });
    const holidays = await tandem.newList({ title: 'Holidays', items: ['tent'] });
    await alice.open(holidays);
    const list = await alice.open(groceries);
    await list.live();
    for (const [remote, title, item] of [
      [holidays, 'Holidays', 'tent'],
      [groceries, 'Groceries', 'milk'],
    ] as const) {
      await alice.goesHome();
      await alice.landing.recent(remote).click();
      await expect(list.heading).toHaveText(title);
      await list.hasTitles([item]);
      await list.live();
      await remote.add(`${item}, and more`);
      await list.hasTitles([item, `${item}, and more`]);
    }
    await holidays.add('only there');
    await groceries.add('only here');
    await list.hasTitles(['milk', 'milk, and more', 'only here']);
  });

  test('and back by the back button shows what changed meanwhile', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['before'] });
    const list = await alice.open(remote);
    await list.live();
    await alice.page.goto('about:blank');
    await remote.add('meanwhile');
    await alice.page.goBack();
    await list.hasTitles(['before', 'meanwhile']);
    await remote.add('afterwards');
    await list.hasTitles(['before', 'meanwhile', 'afterwards']);
    await list.add('and mine');
    await list.hasTitles(['before', 'meanwhile', 'afterwards', 'and mine']);
    await list.live();
  });

  test('changes under way are not lost', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    const other = await bob.open(remote);
    await list.live();
    const release = await holdPushes(alice.page);
    const sent = alice.page.waitForRequest(/\/rpc\/push$/);
    await list.add('one more');
    await sent;
    await alice.goesHome();
    await expect(alice.landing.newListButton).toBeVisible();
    release();
    await other.add('yet another');
    await other.live();
    await alice.landing.recent(remote).click();
    await list.live();
    // The server decides which one came first.
    const titles = await remote.titles();
    expect(titles.toSorted()).toEqual([...three, 'one more', 'yet another'].toSorted());
    for (const each of [list, other]) await each.hasTitles(titles);
  });
});
