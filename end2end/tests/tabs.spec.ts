// Several tabs of one browser on one list.

import { keepNewItem, keeps } from '../support/kept.ts';
import { looksAround, Outage } from '../support/outage.ts';
import { anotherTab, hydrated, networkTrouble } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { onPush } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('Several tabs on one list', () => {
  test('each keep their own changes, and one sends what a closed one left', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const second = await anotherTab(alice, remote.path);
    for (const list of [mine, second]) await list.live();
    const outage = await Outage.begins(alice);
    for (const { page } of [mine, second]) await page.reload();
    for (const { page } of [mine, second]) await hydrated(page);
    await mine.add('from the first');
    await second.add('from the second');
    await second.item('buy milk').tick();
    await keeps(mine.page, 3);
    // Each tab shows its own changes, since the other one is alive.
    await mine.hasTitles([...three, 'from the first']);
    await second.hasTitles([...three, 'from the second']);
    await second.page.close();
    await looksAround(mine.page);
    await mine.hasTitles([...three, 'from the first', 'from the second']);

    await outage.ends();
    const other = await bob.open(remote);
    for (const list of [mine, other]) {
      await list.hasTitles([...three, 'from the first', 'from the second']);
      await list.item('buy milk').isDone();
      await list.live();
    }
    expect(await remote.titles()).toEqual([...three, 'from the first', 'from the second']);
    await keeps(mine.page, 0);
  });

  test('notice by themselves that another one was closed', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const second = await anotherTab(alice, remote.path);
    for (const list of [mine, second]) await list.live();
    alice.expects(...networkTrouble);
    await onPush(second.page, (route) => route.abort('connectionreset'));
    await second.add('from the second');
    await keeps(second.page, 1);
    await second.page.close();
    const other = await bob.open(remote);
    for (const list of [mine, other]) await expect(list.items).toHaveText(['from the second'], { timeout: 25_000 });
    // The closed tab's last try may have come through: then what it left is only found by looking.
    await keeps(mine.page, 0, 25_000);
    expect(await remote.titles()).toEqual(['from the second']);
  });

  test('delete what another edits: its text is kept, and other rows can be edited', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const second = await anotherTab(alice, remote.path);
    for (const list of [mine, second]) await list.live();
    const outage = await Outage.begins(alice);
    const field = await mine.item('buy milk').startEditing();
    await field.fill('buy milk and bread');
    await second.item('buy milk').destroy();
    await keeps(second.page, 1);
    await second.page.close();
    await looksAround(mine.page);
    await mine.hasTitles(three.slice(1));
    await mine.stillHas('buy milk and bread');
    await mine.item('feed the cat').rename('feed both cats');

    await mine.item('call the doctor').detailsButton.click();
    await mine.details.getByLabel('Notes').fill('before noon');
    const third = await anotherTab(alice, remote.path);
    await third.item('call the doctor').destroy();
    await keeps(third.page, 3);
    await third.page.close();
    await looksAround(mine.page);
    await expect(mine.details).toHaveCount(0);
    await mine.stillHas('before noon');
    await mine.item('feed both cats').detailsButton.click();
    await expect(mine.details.getByLabel('Notes')).toHaveValue('');
    await mine.page.keyboard.press('Escape');

    await outage.ends();
    await mine.live();
    await expect.poll(() => remote.titles()).toEqual(['feed both cats']);
  });

  test('of many, exactly one adopts what another left', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const outage = await Outage.begins(alice);
    await mine.page.reload();
    await alice.hydrated();
    await mine.add('one', 'two', 'three');
    await keeps(mine.page, 3);
    const tabs = await Promise.all([1, 2, 3].map(() => anotherTab(alice, remote.path)));
    await mine.page.close();
    // One of them shows it, the others do not.
    const shown = async () => (await Promise.all(tabs.map((tab) => tab.items.count()))).sort();
    await expect.poll(shown).toEqual([0, 0, 3]);
    await outage.ends();
    const other = await bob.open(remote);
    for (const list of [...tabs, other]) {
      await list.hasTitles(['one', 'two', 'three']);
      await list.live();
    }
    expect(await remote.titles()).toEqual(['one', 'two', 'three']);
    await keeps(tabs[0]!.page, 0);
  });

  test('in a browser without locks, still send everything once', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    await alice.context.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
    });
    const mine = await alice.open(remote);
    const outage = await Outage.begins(alice);
    await mine.page.reload();
    await alice.hydrated();
    await mine.add('one', 'two');
    await keeps(mine.page, 2);
    const second = await anotherTab(alice, remote.path);
    await second.hasTitles(['one', 'two']);
    await second.add('three');
    await mine.item('one').rename('one, renamed');
    await keeps(mine.page, 4);
    await outage.ends();
    const other = await bob.open(remote);
    for (const list of [mine, second, other]) {
      await list.hasTitles(['one, renamed', 'two', 'three']);
      await list.live();
    }
    expect(await remote.titles()).toEqual(['one, renamed', 'two', 'three']);
    await keeps(mine.page, 0);
  });
});

test.describe('What another tab has left', () => {
  test('is removed by its numbers: what that tab still adds between them stays, and is sent', async ({
    tandem,
    alice,
  }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    await mine.live();
    await keeps(mine.page, 0);
    const outage = await Outage.begins(alice);
    const other = crypto.randomUUID();
    await keepNewItem(mine.page, remote.token, other, 1, 'one');
    await keepNewItem(mine.page, remote.token, other, 3, 'three');
    await looksAround(mine.page);
    await mine.hasTitles(['one', 'three']);
    // Where there are no locks, the other may be alive: a write of its own had failed, and is repeated.
    await keepNewItem(mine.page, remote.token, other, 2, 'two');
    await outage.ends();
    const sent = async () => {
      await looksAround(mine.page);
      return remote.titles();
    };
    await expect.poll(sent).toEqual(['one', 'three', 'two']);
    await mine.hasTitles(['one', 'three', 'two']);
    await keeps(mine.page, 0);
  });
});
