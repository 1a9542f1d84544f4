import type { Locator, Page } from '@playwright/test';

import { Kept } from '../support/kept-pages.ts';
import type { ListPage } from '../support/list-page.ts';
import { expect, goto, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** Paths of the parts, without the module that every page loads. */
const PART = /\/pkg\/(?!tandem_bg)[\w.]+\.wasm$/;
const dialog = (page: Page): Locator => page.getByRole('dialog');

/** What is opened now and then, and what then shows. */
const panels: readonly { name: string; open: (list: ListPage) => Promise<void>; shows: string }[] = [
  { name: 'an item’s details', open: (list) => list.item('buy milk').detailsButton.click(), shows: 'Notes' },
  {
    name: 'the preview of what was pasted',
    open: async (list) => {
      await list.newTodo.focus();
      await list.paste('bread\nbutter');
    },
    shows: 'Add 2 items',
  },
  { name: 'the help', open: (list) => list.choose('Keyboard shortcuts'), shows: 'Single-key shortcuts' },
  {
    name: 'the question before a list is deleted',
    open: (list) => list.choose('Delete list…'),
    shows: 'Delete this list?',
  },
  { name: 'the Share panel', open: (list) => list.shareButton.click(), shows: 'Copy link' },
];

test('A visit loads no part until something in it is opened', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: three });
  const loaded: string[] = [];
  alice.page.on('request', (request) => {
    if (PART.test(request.url())) loaded.push(new URL(request.url()).pathname);
  });
  const list = await alice.open(remote);
  await list.live();
  await list.add('bread');
  await list.item('bread').tick();
  await list.filter('Active').click();
  await list.live();
  expect(loaded).toEqual([]);
  await list.item('buy milk').detailsButton.click();
  await expect(dialog(alice.page).getByRole('textbox', { name: 'Notes' })).toBeVisible();
  expect(loaded).toHaveLength(1);
  await alice.page.keyboard.press('Escape');
  await list.choose('Keyboard shortcuts');
  await expect(dialog(alice.page)).toContainText('Search');
  expect(loaded).toHaveLength(1);
});

for (const { name, open, shows } of panels) {
  test.describe(`When ${name} is opened first`, () => {
    test('the control says that it is loading, and has the focus afterwards', async ({ tandem, alice }) => {
      const remote = await tandem.newList({ items: three });
      let arrive = () => {};
      const arrives = new Promise<void>((resolve) => (arrive = resolve));
      await alice.page.route(PART, async (route) => {
        await arrives;
        await route.continue();
      });
      const list = await alice.open(remote);
      await list.live();
      await open(list);
      const busy = alice.page.locator('[aria-busy="true"]');
      await expect(busy).toHaveCount(1);
      await expect(dialog(alice.page)).toHaveCount(0);
      arrive();
      await expect(dialog(alice.page)).toContainText(shows);
      await expect(busy).toHaveCount(0);
      await alice.page.keyboard.press('Escape');
      await expect(dialog(alice.page)).toHaveCount(0);
    });

    test('and cannot be loaded, the page says so, and tries again', async ({ tandem, alice }) => {
      alice.expects(/Failed to (load resource|fetch)/);
      const remote = await tandem.newList({ items: three });
      await alice.page.route(PART, (route) => route.abort());
      const list = await alice.open(remote);
      await list.live();
      await open(list);
      await list.tells(/This didn’t load/);
      await expect(alice.page.locator('[aria-busy]')).toHaveCount(0);
      await expect(dialog(alice.page)).toHaveCount(0);
      await list.item('feed the cat').tick();
      await list.item('feed the cat').isDone();
      await alice.page.unroute(PART);
      await open(list);
      await expect(dialog(alice.page)).toContainText(shows);
    });
  });
}

test('A part that the server no longer has is offered by a reload', async ({ tandem, alice }) => {
  alice.expects(/Failed to load resource/, /WebAssembly/);
  const remote = await tandem.newList({ items: three });
  await alice.page.route(PART, (route) => route.fulfill({ status: 404 }));
  const list = await alice.open(remote);
  await list.item('buy milk').detailsButton.click();
  await list.tells(/This didn’t load/);
  await alice.page.unroute(PART);
  await list.notice.getByRole('button', { name: 'Reload' }).click();
  await alice.hydrated();
  await list.item('buy milk').detailsButton.click();
  await expect(dialog(alice.page)).toContainText('Notes');
});

test('A pasted text whose preview cannot be loaded is kept', async ({ tandem, alice }) => {
  alice.expects(/Failed to (load resource|fetch)/);
  const remote = await tandem.newList({ items: three });
  await alice.page.route(PART, (route) => route.abort());
  const list = await alice.open(remote);
  await list.newTodo.focus();
  await list.paste('bread\nbutter');
  await expect(alice.page.locator('.notice .draft')).toHaveValue('bread\nbutter');
});

test('A second text that is pasted while the first is loading is previewed after it', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: three });
  let arrive = () => {};
  const arrives = new Promise<void>((resolve) => (arrive = resolve));
  await alice.page.route(PART, async (route) => {
    await arrives;
    await route.continue();
  });
  const list = await alice.open(remote);
  await list.newTodo.focus();
  await list.paste('one\ntwo');
  await list.paste('three\nfour\nfive');
  arrive();
  await dialog(alice.page).getByRole('button', { name: 'Add 2 items' }).click();
  await dialog(alice.page).getByRole('button', { name: 'Add 3 items' }).click();
  await list.hasTitles([...three, 'one', 'two', 'three', 'four', 'five']);
});

test('Lines that are no list go into the field, where they are pasted', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: three });
  const list = await alice.open(remote);
  await list.newTodo.fill('a c');
  await list.newTodo.press('ArrowLeft');
  await list.paste('---\n***\n');
  await expect(list.newTodo).toHaveValue('a ---***c');
  await expect(dialog(alice.page)).toHaveCount(0);
  await list.newTodo.press('Enter');
  await list.hasTitles([...three, 'a ---***c']);
});

test.describe('Without a network', () => {
  test.use({ serviceWorkers: 'allow' });

  test('a list whose title looks like a file opens', async ({ own, alice }) => {
    const remote = await own.newList({ title: '</title> > "/pkg/none.js" <meta>', items: three });
    await (await goto(alice.page, own, remote.path)).live();
    await new Kept(alice.page).has(remote.path);
    await own.crash();
    await alice.goesOffline();
    await (await goto(alice.page, own, remote.path)).hasTitles(three);
  });

  test('a page opens all of its parts', async ({ own, alice }) => {
    const remote = await own.newList({ items: three });
    const first = await goto(alice.page, own, remote.path);
    await first.live();
    const kept = new Kept(alice.page);
    await kept.has(remote.path);
    const parts = (await kept.filesOf(remote.path)).filter((path) => PART.test(path));
    expect(parts.length).toBeGreaterThan(0);
    await expect.poll(() => kept.files()).toEqual(expect.arrayContaining(parts));
    await own.crash();
    await alice.goesOffline();
    const list = await goto(alice.page, own, remote.path);
    for (const { open, shows } of panels) {
      await open(list);
      await expect(dialog(alice.page)).toContainText(shows);
      await alice.page.keyboard.press('Escape');
      await expect(dialog(alice.page)).toHaveCount(0);
    }
  });
});
