// What a screen reader finds on each page and in each of its main states. After an intended change, run
// `npx playwright test aria --update-snapshots=all`, and take the URLs with tokens out of the files.
import { Outage } from '../support/outage.ts';
import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import type { RemoteList } from '../support/api.ts';
import type { Tandem } from '../support/server.ts';

/** A list with everything that can stand on one. */
async function busy(tandem: Tandem): Promise<RemoteList> {
  const remote = await tandem.newList({ title: 'Groceries', items: ['buy milk'], done: ['bread'] });
  await remote.add('Bakery', { issection: true });
  await remote.add('cake', { due: '2999-12-24', longdesc: 'with cherries' });
  return remote;
}

test.describe('A screen reader finds', () => {
  test('the front page, with the lists of this device', async ({ tandem, alice }) => {
    await alice.open(await tandem.newList({ title: 'Groceries' }));
    await alice.visit('/');
    await expect(alice.landing.page.getByRole('link', { name: 'Groceries' })).toBeVisible();
    await expect(alice.page.locator('body')).toMatchAriaSnapshot({ name: 'front-page.aria.yml' });
  });

  test('an empty list', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    await list.live();
    await expect(alice.page.locator('body')).toMatchAriaSnapshot({ name: 'empty-list.aria.yml' });
  });

  test('a list with sections, dates and ticks', async ({ tandem, alice }) => {
    const list = await alice.open(await busy(tandem));
    await list.live();
    await expect(alice.page.locator('body')).toMatchAriaSnapshot({ name: 'list.aria.yml' });
  });

  test('the same list in German', async ({ tandem, browser }) => {
    const anna = await Person.arrives(browser, 'Anna', { locale: 'de-AT' });
    const list = await anna.open(await busy(tandem));
    await list.live();
    await expect(anna.page.locator('body')).toMatchAriaSnapshot({ name: 'list-german.aria.yml' });
    await anna.leaves();
  });

  test('the menu', async ({ tandem, alice }) => {
    const list = await alice.open(await busy(tandem));
    await list.live();
    await alice.page.getByRole('button', { name: 'More', exact: true }).click();
    await expect(alice.page.locator('.menu')).toMatchAriaSnapshot({ name: 'menu.aria.yml' });
  });

  test('the details of an item', async ({ tandem, alice }) => {
    const list = await alice.open(await busy(tandem));
    await list.live();
    await list.item('cake').detailsButton.click();
    await expect(list.details).toMatchAriaSnapshot({ name: 'details.aria.yml' });
  });

  test('an offer to take back what was done', async ({ tandem, alice }) => {
    const list = await alice.open(await busy(tandem));
    await list.item('buy milk').destroy();
    await expect(list.notice.getByRole('button', { name: 'Undo' })).toBeVisible();
    await expect(list.notice).toMatchAriaSnapshot({ name: 'notice.aria.yml' });
  });

  test('the trash', async ({ tandem, alice }) => {
    const remote = await busy(tandem);
    await remote.destroy((await remote.find('buy milk')).id);
    await alice.visit(`${remote.path}/trash`);
    await alice.list.live();
    await expect(alice.page.getByTestId('deleted-item')).toHaveCount(1);
    await expect(alice.page.locator('main')).toMatchAriaSnapshot({ name: 'trash.aria.yml' });
  });

  test('a list that can only be viewed', async ({ tandem, alice }) => {
    const remote = await busy(tandem);
    await alice.visit(`/${remote.viewToken}`);
    await alice.list.live();
    await expect(alice.page.locator('main')).toMatchAriaSnapshot({ name: 'view-only.aria.yml' });
  });

  test('a list offline, with what waits to be sent', async ({ tandem, alice }) => {
    const list = await alice.open(await busy(tandem));
    await list.live();
    const outage = await Outage.begins(alice);
    await list.item('buy milk').tick();
    await list.says('offline');
    await expect(alice.page.locator('main')).toMatchAriaSnapshot({ name: 'offline.aria.yml' });
    await outage.ends();
    await list.live();
  });

  test('a link that leads to no list', async ({ alice }) => {
    alice.expects(/^Failed to load resource: .*\b404\b/);
    await alice.visit('/AAAAAAAAAAAAAAAAAAAAAA');
    await expect(alice.page.locator('body')).toMatchAriaSnapshot({ name: 'unknown-list.aria.yml' });
  });

  test('an address that leads nowhere', async ({ alice }) => {
    alice.expects(/^Failed to load resource: .*\b404\b/);
    await alice.visit('/a/b/c');
    await expect(alice.page.locator('body')).toMatchAriaSnapshot({ name: 'not-found.aria.yml' });
  });

  test('a list that someone has deleted', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const list = await alice.open(remote);
    await list.live();
    await remote.destroyList();
    await list.tells(/deleted this list/);
    await expect(alice.page.locator('main')).toMatchAriaSnapshot({ name: 'deleted-list.aria.yml' });
  });
});
