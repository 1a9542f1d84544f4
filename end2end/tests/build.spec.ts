// A new build of the site, beside cached pages and files.

import type { Page } from '@playwright/test';

import type { RemoteList } from '../support/api.ts';
import { Build } from '../support/build.ts';
import { Kept } from '../support/kept-pages.ts';
import { ListPage } from '../support/list-page.ts';
import { networkTrouble, type Person } from '../support/person.ts';
import type { Tandem } from '../support/server.ts';
import { expect, goto, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.use({ serviceWorkers: 'allow' });

/** Opens a list and waits until it would open offline. */
async function opensAndKeeps(person: Person, own: Tandem, remote: RemoteList): Promise<ListPage> {
  const list = await goto(person.page, own, remote.path);
  await list.live();
  await new Kept(person.page).has(remote.path);
  return list;
}

test.describe('A new build', () => {
  let next: Build;
  test.beforeAll(async () => {
    next = await Build.another();
  });
  test.afterAll(async () => {
    await next.remove();
  });

  const waits = (page: Page) =>
    page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting));
  const buildOf = (page: Page) => page.evaluate(() => (globalThis as { tandemBuild?: string }).tandemBuild ?? 'first');

  test('comes with its page, and is never mixed with cached files', async ({ own, alice }) => {
    alice.expects(...networkTrouble);
    const [list, other] = [await own.newList({ items: three }), await own.newList({ items: ['something'] })];
    await opensAndKeeps(alice, own, other);
    await opensAndKeeps(alice, own, list);
    const kept = new Kept(alice.page);
    const before = await kept.filesOf(list.path);
    // Style, glue, the module and its part.
    expect(before).toHaveLength(4);

    // The server has only the new build, and does not answer: the cached page uses its own files.
    await own.crash();
    await own.restart(next.site);
    own.freeze();
    await alice.page.reload({ waitUntil: 'domcontentloaded' });
    await alice.list.hasTitles(three);
    await alice.hydrated();
    expect(await buildOf(alice.page)).toBe('first');
    own.thaw();

    // A page from the server uses the new build, even under the old worker.
    await alice.page.reload();
    await alice.hydrated();
    await alice.list.hasTitles(three);
    expect(await buildOf(alice.page)).toBe('another');
    await expect.poll(() => kept.filesOf(list.path)).not.toEqual(before);
    const after = await kept.filesOf(list.path);
    // The new worker refreshes the list that was not open.
    await expect.poll(() => kept.filesOf(other.path)).toEqual(after);

    // The new worker waits until no tab is open.
    await expect.poll(() => waits(alice.page)).toBe(true);
    expect(await kept.files()).toEqual(expect.arrayContaining([...before, ...after]));

    await own.crash();
    await alice.page.reload();
    await alice.hydrated();
    await alice.list.hasTitles(three);
    expect(await buildOf(alice.page)).toBe('another');

    await alice.page.close();
    await own.restart(next.site);
    const page = await alice.context.newPage();
    await goto(page, own, list.path);
    const dropped = before.filter((file) => !after.includes(file));
    expect(dropped.length).toBeGreaterThan(0);
    for (const file of dropped) await expect.poll(() => new Kept(page).files()).not.toContain(file);
    await own.crash();
    await goto(page, own, other.path);
    await new ListPage(page).hasTitles(['something']);
    expect(await buildOf(page)).toBe('another');
  });

  test('keeps the files of a page that could not be refreshed', async ({ own, alice }) => {
    alice.expects(...networkTrouble);
    const [list, other] = [await own.newList({ items: three }), await own.newList({ items: ['something'] })];
    await opensAndKeeps(alice, own, other);
    await opensAndKeeps(alice, own, list);
    const kept = new Kept(alice.page);
    const before = await kept.filesOf(other.path);
    const page = await kept.html(other.path);
    await own.crash();
    await own.restart(next.site);
    await alice.page.reload();
    await expect.poll(() => waits(alice.page)).toBe(true);
    // As if the network had failed for this page.
    await kept.put(other.path, page);
    await alice.page.close();

    // At its start the new version throws away what nobody names. A tab that comes before the closed
    // one has quite gone still has the old version.
    let again = await alice.context.newPage();
    const isOld = async () => {
      await again.close();
      again = await alice.context.newPage();
      await goto(again, own, list.path);
      return waits(again);
    };
    await expect.poll(isOld, { timeout: 20_000 }).toBe(false);
    await own.crash();
    await goto(again, own, other.path);
    await new ListPage(again).hasTitles(['something']);
    expect(await buildOf(again)).toBe('first');
    expect(await new Kept(again).files()).toEqual(expect.arrayContaining(before));
  });

  test('that cannot be loaded leaves the old one alone', async ({ own, alice }) => {
    alice.expects(...networkTrouble);
    const list = await own.newList({ items: three });
    await opensAndKeeps(alice, own, list);
    await own.crash();
    await own.restart(next.site);
    await own.crash();
    await alice.page.reload();
    await alice.hydrated();
    await alice.list.hasTitles(three);
    expect(await buildOf(alice.page)).toBe('first');
  });
});
