import { readFile } from 'node:fs/promises';

import type { RemoteList } from '../support/api.ts';
import type { Tandem } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

/** Creates a list with something of everything. */
async function busy(tandem: Tandem): Promise<RemoteList> {
  const remote = await tandem.newList({ title: 'Groceries', items: ['buy milk'], done: ['bread'] });
  await remote.add('cake', { due: '2999-12-24', longdesc: 'with cherries\n\n- and cream' });
  await remote.add('Fruit', { issection: true });
  await remote.add('apples (due 2026-01-01)');
  return remote;
}

test.describe('A list is exported by the menu and imported by the form,', () => {
  for (const format of ['Markdown', 'Plain text', 'JSON']) {
    test(`as ${format}, without loss`, async ({ tandem, alice, bob }) => {
      const [from, into] = [await busy(tandem), await tandem.newList()];
      const mine = await alice.open(from);
      const download = alice.page.waitForEvent('download');
      await mine.choose(format);
      const file = await download;
      expect(file.suggestedFilename()).toMatch(/^Groceries\.(md|txt|json)$/);
      const content = await readFile(await file.path());

      const watched = await bob.open(into);
      await watched.live();
      const target = await alice.open(into);
      await target.choose('Import…');
      await alice.page.getByLabel('Or a file').setInputFiles({
        name: file.suggestedFilename(),
        mimeType: 'text/plain',
        buffer: content,
      });
      await alice.page.getByRole('button', { name: 'Show the items' }).click();
      await expect(alice.page.getByText('Read as UTF-8.')).toBeVisible();
      await expect(alice.page.getByRole('listitem')).toHaveCount(5);
      await alice.page.getByRole('button', { name: 'Add 5 items' }).click();
      await expect(alice.page.getByRole('heading', { name: '5 items added' })).toBeVisible();
      await alice.page.getByRole('link', { name: 'Open the list' }).click();
      await alice.hydrated();
      for (const list of [target, watched]) {
        await list.hasRows(['buy milk', 'bread', 'cake', 'Fruit', 'apples (due 2026-01-01)']);
        await list.item('bread').isDone();
        await expect(list.item('cake').due).toHaveAttribute('datetime', '2999-12-24');
        await expect(list.heading).toHaveText('Groceries');
      }
      expect((await into.find('cake')).longdesc).toBe('with cherries\n\n- and cream');
    });
  }

  test('as pasted text', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['before'] });
    const mine = await alice.open(remote);
    await mine.choose('Import…');
    await alice.page
      .getByRole('textbox', { name: 'Text' })
      .fill('# Fruit\n- [x] apples\n# Dairy\nmilk (due 2999-01-01)\n  the oat one');
    await alice.page.getByRole('button', { name: 'Show the items' }).click();
    await alice.page.getByRole('button', { name: 'Add 4 items' }).click();
    await alice.page.getByRole('link', { name: 'Open the list' }).click();
    await alice.hydrated();
    await mine.hasRows(['before', 'Fruit', 'apples', 'Dairy', 'milk']);
    expect(await remote.find('milk')).toMatchObject({ longdesc: 'the oat one', due: '2999-01-01' });
  });

  test('which the list says, with an undo that takes all back', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const watched = await bob.open(remote);
    const mine = await alice.open(remote);
    const { page } = alice;
    await mine.choose('Import…');
    await page.getByRole('textbox', { name: 'Text' }).fill('# Groceries\n\n- milk\n- bread\n- cake');
    await page.getByRole('button', { name: 'Show the items' }).click();
    await page.getByRole('button', { name: 'Add 3 items' }).click();
    const cake = await remote.find('cake');
    await page.getByRole('link', { name: 'Open the list' }).click();
    await alice.hydrated();
    await mine.tells(/3 items imported/);
    await expect(page).toHaveURL(remote.path);
    await mine.live();
    // What someone works on stays.
    await remote.update(cake.id, { isdone: true });
    await mine.item('cake').isDone();
    await page.locator('.notice', { hasText: '3 items imported' }).getByRole('button', { name: 'Undo' }).click();
    for (const list of [mine, watched]) {
      await list.hasTitles(['cake']);
      await expect(list.heading).toHaveText('Todos');
    }
    await mine.redo();
    for (const list of [mine, watched]) await list.hasTitles(['milk', 'bread', 'cake']);
    // It is said once.
    await page.reload();
    await alice.hydrated();
    await mine.live();
    await expect(page.locator('.notice')).toHaveCount(0);
  });

  test('and the import is undone with one press, for everyone', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['before'] });
    // The form with an error about the empty text.
    alice.expects(/^Failed to load resource: .*\b422\b/);
    const watched = await bob.open(remote);
    const mine = await alice.open(remote);
    await mine.choose('Import…');
    const { page } = alice;
    await page.getByRole('button', { name: 'Show the items' }).click();
    await expect(page.getByRole('alert')).toContainText('We found no items in that text.');
    await page.getByRole('textbox', { name: 'Text' }).fill('1. milk\n2. bread');
    await page.getByRole('button', { name: 'Show the items' }).click();
    await page.getByRole('button', { name: 'Add 2 items' }).click();
    await watched.hasRows(['before', 'milk', 'bread']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('heading', { name: 'Nothing from this import is on the list' })).toBeVisible();
    await watched.hasRows(['before']);
  });
});

test('The print sheet has boxes to tick, and a QR code of the link', async ({ tandem, alice }) => {
  const remote = await busy(tandem);
  const mine = await alice.open(remote);
  await mine.choose('Print…');
  const { page } = alice;
  await expect(page.getByRole('heading', { level: 1, name: 'Groceries' })).toBeVisible();
  await expect(page.getByRole('img', { name: 'to do' })).toHaveCount(3);
  await expect(page.getByRole('img', { name: 'done' })).toHaveCount(1);
  await expect(page.getByText(`${tandem.address}${remote.path}`)).toBeVisible();
  await expect(page.locator('svg')).toBeVisible();
  await page.evaluate(() => {
    window.print = () => void (document.body.dataset['printed'] = 'yes');
  });
  await page.getByRole('button', { name: 'Print' }).click();
  await expect(page.locator('body')).toHaveAttribute('data-printed', 'yes');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button')).toBeHidden();
  await expect(page.getByRole('link')).toBeHidden();
  await expect(page.getByText('with cherries')).toBeVisible();
});
