// The page as the server sends it, until its program has taken over.

import type { Page } from '@playwright/test';

import { paints } from '../support/frames.ts';
import { LateProgram, opensEarly } from '../support/late-program.ts';
import { Person, programNotRun } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

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
    alice.expects(programNotRun);
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.newTodo.click();
    await alice.page.keyboard.type('half a th');
    program.arrives();
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
    alice.expects(programNotRun);
    const program = await LateProgram.of(alice.page);
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
    program.arrives();
    await alice.hydrated();
    await alice.list.live();
    expect(await boxes(alice.page)).toEqual(before);
    await paints(alice.page);
    const shifted = await alice.page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    expect(shifted.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.001);
  });
});

/** Returns the positions of the parts of a list page. */
async function boxes(page: Page): Promise<unknown> {
  return page.evaluate(() =>
    ['h1', '.new-todo', '.todo-list', '.todo-list li:last-child', '.footer', '.filters'].map((selector) => {
      const { x, y, width, height } = document.querySelector(selector)!.getBoundingClientRect();
      return { selector, x, y, width, height };
    }),
  );
}
