import type { Page } from '@playwright/test';

import { Person, programNotRun } from '../support/person.ts';
import { Tandem } from '../support/server.ts';
import { expect, test } from '../support/test.ts';
import { Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** A valid token of no list. */
const unknown = 'AAAAAAAAAAAAAAAAAAAAAA';

test.describe('The front page', () => {
  test('writes nothing when it is opened, and an unknown link creates no list', async ({ browser }) => {
    const own = await Tandem.start();
    const visitor = await Person.arrives(browser, 'a visitor', { baseURL: own.address });
    visitor.expects(/^Failed to load resource: .*\b404\b/);
    try {
      const before = await own.stored();
      await visitor.visit('/');
      await visitor.visit('/');
      const response = await visitor.page.goto(`/${unknown}`);
      expect(response?.status()).toBe(404);
      await fetch(`${own.address}/${unknown}/active`);
      await fetch(`${own.address}/api/lists/${unknown}/items`);
      expect(await own.stored()).toBe(before);

      await visitor.visit('/');
      await visitor.landing.makeList();
      expect(await own.stored()).not.toBe(before);
    } finally {
      await visitor.leaves();
      await own.stop();
    }
  });

  test('creates a list with its button, by one POST, and opens it', async ({ alice }) => {
    await alice.visit('/');
    const writes: string[] = [];
    alice.page.on('request', (request) => {
      if (request.method() !== 'GET') writes.push(`${request.method()} ${new URL(request.url()).pathname}`);
    });
    const token = await alice.landing.makeList();
    await alice.hydrated();
    // Opening a list and asking for changes are reads, although they are POST requests.
    const made = writes.filter((request) => !/\/rpc\/(open_list|push)$/.test(request));
    expect(made).toEqual(['POST /rpc/create_list']);
    expect(token).toMatch(/^[A-Za-z0-9_-]{16,}$/);
    await expect(alice.list.heading).toHaveText('Todos');
    await expect(alice.list.items).toHaveCount(0);
    await alice.list.add('buy milk');
    await alice.list.hasTitles(['buy milk']);
    await alice.list.live();
  });

  test('creates another list each time', async ({ alice }) => {
    await alice.visit('/');
    const first = await alice.landing.makeList();
    await alice.visit('/');
    expect(await alice.landing.makeList()).not.toBe(first);
  });

  test('creates a list without JavaScript', async ({ browser, baseURL: _ }) => {
    const reader = await Person.arrives(browser, 'a reader without scripts', { javaScriptEnabled: false });
    await reader.page.goto('/');
    await reader.landing.makeList();
    await expect(reader.list.heading).toHaveText('Todos');
    await reader.leaves();
  });

  test('shows the lists that this device has opened, and no other device', async ({ tandem, alice, bob }) => {
    const groceries = await tandem.newList({ title: 'Groceries' });
    const holidays = await tandem.newList({ title: 'Holidays' });
    await alice.open(groceries);
    await alice.open(holidays);
    await alice.visit('/');
    await expect(alice.landing.recent(groceries)).toContainText('Groceries');
    await expect(alice.landing.recent(holidays)).toContainText('Holidays');
    await bob.visit('/');
    await expect(bob.landing.newListButton).toBeVisible();
    await expect(bob.landing.recent(groceries)).toHaveCount(0);

    await alice.landing.recent(groceries).click();
    await expect(alice.page).toHaveURL(groceries.path);
    await expect(alice.list.heading).toHaveText('Groceries');
  });

  test('can undo the removal of a list, whose link is nowhere else', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Groceries' });
    await alice.open(remote);
    await alice.visit('/');
    await alice.page.getByRole('button', { name: 'Remove Groceries from this page' }).click();
    await alice.page.getByRole('button', { name: 'Undo' }).click();
    await alice.page.reload();
    await alice.hydrated();
    await expect(alice.landing.recent(remote)).toBeVisible();
    await alice.page.getByRole('button', { name: 'Remove Groceries from this page' }).click();
    await alice.page.reload();
    await alice.hydrated();
    await expect(alice.landing.recent(remote)).toHaveCount(0);
  });

  test('shows the current title of a recent list', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Groceries' });
    const list = await alice.open(remote);
    await list.rename('Shopping');
    await expect(list.heading).toHaveText('Shopping');
    await list.live();
    await alice.visit('/');
    await expect(alice.landing.recent(remote)).toContainText('Shopping');
  });
});

test.describe('A link', () => {
  test('that does not exist answers 404, with a page that says so', async ({ alice }) => {
    alice.expects(/^Failed to load resource: .*\b404\b/);
    const response = await alice.page.goto(`/${unknown}`);
    expect(response?.status()).toBe(404);
    await expect(alice.page.getByText(/can’t find this list/i).first()).toBeVisible();
    await alice.hydrated();
    await expect(alice.page.getByText(/can’t find this list/i).first()).toBeVisible();
    await expect(alice.list.newTodo).toHaveCount(0);
    await alice.page.getByRole('main').getByRole('link').first().click();
    await expect(alice.page).toHaveURL('/');
  });

  test('of a list that was deleted answers 404, too', async ({ tandem, alice }) => {
    alice.expects(/^Failed to load resource: .*\b404\b/);
    const remote = await tandem.newList();
    await remote.destroyList();
    const response = await alice.page.goto(remote.path);
    expect(response?.status()).toBe(404);
    await expect(alice.page.getByText(/can’t find this list/i).first()).toBeVisible();
  });

  test('is copied by a button', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await alice.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: tandem.address });
    // Under a filter, the link is still that of the whole list.
    const list = await alice.open(remote, 'active');
    await list.copyLink.first().click();
    await expect
      .poll(() => alice.page.evaluate(() => navigator.clipboard.readText()))
      .toBe(`${tandem.address}${remote.path}`);
    await list.tells(/copied/i);
  });

  test('is copied with the public address, if the server has one', async ({ alice }) => {
    const tandem = await Tandem.start(['--public-url', 'https://tandem.example']);
    try {
      const remote = await tandem.newList();
      await alice.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: tandem.address });
      await alice.page.goto(`${tandem.address}${remote.path}`);
      await alice.hydrated();
      await alice.list.copyLink.first().click();
      await expect
        .poll(() => alice.page.evaluate(() => navigator.clipboard.readText()))
        .toBe(`https://tandem.example${remote.path}`);
      // Otherwise the page would miss its server.
      await alice.page.goto('about:blank');
    } finally {
      await tandem.stop();
    }
  });

  test('is not revealed to other sites', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const response = await alice.page.goto(remote.path);
    expect(response?.headers()['referrer-policy']).toMatch(/^(no-referrer|same-origin|strict-origin|origin)/);
    await alice.hydrated();
  });
});

test.describe('The list itself', () => {
  test('is called Todos until somebody says otherwise', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    await expect(list.heading).toHaveText('Todos');
    await expect(alice.page).toHaveTitle(/Todos/);
  });

  test('is renamed in place, with Enter, and the name is trimmed', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    await list.rename('  Groceries ');
    await expect(list.heading).toHaveText('Groceries');
    await list.live();
    expect((await remote.read()).title).toBe('Groceries');
    await alice.page.reload();
    await expect(list.heading).toHaveText('Groceries');
    await alice.hydrated();
    await expect(list.heading).toHaveText('Groceries');
  });

  test('is renamed once, also when the field loses the focus', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    const pushes = Pushes.of(alice.page);
    const field = await list.startRenaming();
    await field.fill('Groceries');
    await list.newTodo.click();
    await expect(list.heading).toHaveText('Groceries');
    await list.rename('Shopping');
    await expect(list.heading).toHaveText('Shopping');
    await list.add('the last change');
    await expect.poll(() => remote.titles()).toEqual(['the last change']);
    await list.live();
    expect(pushes.mutations.flatMap(({ op }) => op.update?.patch.list?.title ?? [])).toEqual(['Groceries', 'Shopping']);
  });

  test('keeps its name on Escape, and when the new one is blank', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Groceries' });
    const list = await alice.open(remote);
    const field = await list.startRenaming();
    await field.fill('Something else');
    await field.press('Escape');
    await expect(list.heading).toHaveText('Groceries');
    await list.rename('   ');
    await list.add('the last change');
    await expect.poll(() => remote.titles()).toEqual(['the last change']);
    expect((await remote.read()).title).toBe('Groceries');
  });

  test('is not deleted if the server does not answer, and the page says so', async ({ tandem, alice }) => {
    await alice.page.clock.install();
    const remote = await tandem.newList({ items: ['one'] });
    const list = await alice.open(remote);
    const asked = new Promise<void>((resolve) => {
      void alice.page.route(/\/rpc\/destroy_list$/, () => resolve());
    });
    await list.deleteList('confirm');
    await asked;
    await alice.page.clock.runFor(11_000);
    await list.tells(/The list was not deleted\. The server cannot be reached/);
    await list.hasTitles(['one']);
  });

  test('is deleted only after a confirmation', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    const other = await bob.open(remote);
    await other.live();
    await list.deleteList('cancel');
    await expect(alice.page.locator('dialog.confirm p')).toHaveText(
      '“Todos” and its 3 items will be deleted for everyone with the link.',
    );
    await list.add('still here');
    await list.hasTitles([...three, 'still here']);
    await expect.poll(() => remote.titles()).toEqual([...three, 'still here']);

    await list.deleteList('confirm');
    await expect(alice.page).toHaveURL('/');
    await expect(alice.landing.recent(remote)).toHaveCount(0);
    await other.tells(/deleted/i);
    await expect(remote.items()).rejects.toThrow('404');
  });
});

test.describe('Before the program has arrived', () => {
  test('the items are in the HTML', async ({ tandem }) => {
    const remote = await tandem.newList({ title: 'Groceries', items: ['buy milk'], done: ['feed the cat'] });
    const html = await (await fetch(`${tandem.address}${remote.path}`)).text();
    expect(html).toContain('buy milk');
    expect(html).toContain('feed the cat');
    expect(html).toContain('Groceries');
    const active = await (await fetch(`${tandem.address}${remote.path}/active`)).text();
    expect(active.replace(/<script[\s\S]*?<\/script>/g, '')).not.toContain('feed the cat');
  });

  test('the page shows what it will show afterwards', async ({ tandem, alice, browser }) => {
    const remote = await tandem.newList({ items: ['buy milk', 'feed the cat'], done: ['done'] });
    const reader = await Person.arrives(browser, 'a reader without scripts', { javaScriptEnabled: false });
    await reader.page.goto(remote.path);
    const list = await alice.open(remote);
    for (const page of [reader.list, list]) {
      await page.hasTitles(['buy milk', 'feed the cat', 'done']);
      await expect(page.items).toHaveClass(['', '', 'completed']);
      await page.hasCount(2);
      await expect(page.filters).toHaveClass(['selected', '', '']);
      await expect(page.heading).toHaveText('Todos');
      await expect(page.clearCompleted).toHaveCount(1);
    }
    await reader.leaves();
  });

  test('an empty list has neither main part nor footer', async ({ tandem, browser }) => {
    const reader = await Person.arrives(browser, 'a reader without scripts', { javaScriptEnabled: false });
    await reader.page.goto((await tandem.newList()).path);
    await expect(reader.list.newTodo).toBeVisible();
    await expect(reader.list.main).toHaveCount(0);
    await expect(reader.list.footer).toHaveCount(0);
    await reader.leaves();
  });

  test('without JavaScript, the form adds an item and shows it', async ({ tandem, browser, bob }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const other = await bob.open(remote);
    const reader = await Person.arrives(browser, 'a reader without scripts', { javaScriptEnabled: false });
    await reader.page.goto(remote.path);
    await reader.list.newTodo.fill('  feed the cat ');
    await reader.list.newTodo.press('Enter');
    await reader.list.hasTitles(['buy milk', 'feed the cat']);
    await expect(reader.page).toHaveURL(({ pathname, search }) => pathname === remote.path && search === '');
    await other.hasTitles(['buy milk', 'feed the cat']);
    await reader.list.add('   ');
    await reader.page.goto(remote.path);
    await reader.list.hasTitles(['buy milk', 'feed the cat']);
    expect(await remote.titles()).toEqual(['buy milk', 'feed the cat']);
    await reader.leaves();
  });

  test('without JavaScript, an over-long text is refused with a message', async ({ tandem, browser }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const reader = await Person.arrives(browser, 'a reader without scripts', { javaScriptEnabled: false });
    reader.expects(/^Failed to load resource: .*\b4\d\d\b/);
    await reader.page.goto(remote.path);
    await reader.list.newTodo.evaluate((field) => field.removeAttribute('maxlength'));
    await reader.list.add('x'.repeat(2001));
    await expect(reader.page.getByText(/2,?000/).first()).toBeVisible();
    expect(await remote.titles()).toEqual(['buy milk']);
    await reader.leaves();
  });

  test('the form adds an item when the program cannot be loaded', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    await alice.page.route(/\.wasm$/, (route) => route.abort());
    alice.expects(/^Failed to load resource: net::ERR_FAILED/, /Failed to fetch|WebAssembly/, programNotRun);
    await alice.page.goto(remote.path);
    await alice.list.add('feed the cat');
    await alice.list.hasTitles(['buy milk', 'feed the cat']);
    await expect(alice.page).toHaveURL(({ pathname, search }) => pathname === remote.path && search === '');
    expect(await remote.titles()).toEqual(['buy milk', 'feed the cat']);
  });

  test('typed text stays when the program takes over', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const arrive = await holdTheProgram(alice);
    await alice.page.goto(remote.path, { waitUntil: 'commit' });
    await alice.list.newTodo.click();
    await alice.page.keyboard.type('half a th');
    arrive();
    await alice.hydrated();
    await expect(alice.list.newTodo).toHaveValue('half a th');
    await expect(alice.list.newTodo).toBeFocused();
    await alice.page.keyboard.type('ought');
    await alice.page.keyboard.press('Enter');
    await alice.list.hasTitles(['buy milk', 'half a thought']);
    await alice.list.live();
    expect(await remote.titles()).toEqual(['buy milk', 'half a thought']);
  });

  test('nothing moves when the program takes over', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three, done: ['done'] });
    await alice.open(remote);
    const arrive = await holdTheProgram(alice);
    await alice.page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((entries) => {
        for (const entry of entries.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await alice.page.goto(remote.path, { waitUntil: 'commit' });
    await alice.list.hasTitles([...three, 'done']);
    await alice.page.waitForFunction(() => document.styleSheets.length > 0);
    const before = await boxes(alice.page);
    arrive();
    await alice.hydrated();
    await alice.list.live();
    expect(await boxes(alice.page)).toEqual(before);
    await nextFrame(alice.page);
    const shifted = await alice.page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    expect(shifted.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.001);
  });
});

test.describe('Texts', () => {
  const wild = [
    '<img src=x onerror="window.hacked = true"><b>bold</b>',
    '</script><script>window.hacked = true</script>',
    "'); drop table items; --",
    '&lt;b&gt; &amp; {"json": true} ${x} \\u0041',
    'Ünïcödé 漢字 👩‍👩‍👧 עברית',
  ];

  test('that look like HTML, SQL or code are shown as they were typed', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.add(...wild);
    for (const list of [mine, other]) await expect.poll(() => list.exactTitles()).toEqual(wild);
    await mine.rename('</title><script>window.hacked = true</script>');
    await expect(other.heading).toHaveText('</title><script>window.hacked = true</script>');
    await mine.live();
    await alice.page.reload();
    await alice.hydrated();
    expect(await mine.exactTitles()).toEqual(wild);
    await expect(mine.heading).toHaveText('</title><script>window.hacked = true</script>');
    await expect(alice.page.locator('.todo-list li :is(img, b, script)')).toHaveCount(0);
    for (const { page } of [alice, bob]) expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  });

  test('that are too long are refused with a message, and kept', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const list = await alice.open(remote);
    const long = 'x'.repeat(2001);
    await list.add(long);
    await list.tells(/2,?000/);
    await expect(list.newTodo).toHaveValue(long);
    await list.hasTitles(['buy milk']);
    await list.newTodo.fill('short enough');
    await list.newTodo.press('Enter');
    await list.hasTitles(['buy milk', 'short enough']);
    await list.live();
    expect(await remote.titles()).toEqual(['buy milk', 'short enough']);
  });

  test('that are too long while editing are refused with a message, and kept', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const list = await alice.open(remote);
    const long = 'x'.repeat(2001);
    const field = await list.row(0).startEditing();
    await field.fill(long);
    await field.press('Enter');
    await list.tells(/2,?000/);
    await expect(field).toBeVisible();
    await expect(field).toHaveValue(long);
    await field.press('Escape');
    await list.hasTitles(['buy milk']);
    expect(await remote.titles()).toEqual(['buy milk']);
  });

  test('that are too long are kept when something else is edited', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk', 'feed the cat'] }));
    const long = 'x'.repeat(2001);
    const field = await list.row(0).startEditing();
    await field.fill(long);
    await list.newTodo.click();
    await list.tells(/2,?000/);
    await expect(field).toHaveValue(long);
    await list.row(1).editButton.click();
    await list.stillHas(long);
  });

  test('are counted in characters, not in bytes', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    const longest = '👍'.repeat(2000);
    await list.add(longest);
    await expect(list.items).toHaveCount(1);
    await list.live();
    expect(await remote.titles()).toEqual([longest]);
  });

  test("of the list's title are refused when too long", async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Groceries' });
    const list = await alice.open(remote);
    const field = await list.startRenaming();
    await field.fill('x'.repeat(201));
    await field.press('Enter');
    await list.tells(/200/);
    await field.press('Escape');
    await expect(list.heading).toHaveText('Groceries');
    expect((await remote.read()).title).toBe('Groceries');
  });

  test('however long, do not make the page wider than the screen', async ({ browser, tandem }) => {
    const remote = await tandem.newList({ title: 'T'.repeat(200), items: ['x'.repeat(2000), 'buy milk'] });
    const walker = await Person.arrives(browser, 'a walker', { viewport: { width: 360, height: 740 } });
    await walker.open(remote);
    const [inner, whole] = await walker.page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
    expect(whole).toBeLessThanOrEqual(inner ?? 0);
    await walker.leaves();
  });
});

/** Holds back the program until the returned function is called. */
async function holdTheProgram(person: Person): Promise<() => void> {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  person.expects(programNotRun);
  await person.page.route(/\.wasm$/, async (route) => {
    await arrived;
    await route.fallback();
  });
  return () => arrive();
}

/** Returns the positions of the parts of a list page. */
async function boxes(page: Page): Promise<unknown> {
  return page.evaluate(() =>
    ['h1', '.new-todo', '.todo-list', '.todo-list li:last-child', '.footer', '.filters'].map((selector) => {
      const { x, y, width, height } = document.querySelector(selector)!.getBoundingClientRect();
      return { selector, x, y, width, height };
    }),
  );
}

async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
}
