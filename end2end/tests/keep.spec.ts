import type { Page } from '@playwright/test';

import { Kept } from '../support/kept-pages.ts';
import { keepNewItem, kept, keptHead } from '../support/kept.ts';
import { ListPage } from '../support/list-page.ts';
import { looksAround, Outage } from '../support/outage.ts';
import { networkTrouble, type Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { onPush, Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** Another tab of the same browser. */
async function anotherTab(person: Person, path: string): Promise<ListPage> {
  const page = await person.context.newPage();
  await page.goto(path);
  await hydrated(page);
  return new ListPage(page);
}

async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('body[data-hydrated]')).toBeAttached();
}

/** Waits until the browser has stored this number of unsent changes. */
async function keeps(page: Page, changes: number, timeout = 10_000): Promise<void> {
  await expect
    .poll(async () => (await kept(page, 'outboxes')).filter((key) => !isRefusal(key)).length, {
      message: 'unsent changes kept',
      timeout,
    })
    .toBe(changes);
}

const isRefusal = (key: string): boolean => key.startsWith('refused:');

/** Waits until the browser has stored this number of unread refusals. */
async function keepsRefusals(page: Page, refusals: number): Promise<void> {
  await expect
    .poll(async () => (await kept(page, 'outboxes')).filter(isRefusal).length, 'refusals kept')
    .toBe(refusals);
}

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
    alice.expects(/404/);
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
    alice.expects(/404/);
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

test('a database of another version, without what is needed, is not opened again and again', async ({
  tandem,
  alice,
}) => {
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
  const goesOn = (before: number): boolean => Number(document.documentElement.dataset['opened']) > before + 4;
  // It would be opened twice a second.
  const isSpinning = alice.page.waitForFunction(goesOn, before, { timeout: 5_000 }).then(
    () => true,
    () => false,
  );
  expect(await isSpinning).toBe(false);
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
