import { createServer } from 'node:http';

import type { RemoteList } from '../support/api.ts';
import { changeKept, keeps, keptHead, keptList } from '../support/kept.ts';
import { Kept } from '../support/kept-pages.ts';
import { ListPage } from '../support/list-page.ts';
import { hydrated, networkTrouble, type Person } from '../support/person.ts';
import { closes, type Tandem } from '../support/server.ts';
import { expect, goto, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** Chromium's console message for the offline page. */
const notKept = /^Failed to load resource: the server responded with a status of (404|503)/;

test.use({ serviceWorkers: 'allow' });

/** Opens a list and waits until it would open offline. */
async function opensAndKeeps(person: Person, own: Tandem, remote: RemoteList): Promise<ListPage> {
  const list = await goto(person.page, own, remote.path);
  await list.live();
  await new Kept(person.page).has(remote.path);
  return list;
}

/** Takes away the network and the server, so that nothing can be reached. */
async function goesDark(person: Person, own: Tandem): Promise<void> {
  await own.crash();
  await person.goesOffline();
}

async function comesBack(person: Person, own: Tandem): Promise<void> {
  await own.restart();
  await person.comesBack();
}

test.describe('A list that was opened before', () => {
  test('opens offline by any of its addresses', async ({ own, alice }) => {
    const remote = await own.newList({ items: three });
    await opensAndKeeps(alice, own, remote);
    await goesDark(alice, own);
    const token = remote.path.slice(1);
    const escaped = `/%${token.charCodeAt(0).toString(16)}${token.slice(1)}`;
    for (const path of [`${remote.path}/`, escaped, `${escaped}/%61ctive/?from=mail`]) {
      const page = await alice.context.newPage();
      const list = await goto(page, own, path);
      await list.hasTitles(three);
      expect(page.url()).toMatch(new RegExp(`${remote.path}(/active[?]from=mail)?$`));
      await page.close();
    }
  });

  test('opens offline, can be changed and reloaded, and converges', async ({ own, alice }) => {
    const remote = await own.newList({ title: 'Groceries', items: three, done: ['bread'] });
    await opensAndKeeps(alice, own, remote);
    await alice.page.close();
    await goesDark(alice, own);

    const page = await alice.context.newPage();
    const list = await goto(page, own, remote.path);
    await list.hasTitles([...three, 'bread']);
    await list.item('bread').isDone();
    await expect(list.heading).toHaveText('Groceries');
    await list.says('offline', 'catching-up', 'pending');
    await list.item('buy milk').tick();
    await list.item('buy milk').isDone();
    await page.reload();
    await hydrated(page);
    await list.hasTitles([...three, 'bread']);
    await list.add('made offline');
    await list.hasTitles([...three, 'bread', 'made offline']);
    await list.says('offline', 'pending');

    await comesBack(alice, own);
    await list.live();
    await list.hasTitles([...three, 'bread', 'made offline']);
    expect(await remote.titles()).toEqual([...three, 'bread', 'made offline']);
  });

  test('takes five items offline, and two ticks after it is reopened: others see exactly these', async ({
    own,
    alice,
    bob,
  }) => {
    bob.expects(...networkTrouble);
    const remote = await own.newList();
    await opensAndKeeps(alice, own, remote);
    await goesDark(alice, own);
    const five = ['one', 'two', 'three', 'four', 'five'];
    await alice.list.add(...five);
    await alice.list.hasTitles(five);
    await alice.page.close();
    const page = await alice.context.newPage();
    const list = await goto(page, own, remote.path);
    await list.hasTitles(five);
    await list.item('two').tick();
    await list.item('five').tick();
    await own.restart();
    const other = await goto(bob.page, own, remote.path);
    await other.hasTitles([]);
    await alice.comesBack();
    for (const each of [list, other]) {
      await each.hasTitles(five);
      await expect(each.todoList.locator('> li.completed')).toHaveText(['two', 'five']);
      await each.live();
    }
    expect(await remote.titles()).toEqual(five);
  });

  test('opens as it was last seen', async ({ own, alice }) => {
    const remote = await own.newList({ items: three });
    const list = await opensAndKeeps(alice, own, remote);
    await list.add('one more');
    await list.live();
    await list.item('feed the cat').destroy();
    await list.live();
    // Another page of the same device sees what is cached.
    const other = await alice.context.newPage();
    await goto(other, own, '/');
    await alice.page.close();
    await new Kept(other).has(remote.path, 'one more');
    await goesDark(alice, own);
    await goto(other, own, remote.path);
    await new ListPage(other).hasTitles(['buy milk', 'call the doctor', 'one more']);
  });

  test('opens in time if the server accepts connections but does not answer', async ({ own, alice }) => {
    alice.expects(...networkTrouble);
    const remote = await own.newList({ items: three });
    const list = await opensAndKeeps(alice, own, remote);
    own.freeze();
    const before = Date.now();
    await alice.page.reload({ waitUntil: 'domcontentloaded' });
    await list.hasTitles(three);
    expect(Date.now() - before).toBeLessThan(6_000);
    await alice.hydrated();
    await list.add('meanwhile');
    await list.hasTitles([...three, 'meanwhile']);
    own.thaw();
    await expect.poll(() => remote.titles(), { timeout: 40_000 }).toEqual([...three, 'meanwhile']);
  });

  test('says how much has changed since it was cached', async ({ own, alice }) => {
    alice.expects(...networkTrouble);
    const remote = await own.newList({ items: three });
    const list = await opensAndKeeps(alice, own, remote);
    await list.add('mine');
    await list.live();
    await goto(alice.page, own, '/');
    await new Kept(alice.page).has(remote.path, 'mine');
    await remote.add('by others');
    own.freeze();
    await alice.page.goto(`${own.address}${remote.path}`, { waitUntil: 'domcontentloaded' });
    await list.hasTitles([...three, 'mine']);
    await alice.hydrated();
    own.thaw();
    await expect(
      alice.page.locator('.status').getByText('1 change while you were away', { exact: true }),
    ).toBeVisible();
    await list.hasTitles([...three, 'mine', 'by others']);
  });

  test('opens from the front page, and again by the back button', async ({ own, alice }) => {
    const remote = await own.newList({ title: 'Groceries', items: three });
    await opensAndKeeps(alice, own, remote);
    await goto(alice.page, own, '/');
    await new Kept(alice.page).has('/');
    await goesDark(alice, own);
    await alice.page.reload();
    await alice.hydrated();
    await alice.landing.recent(remote).click();
    await alice.list.hasTitles(three);
    await expect(alice.page).toHaveURL(`${own.address}${remote.path}`);
    await alice.page.locator('a.home').click();
    await expect(alice.landing.newListButton).toBeVisible();
    await alice.page.goBack();
    await alice.list.hasTitles(three);
    await alice.hydrated();
    await alice.list.add('offline');
    await alice.list.hasTitles([...three, 'offline']);
  });

  test('is cached for each filter that was loaded; other filters lead to the whole list', async ({ own, alice }) => {
    const remote = await own.newList({ items: three, done: ['bread'] });
    const list = await opensAndKeeps(alice, own, remote);
    await goto(alice.page, own, `${remote.path}/completed`);
    await new Kept(alice.page).has(`${remote.path}/completed`);
    await goesDark(alice, own);
    await goto(alice.page, own, `${remote.path}/completed`);
    await list.hasTitles(['bread']);
    await list.filter('Active').click();
    await list.hasTitles(three);
    // Only the server can render this page.
    await alice.page.reload();
    await alice.hydrated();
    await expect(alice.page).toHaveURL(`${own.address}${remote.path}`);
    await list.hasTitles([...three, 'bread']);
  });

  for (const status of [404, 200]) {
    test(`stays cached if a proxy answers ${status}`, async ({ own, alice, bob }) => {
      const remote = await own.newList({ items: three });
      await opensAndKeeps(alice, own, remote);
      await alice.page.goto('about:blank');
      await own.crash();
      const proxy = createServer((_, response) => response.writeHead(status).end('<h1>Not the page</h1>'));
      await new Promise<void>((resolve) => proxy.listen(Number(new URL(own.address).port), '127.0.0.1', resolve));
      alice.expects(...networkTrouble, /^Failed to load resource: .*\b404\b/);
      const list = await goto(alice.page, own, remote.path);
      await list.hasTitles(three);
      await list.add('said to nobody');
      await list.says('offline', 'pending');
      await closes(proxy);
      await own.restart();
      await list.live();
      const other = await goto(bob.page, own, remote.path);
      await other.hasTitles([...three, 'said to nobody']);
    });
  }

  test('is no longer cached once it is removed from the device', async ({ own, alice }) => {
    const remote = await own.newList({ title: 'Groceries', items: three });
    await opensAndKeeps(alice, own, remote);
    await goto(alice.page, own, '/');
    await alice.page.getByRole('button', { name: 'Remove Groceries from this page' }).click();
    await new Kept(alice.page).hasNot(remote.path);
  });

  test('is no longer cached once anyone deletes it', async ({ own, alice }) => {
    alice.expects(notKept);
    const [first, second] = [await own.newList({ items: three }), await own.newList({ items: three })];
    await opensAndKeeps(alice, own, first);
    await first.destroyList();
    await expect(alice.page.getByText('Someone deleted this list.')).toBeVisible();
    await new Kept(alice.page).hasNot(first.path);

    await opensAndKeeps(alice, own, second);
    await goto(alice.page, own, '/');
    await second.destroyList();
    await goto(alice.page, own, second.path);
    await expect(alice.list.heading).toHaveText('We can’t find this list');
    await new Kept(alice.page).hasNot(second.path);
  });
});

test('A cached page does not replace what is stored of a newer history', async ({ own, alice }) => {
  const newer = '01a21449-6acc-733c-8e9f-e067f96eb996';
  const remote = await own.newList({ items: three });
  await opensAndKeeps(alice, own, remote);
  const { page } = alice;
  await expect.poll(() => keptHead(page, remote.token)).toBeGreaterThan(0);
  await page.goto(`${own.address}/`);
  // As a tab has left it that was open when a backup was restored.
  await changeKept(page, remote.token, (json) => json.replace(/("epoch":")[^"]+/, `$1${newer}`));
  expect(await keptList(page, remote.token)).toContain(newer);
  await goesDark(alice, own);
  await page.clock.install();
  const list = await goto(page, own, remote.path);
  await list.add('one');
  await keeps(page, 1);
  for (let second = 0; second < 3; second += 1) {
    await page.clock.runFor(1_000);
    // What was begun before this has been written by now.
    expect(await keptList(page, remote.token)).toContain(newer);
  }
  await comesBack(alice, own);
  await expect.poll(() => remote.titles()).toContain('one');
  // The server's word counts.
  await page.clock.runFor(1_000);
  await expect.poll(() => keptList(page, remote.token)).not.toContain(newer);
});

test.describe('A list that was never opened here', () => {
  test('says so offline, and opens when the network is back', async ({ own, alice }) => {
    alice.expects(...networkTrouble, notKept);
    const known = await own.newList({ items: three });
    const unknown = await own.newList({ title: 'Groceries', items: ['bread'] });
    await opensAndKeeps(alice, own, known);
    await goesDark(alice, own);
    await alice.page.goto(`${own.address}${unknown.path}`);
    await expect(alice.page.getByRole('heading', { name: 'You’re offline' })).toBeVisible();
    await comesBack(alice, own);
    await alice.hydrated();
    await alice.list.hasTitles(['bread']);
  });

  test('opens even if the browser never noticed that it was offline', async ({ own, alice }) => {
    alice.expects(...networkTrouble, notKept);
    const known = await own.newList({ items: three });
    const unknown = await own.newList({ items: ['bread'] });
    await opensAndKeeps(alice, own, known);
    await own.crash();
    await alice.page.goto(`${own.address}${unknown.path}`);
    await expect(alice.page.getByRole('heading', { name: 'You’re offline' })).toBeVisible();
    await own.restart();
    await alice.hydrated();
    await alice.list.hasTitles(['bread']);
  });
});

test('The latest fifty pages are cached, and nothing but pages and their files', async ({ own, alice }) => {
  test.slow();
  const first = await own.newList();
  await opensAndKeeps(alice, own, first);
  const kept = new Kept(alice.page);
  const lists = await Promise.all(Array.from({ length: 52 }, () => own.newList()));
  for (const { path } of lists) {
    await alice.page.evaluate(async (each) => {
      const { active } = await navigator.serviceWorker.ready;
      active?.postMessage(`keep ${each}`);
    }, path);
    await kept.has(path);
  }
  const pages = (await kept.pages()).filter((path) => path !== '/');
  expect(pages).toEqual(lists.slice(-50).map(({ path }) => path));
  for (const file of await kept.files()) expect(file).toMatch(/^\/(pkg\/(tandem|split)|favicon|manifest|offline)/);
});
