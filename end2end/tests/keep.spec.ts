// Unsent changes and lists that a browser stores.

import { Kept } from '../support/kept-pages.ts';
import { keeps, keepsRefusals, kept, keptHead } from '../support/kept.ts';
import { Outage } from '../support/outage.ts';
import { anotherTab, networkTrouble } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { onPush, Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('Unsent changes survive', () => {
  test('a reload: they show at once, and are sent when possible', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const outage = await Outage.begins(alice);
    await mine.add('one', 'two');
    await mine.item('two').tick();
    await mine.item('feed the cat').rename('feed both cats');
    await mine.item('call the doctor').destroy();
    await keeps(mine.page, 5);
    const titles = ['buy milk', 'feed both cats', 'one', 'two'];

    for (const _ of ['once', 'and again']) {
      await mine.page.reload();
      await alice.hydrated();
      await mine.hasTitles(titles);
      await mine.item('two').isDone();
    }
    await mine.add('three');
    await keeps(mine.page, 6);
    expect(await remote.titles()).toEqual(three);

    await outage.ends();
    for (const list of [mine, other]) {
      await list.hasTitles([...titles, 'three']);
      await list.item('two').isDone();
      await list.live();
    }
    expect(await remote.titles()).toEqual([...titles, 'three']);
    await keeps(mine.page, 0);
  });

  test('closing and reopening the page', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    await mine.live();
    const outage = await Outage.begins(alice);
    await mine.add('one', 'two', 'three', 'four', 'five');
    await keeps(mine.page, 5);
    await mine.page.close();
    const again = await anotherTab(alice, remote.path);
    await again.hasTitles(['one', 'two', 'three', 'four', 'five']);
    await again.item('two').tick();
    await again.item('four').tick();
    await keeps(again.page, 7);

    await outage.ends();
    const other = await bob.open(remote);
    for (const list of [again, other]) {
      await list.hasTitles(['one', 'two', 'three', 'four', 'five']);
      await list.item('two').isDone();
      await list.item('three').isOpen();
      await list.item('four').isDone();
      await list.live();
    }
    await keeps(again.page, 0);
  });

  test('leaving the page at once: they are sent without it', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.live();
    await other.live();
    const sent = mine.page.waitForRequest(/\/rpc\/push$/);
    // The network is slow: the call is under way until its page is gone.
    await onPush(mine.page, async (route) => {
      if (route.request().resourceType() !== 'fetch') await route.fallback();
    });
    await mine.add('typed on the way out');
    await sent;
    await mine.page.goto('about:blank');
    await other.hasTitles(['typed on the way out']);
    await mine.page.unrouteAll();
    const again = await alice.open(remote);
    await again.hasTitles(['typed on the way out']);
    await again.live();
    await keeps(again.page, 0);
    expect(await remote.titles()).toEqual(['typed on the way out']);
  });

  test('a crash of the tab', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    await mine.live();
    const outage = await Outage.begins(alice);
    await mine.add('typed before the crash');
    await mine.hasTitles(['typed before the crash']);
    await keeps(mine.page, 1);
    const crashed = mine.page.waitForEvent('crash');
    void mine.page.goto('chrome://crash').catch(() => {});
    await crashed;
    const again = await anotherTab(alice, remote.path);
    await again.hasTitles(['typed before the crash']);
    await mine.page.close();
    await outage.ends();
    const other = await bob.open(remote);
    await other.hasTitles(['typed before the crash']);
    await again.live();
    expect(await remote.titles()).toEqual(['typed before the crash']);
  });

  test('a lost answer: no item is doubled', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    alice.expects(...networkTrouble);
    const pushes = Pushes.of(mine.page);
    let taken = false;
    let reloaded = false;
    await onPush(mine.page, async (route) => {
      if (reloaded) return route.fallback();
      if (!taken) expect((await route.fetch()).ok()).toBe(true);
      taken = true;
      await route.abort('connectionreset');
    });
    await mine.add('buy milk');
    await other.hasTitles(['buy milk']);
    await expect.poll(() => taken).toBe(true);
    await other.item('buy milk').rename('buy oat milk');
    await other.live();
    await keeps(mine.page, 1);
    reloaded = true;
    await mine.page.reload();
    await alice.hydrated();
    for (const list of [mine, other]) {
      await list.hasTitles(['buy oat milk']);
      await list.live();
    }
    await keeps(mine.page, 0);
    const sent = new Set(pushes.all.flat().map((mutation) => JSON.stringify(mutation)));
    expect(sent.size, 'the same change under the same number').toBe(1);
    expect(await remote.titles()).toEqual(['buy oat milk']);
  });

  test('a refusal: the typed text can still be read', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const outage = await Outage.begins(alice);
    await mine.item('feed the cat').rename('feed both cats');
    await keeps(mine.page, 1);
    await other.item('feed the cat').destroy();
    await other.live();
    await mine.page.reload();
    await alice.hydrated();
    await mine.hasTitles(['buy milk', 'call the doctor']);
    await outage.ends();
    await mine.tells(/deleted/i);
    await mine.stillHas('feed both cats');
    await mine.live();
    await keeps(mine.page, 0);
    expect(await remote.titles()).toEqual(['buy milk', 'call the doctor']);
  });

  test('an unread refusal: it is shown until someone has read it', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const outage = await Outage.begins(alice);
    await mine.item('feed the cat').rename('feed both cats');
    await other.item('feed the cat').destroy();
    await other.live();
    await outage.ends();
    await mine.stillHas('feed both cats');
    await keepsRefusals(mine.page, 1);
    await keeps(mine.page, 0);
    for (const _ of ['once', 'and again']) {
      await mine.page.reload();
      await alice.hydrated();
      await mine.tells(/deleted in the meantime/);
      await mine.stillHas('feed both cats');
    }
    await mine.notice.getByRole('button', { name: 'Add as a new item' }).click();
    for (const list of [mine, other]) await list.hasTitles(['buy milk', 'call the doctor', 'feed both cats']);
    await keepsRefusals(mine.page, 0);
    await mine.page.reload();
    await alice.hydrated();
    await mine.live();
    await expect(mine.notice).toHaveCount(0);
  });

  test("the list's deletion: the typed text can be read, and discarded", async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await Outage.begins(alice);
    await mine.item('feed the cat').rename('feed both cats');
    await mine.add('a thought of mine');
    await keeps(mine.page, 2);
    await mine.page.goto('about:blank');
    await remote.destroyList();
    alice.expects(/^Failed to load resource: .*\b404\b/);
    await alice.visit(remote.path);
    await mine.stillHas('feed both cats');
    await mine.stillHas('a thought of mine');
    await expect.poll(() => kept(mine.page, 'lists')).toEqual([]);
    await mine.page.getByRole('button', { name: /discard/i }).click();
    await keeps(mine.page, 0);
    await mine.page.reload();
    await alice.hydrated();
    await expect(mine.page.getByRole('button', { name: /discard/i })).toHaveCount(0);
  });

  test('the deletion of the list while it is open: the typed text is shown', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    const outage = await Outage.begins(alice);
    await mine.item('feed the cat').tick();
    await mine.add('a thought of mine');
    await keeps(mine.page, 2);
    await remote.destroyList();
    alice.expects(/^Failed to load resource: .*\b404\b/);
    await outage.ends();
    await mine.tells(/deleted this list/i);
    await mine.tells(/could not be saved/i);
    await expect(mine.page.getByRole('textbox', { name: 'What you typed' })).toHaveValue('a thought of mine');
    // If nobody has read it when the page goes, the next page shows it again.
    await alice.visit(remote.path);
    await expect(mine.heading).toHaveText('We can’t find this list');
    await mine.stillHas('a thought of mine');
    await expect.poll(() => kept(mine.page, 'lists')).toEqual([]);
    await mine.page.getByRole('button', { name: /discard/i }).click();
    await keeps(mine.page, 0);
  });
});

test.describe('A known list', () => {
  test.use({ serviceWorkers: 'allow' });

  test('opens from the front page offline', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await mine.add('of mine');
    await mine.live();
    const { version } = await remote.find('of mine');
    await expect.poll(() => keptHead(mine.page, remote.token)).toBe(version);
    await new Kept(mine.page).has(remote.path);
    await alice.goesHome();
    await alice.goesOffline();
    await alice.landing.recent(remote).click();
    await mine.hasTitles([...three, 'of mine']);
    await mine.add('made offline');
    await mine.item('buy milk').tick();
    await mine.says('offline', 'pending', 'catching-up');
    await alice.comesBack();
    const other = await bob.open(remote);
    for (const list of [mine, other]) {
      await list.hasTitles([...three, 'of mine', 'made offline']);
      await list.item('buy milk').isDone();
      await list.live();
    }
    expect(await remote.titles()).toEqual([...three, 'of mine', 'made offline']);
  });
});

test.describe('A stored list', () => {
  test('shows its latest state, even if the loaded page is older', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const old = await alice.page.request.get(remote.path);
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await other.item('buy milk').tick();
    await other.item('feed the cat').destroy();
    await other.add('seen since');
    await mine.hasTitles(['buy milk', 'call the doctor', 'seen since']);
    await mine.live();
    const { version } = await remote.find('seen since');
    await expect.poll(() => keptHead(mine.page, remote.token)).toBe(version);

    const outage = await Outage.begins(alice);
    await mine.page.route(remote.path, (route) => route.fulfill({ response: old }));
    await mine.page.reload();
    await alice.hydrated();
    await mine.hasTitles(['buy milk', 'call the doctor', 'seen since']);
    await mine.item('buy milk').isDone();
    await outage.ends();
    await mine.add('added to it');
    await other.hasTitles(['buy milk', 'call the doctor', 'seen since', 'added to it']);
    await mine.hasTitles(['buy milk', 'call the doctor', 'seen since', 'added to it']);
  });

  test('is deleted when the person wants it', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Groceries', items: three });
    await alice.open(remote);
    await expect.poll(() => kept(alice.page, 'lists')).toEqual([remote.token]);
    await alice.goesHome();
    await alice.page.getByRole('button', { name: 'Remove Groceries from this page' }).click();
    await expect.poll(() => kept(alice.page, 'lists')).toEqual([]);
  });
});
