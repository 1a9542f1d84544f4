// A browser's copy of a list outlives a server that no longer knows the list.

import type { Page } from '@playwright/test';

import type { RemoteList } from '../support/api.ts';
import { Kept } from '../support/kept-pages.ts';
import { keeps, kept, keptHead } from '../support/kept.ts';
import { ListPage } from '../support/list-page.ts';
import { networkTrouble, type Person } from '../support/person.ts';
import type { Tandem } from '../support/server.ts';
import { expect, goto, test } from '../support/test.ts';
import { Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

const notFound = /^Failed to load resource: the server responded with a status of 404/;

test.use({ serviceWorkers: 'allow' });

/** Opens a list and waits until the browser has stored all of it, and its page. */
async function opensAndKeeps(person: Person, own: Tandem, remote: RemoteList): Promise<ListPage> {
  const list = await goto(person.page, own, remote.path);
  await list.live();
  await list.add('kept');
  await list.live();
  const { version } = await remote.find('kept');
  await expect.poll(() => keptHead(person.page, remote.token)).toBe(version);
  await new Kept(person.page).has(remote.path);
  return list;
}

const copy = (page: Page) => page.getByRole('textbox', { name: 'This device still has a copy:' });

test.describe('A server that no longer knows the list', () => {
  test('takes nothing from an open page, which carries on when the list is back', async ({ own, alice, bob }) => {
    test.slow();
    alice.expects(...networkTrouble, notFound);
    const remote = await own.newList({ title: 'Groceries', items: three });
    const mine = await opensAndKeeps(alice, own, remote);
    await own.restartEmpty();
    await mine.tells(/can’t find this list/);
    await mine.says('offline');
    await mine.hasTitles([...three, 'kept']);
    // New changes are stored, too, even after the server has answered 404.
    const pushes = Pushes.of(alice.page);
    await mine.add('made meanwhile');
    await mine.item('buy milk').tick();
    await mine.hasTitles([...three, 'kept', 'made meanwhile']);
    await expect.poll(() => kept(alice.page, 'lists')).toEqual([remote.token]);
    await keeps(alice.page, 2);
    expect(await new Kept(alice.page).pages()).toContain(remote.path);
    await expect.poll(() => pushes.all.length, { timeout: 40_000 }).toBeGreaterThan(1);
    await mine.hasTitles([...three, 'kept', 'made meanwhile']);
    await mine.tells(/can’t find this list/);
    expect(await kept(alice.page, 'outboxes')).toHaveLength(2);

    await own.restartWhole();
    await expect(mine.body).toHaveAttribute('data-sync', 'live', { timeout: 45_000 });
    await expect(mine.page.getByText('can’t find this list')).toHaveCount(0);
    expect(await remote.titles()).toEqual([...three, 'kept', 'made meanwhile']);
    const other = await goto(bob.page, own, remote.path);
    await other.item('buy milk').isDone();
    // At once by the socket, not only with the next request.
    await expect(alice.page.locator('.status')).toHaveText('Up to date', { timeout: 45_000 });
    await other.add('from Bob');
    await expect(mine.items).toHaveText([...three, 'kept', 'made meanwhile', 'from Bob'], { timeout: 3_000 });
  });

  test('takes nothing from a newly opened page, which shows the stored copy', async ({ own, alice }) => {
    alice.expects(...networkTrouble, notFound);
    const remote = await own.newList({ title: 'Groceries', items: three });
    const mine = await opensAndKeeps(alice, own, remote);
    await mine.item('buy milk').tick();
    await mine.live();
    await own.crash();
    await mine.add('not sent');
    await keeps(alice.page, 1);
    await own.restart();
    await mine.live();
    const head = Math.max(...(await remote.items()).map((item) => item.version));
    await expect.poll(() => keptHead(alice.page, remote.token)).toBeGreaterThanOrEqual(head);
    await own.restartEmpty();
    await goto(alice.page, own, remote.path);
    await expect(mine.heading).toHaveText('We can’t find this list');
    await expect(copy(alice.page)).toHaveValue(/^- \[x\] buy milk\n- \[ \] feed the cat\n/);
    // The worker keeps it, however often the page is requested.
    await alice.page.reload();
    await expect(copy(alice.page)).toBeVisible();
    expect(await new Kept(alice.page).pages()).toContain(remote.path);
    expect(await kept(alice.page, 'lists')).toEqual([remote.token]);
    await goto(alice.page, own, '/');
    await expect(alice.landing.recent(remote)).toBeVisible();

    await own.restartWhole();
    const again = await goto(alice.page, own, remote.path);
    await again.live();
    await again.hasTitles([...three, 'kept', 'not sent']);
  });

  test('deletes the copy when the person agrees', async ({ own, alice }) => {
    alice.expects(...networkTrouble, notFound);
    const remote = await own.newList({ title: 'Groceries', items: three });
    const mine = await opensAndKeeps(alice, own, remote);
    await own.restartEmpty();
    await goto(alice.page, own, remote.path);
    await expect(mine.heading).toHaveText('We can’t find this list');
    await alice.page.getByRole('button', { name: 'Remove from this device' }).click();
    await expect(copy(alice.page)).toHaveCount(0);
    await expect.poll(() => kept(alice.page, 'lists')).toEqual([]);
    await new Kept(alice.page).hasNot(remote.path);
  });
});

test('The stored copy goes with the list: on an open page, after an absence, or when opened later', async ({
  own,
  alice,
}) => {
  alice.expects(...networkTrouble, notFound);
  const [open, offline, later] = [
    await own.newList({ items: three }),
    await own.newList({ items: three }),
    await own.newList({ items: three }),
  ];
  await opensAndKeeps(alice, own, later);
  await opensAndKeeps(alice, own, open);
  await open.destroyList();
  await alice.list.tells(/deleted this list/i);
  await new Kept(alice.page).hasNot(open.path);

  await opensAndKeeps(alice, own, offline);
  await alice.goesOffline();
  await alice.list.says('offline');
  await offline.destroyList();
  await alice.comesBack();
  await alice.list.tells(/deleted this list/i);
  await new Kept(alice.page).hasNot(offline.path);

  await later.destroyList();
  await goto(alice.page, own, later.path);
  await expect(alice.list.heading).toHaveText('We can’t find this list');
  await expect(copy(alice.page)).toHaveCount(0);
  await new Kept(alice.page).hasNot(later.path);
  await expect.poll(() => kept(alice.page, 'lists')).toEqual([]);
});
