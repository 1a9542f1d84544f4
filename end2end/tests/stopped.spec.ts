// Programs that die or cannot start.

import type { Page, Route } from '@playwright/test';

import type { ListPage } from '../support/list-page.ts';
import { Outage } from '../support/outage.ts';
import { Person, programNotRun } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('A program that dies', () => {
  const message = (person: Person) => person.page.locator('.stopped');

  /** Breaks the page so that the program's next access to the document fails. */
  async function breakDocument(page: Page): Promise<void> {
    await page.evaluate(() => {
      const property = Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML');
      const set = () => {
        throw new Error('broken by a test');
      };
      Object.defineProperty(Element.prototype, 'innerHTML', { ...property, set });
    });
  }

  test('says so, and unsent changes are sent after a reload', async ({ tandem, alice }) => {
    alice.expects(/broken by a test/, /unreachable/, /RuntimeError/);
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.live();
    const outage = await Outage.begins(alice);
    await list.add('water the plants');
    await list.item('buy milk').tick();
    await list.newTodo.fill('half a thou');
    await expect(message(alice)).toBeHidden();
    await breakDocument(alice.page);
    await list.item('feed the cat').tick();

    await expect(message(alice).locator('p:visible')).toContainText('stopped working');
    await expect(list.body).not.toHaveAttribute('data-hydrated');
    await list.says('offline');
    await expect(alice.page.locator('.status')).toContainText('Offline');
    // It cannot be used any more, and so shows nothing unsaved.
    await expect(alice.page.locator('#app')).toHaveAttribute('inert');

    await outage.ends();
    await expect(list.body).not.toHaveAttribute('data-hydrated');
    await list.says('offline');
    await message(alice).getByRole('button', { name: 'Reload' }).click();
    await alice.hydrated();
    await list.live();
    await expect.poll(() => remote.titles()).toEqual([...three, 'water the plants']);
    await expect.poll(async () => (await remote.find('buy milk')).isdone).toBe(true);
    await expect(list.newTodo).toHaveValue('half a thou');
    await expect(message(alice)).toBeHidden();
  });

  test('keeps the text of a row that was being edited', async ({ tandem, alice }) => {
    alice.expects(/broken by a test/, /unreachable/, /RuntimeError/);
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.live();
    const field = await list.item('feed the cat').startEditing();
    await field.fill('feed the c');
    await breakDocument(alice.page);
    await remote.add('water the plants');
    await expect(message(alice)).toBeVisible();
    await alice.page.reload();
    await alice.hydrated();
    await expect(list.row(1).editField).toHaveValue('feed the c');
  });

  const underway: Record<string, { begin: (list: ListPage) => Promise<void>; typed: string }> = {
    'notes are written': {
      begin: async (list) => {
        await list.item('feed the cat').detailsButton.click();
        await list.details.getByLabel('Notes').fill('with cherries');
      },
      typed: 'with cherries',
    },
    'notes are written, next to what was typed before': {
      begin: async (list) => {
        await list.newTodo.fill('half a thou');
        await list.item('feed the cat').detailsButton.click();
        await list.details.getByLabel('Notes').fill('with cherries');
      },
      typed: 'with cherries',
    },
    'the list is renamed': {
      begin: async (list) => (await list.startRenaming()).fill('Half a ti'),
      typed: 'Half a ti',
    },
    'a paste is asked about': {
      begin: async (list) => {
        await list.newTodo.fill('half a thou');
        await list.paste('one\ntwo');
        await expect(list.page.getByRole('dialog')).toBeVisible();
      },
      typed: 'half a thou',
    },
  };
  for (const [what, { begin, typed }] of Object.entries(underway)) {
    test(`can be reloaded, and restores typed text, while ${what}`, async ({ tandem, alice }) => {
      alice.expects(/broken by a test/, /unreachable/, /RuntimeError/);
      const remote = await tandem.newList({ items: three });
      const list = await alice.open(remote);
      await list.live();
      await begin(list);
      await breakDocument(alice.page);
      await remote.add('water the plants');
      const reload = message(alice).getByRole('button', { name: 'Reload' });
      await expect(reload).toBeFocused();
      await reload.click();
      await alice.hydrated();
      await list.stillHas(typed);
      await list.hasTitles([...three, 'water the plants']);
      await expect(message(alice)).toBeHidden();
    });
  }

  test('also restores the notes of an item that is gone by then', async ({ tandem, alice }) => {
    alice.expects(/broken by a test/, /unreachable/, /RuntimeError/);
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.live();
    await list.item('feed the cat').detailsButton.click();
    await list.details.getByLabel('Notes').fill('with cherries');
    await breakDocument(alice.page);
    await remote.add('water the plants');
    await expect(message(alice)).toBeVisible();
    await remote.destroy((await remote.find('feed the cat')).id);
    await message(alice).getByRole('button', { name: 'Reload' }).click();
    await alice.hydrated();
    await list.hasTitles(['buy milk', 'call the doctor', 'water the plants']);
    await list.stillHas('with cherries');
  });

  test('speaks the language of the page', async ({ tandem, browser }) => {
    const berta = await Person.arrives(browser, 'Berta', { locale: 'de-DE', baseURL: tandem.address });
    berta.expects(/broken by a test/, /unreachable/, /RuntimeError/);
    const remote = await tandem.newList({ items: three });
    const list = await berta.open(remote);
    await list.live();
    await breakDocument(berta.page);
    await remote.add('water the plants');
    await expect(message(berta).locator('p:visible')).toContainText('funktioniert nicht mehr');
    await expect(message(berta).getByRole('button')).toHaveText('Neu laden');
    await berta.leaves();
  });

  test('is not assumed when foreign code fails', async ({ tandem, alice }) => {
    alice.expects(/not ours/, /unreachable/, /RuntimeError/);
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.live();
    await alice.page.evaluate(() => {
      reportError(new Error('not ours'));
      reportError(new WebAssembly.RuntimeError('not ours'));
    });
    await list.add('water the plants');
    await expect.poll(() => remote.titles()).toContain('water the plants');
    await expect(message(alice)).toBeHidden();
    await list.live();
  });
});

test.describe('A program that cannot start', () => {
  // A script that does not load fails with an event, which has no text.
  const notStarted = [/^Failed to load resource/, /[Ff]ailed to fetch|WebAssembly|^$/, programNotRun];
  const failures: Record<string, (route: Route) => Promise<void>> = {
    'its module does not load': (route) => route.abort('connectionreset'),
    'its module is not found': (route) => route.fulfill({ status: 404, body: 'not found' }),
    'its module is something else': (route) => route.fulfill({ contentType: 'application/wasm', body: 'no module' }),
  };
  for (const [what, fail] of Object.entries(failures)) {
    test(`says so, and forms still work: ${what}`, async ({ tandem, alice }) => {
      alice.expects(...notStarted);
      const remote = await tandem.newList({ items: three });
      await alice.page.route(/\.wasm$/, fail);
      await alice.page.goto(remote.path);
      await expect(alice.page.locator('.stopped p:visible')).toContainText('could not start');
      await expect(alice.list.body).not.toHaveAttribute('data-hydrated');
      await alice.list.says('offline');
      await alice.list.newTodo.fill('water the plants');
      await alice.list.newTodo.press('Enter');
      await expect.poll(() => remote.titles()).toContain('water the plants');

      await alice.page.unroute(/\.wasm$/);
      await alice.page.goto(remote.path);
      await alice.hydrated();
      await expect(alice.page.locator('.stopped')).toBeHidden();
      // It has been added, and so is not there to be added again.
      await expect(alice.list.newTodo).toHaveValue('');
    });
  }

  test('says so when its script does not load', async ({ tandem, alice }) => {
    alice.expects(...notStarted);
    const remote = await tandem.newList({ items: three });
    await alice.page.route(/pkg\/tandem\.[^/]*js$/, (route) => route.abort('connectionreset'));
    await alice.page.goto(remote.path);
    await expect(alice.page.locator('.stopped p:visible')).toContainText('could not start');
    await alice.list.says('offline');
  });
});
