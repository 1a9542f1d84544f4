// Links that are replaced, and lists that are deleted and restored.

import type { Page } from '@playwright/test';

import type { RemoteList } from '../support/api.ts';
import { anotherTab, Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

/** What the browser says of a page or a call that is not found. */
const notFound = /^Failed to load resource: .*\b404\b/;

/** Replaces a link on the page of links, and returns when the list is open again. */
async function replaceLink(person: Person, remote: RemoteList, name: 'New edit link' | 'New view link'): Promise<void> {
  await person.page.goto(`${remote.path}/links`);
  await person.page.getByRole('button', { name }).click();
}

/** Returns the token in the page's address. */
function tokenOf(page: Page): string {
  return new URL(page.url()).pathname.split('/')[1] ?? '';
}

test.describe('A list that was deleted', () => {
  test('is offered on the front page of the device that did it, and comes back whole', async ({
    tandem,
    alice,
    bob,
  }) => {
    bob.expects(notFound);
    const remote = await tandem.newList({ title: 'Launch checklist', items: ['fuel'], done: ['paint'] });
    const [mine, theirs] = [await alice.open(remote), await bob.open(remote)];
    for (const list of [mine, theirs]) await list.live();
    await mine.deleteList('confirm');
    await expect(alice.page).toHaveURL('/');
    await expect(mine.notice).toContainText('“⁨Launch checklist⁩” was deleted');
    await theirs.tells(/Someone deleted this list/);

    await mine.notice.getByRole('button', { name: 'Undo' }).click();
    await expect(alice.page).toHaveURL(remote.path);
    await mine.hasTitles(['fuel', 'paint']);
    await mine.live();
    await mine.add('countdown');
    await bob.open(remote);
    await theirs.hasTitles(['fuel', 'paint', 'countdown']);
    await alice.goesHome();
    await expect(mine.notice).toHaveCount(0);
  });

  test('is offered again after a reload, until the offer is dismissed', async ({ tandem, alice }) => {
    const [first, second] = [await tandem.newList({ title: 'First' }), await tandem.newList({ title: 'Second' })];
    for (const remote of [first, second]) {
      const list = await alice.open(remote);
      await list.live();
      await list.deleteList('confirm');
      await expect(alice.page).toHaveURL('/');
    }
    const { notice } = alice.list;
    await expect(notice).toHaveText([/Second/, /First/]);
    await alice.visit('/');
    await notice.filter({ hasText: 'Second' }).getByRole('button', { name: 'Dismiss' }).click();
    await expect(notice).toHaveText([/First/]);
    await alice.visit('/');
    await expect(notice).toHaveText([/First/]);
  });
});

test.describe('A new edit link', () => {
  test('takes along what the device has unsent, its view of the list, and its other tabs', async ({
    tandem,
    alice,
  }) => {
    alice.expects(notFound);
    const remote = await tandem.newList({ title: 'Trip', items: ['tent', 'stove'], done: ['map'] });
    const list = await alice.open(remote);
    await list.live();
    await list.choose('Move ticked items to the bottom');
    await alice.goesOffline();
    await list.add('made offline');
    await list.hasTitles(['tent', 'stove', 'made offline', 'map']);
    // The page goes before it could send what it has.
    await alice.page.route(/\/rpc\/push$/, (route) => route.abort());
    await alice.comesBack();
    await alice.page.goto(`${remote.path}/links`);
    const other = await anotherTab(alice, '/');
    await alice.page.unrouteAll();
    await alice.page.getByRole('button', { name: 'New edit link' }).click();

    await alice.hydrated();
    await expect(list.heading).toHaveText('Trip');
    const token = tokenOf(alice.page);
    expect(token).not.toBe(remote.token);
    await list.hasTitles(['tent', 'stove', 'made offline', 'map']);
    await list.live();
    // The front page leads to the new link, and an old bookmark follows.
    await other.page.goto('/');
    await expect(other.page.getByRole('link', { name: 'Trip' })).toHaveAttribute('href', `/${token}`);
    await other.page.goto(remote.path);
    await expect(other.page).toHaveURL(`/${token}`);
    const response = await alice.page.request.get(`/api/lists/${remote.token}`);
    expect(response.status()).toBe(404);
  });

  test('cuts off whoever has the old one, and keeps what they had unsent to be copied', async ({
    tandem,
    alice,
    bob,
  }) => {
    bob.expects(notFound);
    const remote = await tandem.newList({ title: 'Trip', items: ['tent'] });
    const theirs = await bob.open(remote);
    await theirs.live();
    await bob.goesOffline();
    await theirs.add('typed while offline');
    await replaceLink(alice, remote, 'New edit link');
    await alice.hydrated();
    await bob.comesBack();
    await theirs.tells(/This link no longer works/);
    await theirs.stillHas('typed while offline');
    await expect(bob.page.getByRole('alert').getByRole('link')).toHaveAttribute('href', '/');
    const token = tokenOf(alice.page);
    expect(await bob.page.content()).not.toContain(token);

    await bob.page.reload();
    await expect(theirs.heading).toHaveText('This link no longer works.');
    await theirs.stillHas('typed while offline');
    expect(await bob.page.content()).not.toContain(token);
    await alice.list.hasTitles(['tent']);
  });

  test('leaves viewers where they are, and a new view link the editors', async ({ tandem, alice, bob }) => {
    bob.expects(notFound);
    const remote = await tandem.newList({ title: 'Trip', items: ['tent'] });
    await bob.visit(`/${remote.viewToken}`);
    await bob.list.live();
    await replaceLink(alice, remote, 'New edit link');
    await alice.hydrated();
    await alice.list.add('stove');
    await bob.list.hasTitles(['tent', 'stove']);
    await bob.list.live();

    await alice.page.goto(`/${tokenOf(alice.page)}/links`);
    await alice.page.getByRole('button', { name: 'New view link' }).click();
    await expect(alice.page).toHaveURL(/\/links$/);
    await bob.list.tells(/This link no longer works/);
    await alice.page.getByRole('link', { name: /list/i }).click();
    await alice.list.live();
  });
});
