import type { Page } from '@playwright/test';

import { LateProgram } from '../support/late-program.ts';
import { hydrated, Person, programNotRun } from '../support/person.ts';
import { Tandem } from '../support/server.ts';
import { expect, test } from '../support/test.ts';
import { Wire } from '../support/wire.ts';

/** A valid token of no list. */
const unknown = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Dispatches the event of a return from the back/forward cache. */
async function comesBackFromCache(page: Page): Promise<void> {
  await page.evaluate(() => void window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
}

test.describe('The front page', () => {
  test('writes nothing when it is opened, and an unknown link creates no list', async ({ browser }) => {
    const own = await Tandem.start();
    const visitor = await Person.arrives(browser, 'a visitor', { baseURL: own.address });
    visitor.expects(/^Failed to load resource: .*\b404\b/);
    try {
      // The server prunes once when it starts.
      await expect.poll(() => own.commits()).toBe(1);
      await visitor.visit('/');
      await visitor.visit('/');
      const response = await visitor.page.goto(`/${unknown}`);
      expect(response?.status()).toBe(404);
      await fetch(`${own.address}/${unknown}/active`);
      await fetch(`${own.address}/api/lists/${unknown}/items`);
      await visitor.visit('/');
      await visitor.landing.makeList();
      await own.newList();
      await expect.poll(() => own.commits()).toBeGreaterThanOrEqual(3);
      expect(await own.commits(), 'nothing but the two lists').toBe(3);
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

  test('is created once if the answer to the request is lost, and twice if it is requested twice', async ({
    alice,
  }) => {
    const made: (string | undefined)[] = [];
    let isLost = true;
    await alice.page.route('**/rpc/create_list', async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 });
      made.push(answer.headers()['location']);
      if (isLost) {
        isLost = false;
        await route.abort();
      } else {
        await route.fulfill({ response: answer });
      }
    });
    alice.expects(/^Failed to load resource: net::ERR_FAILED/);
    for (const title of ['Groceries', 'Packing']) {
      await alice.visit('/');
      await alice.landing.title.fill(title);
      await alice.landing.newListButton.click();
      await expect(alice.list.heading).toHaveText(title);
    }
    const [first, again, other] = made;
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(made).toHaveLength(3);
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
    await hydrated(other);
    await first.rename('Groceries for Sunday');
    await expect(other).toHaveTitle(/Groceries for Sunday/);
    await other.goto(second.path);
    await hydrated(other);
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
