import type { Page } from '@playwright/test';

import { LateProgram } from '../support/late-program.ts';
import { programNotRun } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { Wire } from '../support/wire.ts';

/** Dispatches the event of a return from the back/forward cache. */
async function comesBackFromCache(page: Page): Promise<void> {
  await page.evaluate(() => void window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
}

test.describe('A new list', () => {
  test('is called what the person types', async ({ alice }) => {
    await alice.visit('/');
    await alice.landing.title.fill('Groceries');
    await alice.landing.title.press('Enter');
    await alice.hydrated();
    await expect(alice.list.heading).toHaveText('Groceries');
  });

  test('is created when the network is back', async ({ alice }) => {
    await alice.visit('/');
    await alice.landing.title.fill('Packing');
    await alice.goesOffline();
    await alice.landing.newListButton.click();
    await expect(alice.page.getByText('You’re offline.')).toBeVisible();
    await expect(alice.page).toHaveURL('/');
    // A second press still creates a single list.
    await alice.landing.newListButton.click();
    const asked: string[] = [];
    alice.page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/rpc/create_list')) asked.push(request.url());
    });
    await alice.comesBack();
    await expect(alice.page).toHaveURL(/\/[A-Za-z0-9_-]{16,}$/);
    await alice.hydrated();
    await alice.list.live();
    expect(asked).toHaveLength(1);
    await expect(alice.list.heading).toHaveText('Packing');
  });

  test('that is refused leads to the page that says why', async ({ alice }) => {
    alice.expects(/^Failed to load resource: the server responded with a status of 403/);
    await alice.visit('/');
    await alice.page.route('**/rpc/create_list', (route) =>
      route.fulfill({ status: 403, contentType: 'text/html', body: '<h1>Not here</h1>' }),
    );
    await alice.landing.newListButton.click();
    await expect(alice.page.getByRole('heading', { name: 'Not here' })).toBeVisible();
  });

  test('keeps the typed name when the page is rebuilt, and leaves the field empty afterwards', async ({ alice }) => {
    alice.expects(programNotRun);
    const program = await LateProgram.of(alice.page);
    await alice.page.goto('/', { waitUntil: 'commit' });
    const name = alice.page.locator('.create input[name=title]');
    await name.fill('Groceries');
    await alice.page.locator('main').evaluate((main) => main.prepend(document.createElement('aside')));
    program.arrives();
    await alice.hydrated();
    await expect(alice.page.locator('aside')).toHaveCount(0);
    await expect(name).toHaveValue('Groceries');
    await alice.landing.newListButton.click();
    await expect(alice.list.heading).toHaveText('Groceries');
    await alice.visit('/');
    await expect(name).toHaveValue('');
  });

  test('that is answered late is requested once', async ({ alice }) => {
    await alice.page.clock.install();
    await alice.visit('/');
    let asked = 0;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await alice.page.route('**/rpc/create_list', async (route) => {
      asked += 1;
      await answered;
      // An attempt that was given up has no use for it.
      await route.continue().catch(() => {});
    });
    await alice.landing.newListButton.click();
    await expect.poll(() => asked).toBe(1);
    for (let pause = 0; pause < 3; pause += 1) {
      await alice.page.clock.runFor(12_000);
      await alice.page.evaluate(async () => void (await fetch('/healthz')));
    }
    await expect(alice.page.getByText('You’re offline.')).toBeVisible();
    expect(asked).toBe(1);
    answer();
    await expect(alice.page).toHaveURL(/\/[A-Za-z0-9_-]{16,}$/);
    await alice.hydrated();
  });

  test('that is refused leads there, too, if the page was rebuilt meanwhile', async ({ alice }) => {
    alice.expects(/^Failed to load resource: the server responded with a status of 403/, programNotRun);
    const program = await LateProgram.of(alice.page);
    await alice.page.goto('/', { waitUntil: 'commit' });
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await alice.page.route('**/rpc/create_list', async (route) => {
      await answered;
      await route.fulfill({ status: 403, contentType: 'text/html', body: '<h1>Not here</h1>' });
    });
    await alice.page.locator('main').evaluate((main) => main.prepend(document.createElement('aside')));
    await alice.landing.newListButton.click();
    program.arrives();
    await alice.hydrated();
    await expect(alice.page.locator('aside')).toHaveCount(0);
    answer();
    await expect(alice.page.getByRole('heading', { name: 'Not here' })).toBeVisible();
  });
});

test.describe('From the back/forward cache', () => {
  test('the front page shows current titles, and no deleted lists', async ({ tandem, alice }) => {
    const [first, second] = [await tandem.newList({ title: 'Groceries' }), await tandem.newList({ title: 'Packing' })];
    await alice.open(first);
    await alice.visit('/');
    await expect(alice.landing.recent(first)).toHaveText('Groceries');
    const other = await alice.context.newPage();
    await other.goto(first.path);
    await expect(other.locator('body[data-hydrated]')).toBeAttached();
    await first.rename('Groceries for Sunday');
    await expect(other).toHaveTitle(/Groceries for Sunday/);
    await other.goto(second.path);
    await expect(other.locator('body[data-hydrated]')).toBeAttached();
    await comesBackFromCache(alice.page);
    await expect(alice.page.locator('.recent li a')).toHaveText(['Packing', 'Groceries for Sunday']);
  });

  test('a list catches up even if its socket died meanwhile', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    await mine.live();
    wire.mute();
    await remote.add('meanwhile');
    await comesBackFromCache(alice.page);
    await mine.hasTitles(['buy milk', 'meanwhile']);
    await expect.poll(() => wire.tries).toBe(2);
    await mine.live();
    await remote.add('by the new socket');
    await mine.hasTitles(['buy milk', 'meanwhile', 'by the new socket']);
  });
});
