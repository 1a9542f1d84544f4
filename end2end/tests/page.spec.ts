import { devices, type Locator, type Page } from '@playwright/test';

import { Person, programNotRun } from '../support/person.ts';
import { Tandem } from '../support/server.ts';
import { expect, test } from '../support/test.ts';
import { Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** A token as long as a real one, of no list. */
const unknown = 'AAAAAAAAAAAAAAAAAAAAAA';

test.describe('The front page', () => {
  test('writes nothing when it is opened, and an unknown link makes no list', async ({ browser }) => {
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

  test('makes a list by its button, with one POST, and leads there', async ({ alice }) => {
    await alice.visit('/');
    const writes: string[] = [];
    alice.page.on('request', (request) => {
      if (request.method() !== 'GET') writes.push(`${request.method()} ${new URL(request.url()).pathname}`);
    });
    const token = await alice.landing.makeList();
    await alice.hydrated();
    // Opening a list and asking what is new are reads, though they are sent as POST.
    const made = writes.filter((request) => !/\/rpc\/(open_list|push)$/.test(request));
    expect(made).toEqual(['POST /rpc/create_list']);
    expect(token).toMatch(/^[A-Za-z0-9_-]{16,}$/);
    await expect(alice.list.heading).toHaveText('Todos');
    await expect(alice.list.items).toHaveCount(0);
    await alice.list.add('buy milk');
    await alice.list.hasTitles(['buy milk']);
    await alice.list.live();
  });

  test('makes another list each time', async ({ alice }) => {
    await alice.visit('/');
    const first = await alice.landing.makeList();
    await alice.visit('/');
    expect(await alice.landing.makeList()).not.toBe(first);
  });

  test('makes a list without JavaScript', async ({ browser, baseURL: _ }) => {
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

  test('takes back that it has forgotten a list, which stands nowhere else', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Groceries' });
    await alice.open(remote);
    await alice.visit('/');
    await alice.page.getByRole('button', { name: 'Forget the list Groceries' }).click();
    await alice.page.getByRole('button', { name: 'Undo' }).click();
    await alice.page.reload();
    await alice.hydrated();
    await expect(alice.landing.recent(remote)).toBeVisible();
    await alice.page.getByRole('button', { name: 'Forget the list Groceries' }).click();
    await alice.page.reload();
    await alice.hydrated();
    await expect(alice.landing.recent(remote)).toHaveCount(0);
  });

  test('knows a recent list by its present title', async ({ tandem, alice }) => {
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
  test('that nobody has made answers 404, with a page that says so', async ({ alice }) => {
    alice.expects(/^Failed to load resource: .*\b404\b/);
    const response = await alice.page.goto(`/${unknown}`);
    expect(response?.status()).toBe(404);
    await expect(alice.page.getByText(/no such list/i).first()).toBeVisible();
    await alice.hydrated();
    await expect(alice.page.getByText(/no such list/i).first()).toBeVisible();
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
    await expect(alice.page.getByText(/no such list/i).first()).toBeVisible();
  });

  test('is copied by a button', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await alice.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: tandem.address });
    // Under a filter, too, the link is that of the list.
    const list = await alice.open(remote, 'active');
    await list.copyLink.first().click();
    await expect
      .poll(() => alice.page.evaluate(() => navigator.clipboard.readText()))
      .toBe(`${tandem.address}${remote.path}`);
    await list.tells(/copied/i);
  });

  test('is not told to other sites', async ({ tandem, alice }) => {
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

  test('is not deleted when the server does not answer, and that is said', async ({ tandem, alice }) => {
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

  test('the page says what it will say afterwards', async ({ tandem, alice, browser }) => {
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

  test('without JavaScript at all, the form adds an item and shows it', async ({ tandem, browser, bob }) => {
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

  test('without JavaScript, an over-long text is refused, and that is said', async ({ tandem, browser }) => {
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

  test('what is typed stays when the page comes alive', async ({ tandem, alice }) => {
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

  test('nothing moves when the page comes alive', async ({ tandem, alice }) => {
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

test.describe('By keyboard alone', () => {
  test('a row is ticked, edited and deleted', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk', 'feed the cat'] }));
    const { keyboard } = alice.page;
    await tabTo(alice.page, list.row(0).checkbox);
    await keyboard.press('Space');
    await list.row(0).isDone();

    await tabTo(alice.page, list.row(0).editButton);
    await keyboard.press('Enter');
    await expect(list.row(0).editField).toBeFocused();
    await keyboard.press('End');
    await keyboard.type(' and honey');
    await keyboard.press('Enter');
    await list.hasTitles(['buy milk and honey', 'feed the cat']);

    await tabTo(alice.page, list.row(0).destroyButton);
    await keyboard.press('Enter');
    await list.hasTitles(['feed the cat']);
  });

  test('everything else is reached, and it is seen where one is', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['open'], done: ['done'] }));
    for (const control of [
      list.newTodo,
      list.toggleAll,
      list.row(0).checkbox,
      list.row(0).editButton,
      list.row(0).destroyButton,
      list.filter('Active'),
      list.clearCompleted,
      list.copyLink.first(),
    ]) {
      await tabTo(alice.page, control);
      expect(await showsFocus(control), `the focus on ${control}`).toBe(true);
    }
  });

  test('each control says what it is for', async ({ tandem, alice }) => {
    await alice.open(await tandem.newList({ items: ['buy milk'], done: ['done'] }));
    const controls = alice.page.locator('button, a[href], input, select, textarea').filter({ visible: true });
    for (const control of await controls.all()) await expect(control).toHaveAccessibleName(/\S/);
    await expect(alice.list.row(0).destroyButton).toHaveAccessibleName(/delete|remove/i);
    await expect(alice.list.row(0).checkbox).toHaveAccessibleName(/buy milk/);
  });
});

test.describe('By touch', () => {
  const { defaultBrowserType: _, ...phone } = devices['Pixel 7']!;

  test('a row is ticked, edited and deleted', async ({ tandem, browser }) => {
    const walker = await Person.arrives(browser, 'a walker', phone);
    const list = await walker.open(await tandem.newList({ items: ['buy milk', 'feed the cat'] }));
    await list.row(0).checkbox.tap();
    await list.row(0).isDone();
    await list.row(0).editButton.tap();
    await expect(list.row(0).editField).toBeFocused();
    await list.row(0).editField.fill('buy oat milk');
    await list.row(0).editField.press('Enter');
    await list.hasTitles(['buy oat milk', 'feed the cat']);
    await list.row(0).destroyButton.tap();
    await list.hasTitles(['feed the cat']);
    await walker.leaves();
  });

  for (const [device, options] of [
    ['a phone', phone],
    ['a desktop', {}],
  ] as const) {
    test(`everything is large enough on ${device}`, async ({ tandem, browser }) => {
      const walker = await Person.arrives(browser, 'a walker', options);
      const list = await walker.open(await tandem.newList({ items: ['buy milk'], done: ['done'] }));
      expect(await smallTargets(walker.page)).toEqual([]);
      await list.row(0).editButton.click();
      await expect(list.row(0).editField).toBeFocused();
      expect(await smallTargets(walker.page)).toEqual([]);
      await walker.visit('/');
      expect(await smallTargets(walker.page)).toEqual([]);
      await walker.leaves();
    });
  }

  test('nothing hides until it is hovered over', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk'] }));
    await alice.page.mouse.move(0, 0);
    for (const control of [list.row(0).editButton, list.row(0).destroyButton]) {
      await expect(control).toBeVisible();
      const opacity = await control.evaluate((element) => {
        let product = 1;
        for (let each: Element | null = element; each; each = each.parentElement) {
          product *= Number(getComputedStyle(each).opacity);
        }
        return product;
      });
      expect(opacity).toBeGreaterThan(0.3);
    }
  });
});

test.describe('Looks', () => {
  test('are light or dark as the system is, and readable in both', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk'], done: ['done'] }));
    const backgrounds: number[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await alice.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const text of [list.heading, list.row(0).title, list.count, list.clearCompleted]) {
        const { ink, paper } = await colours(text);
        const [light, dark] = [Math.max(ink, paper), Math.min(ink, paper)];
        expect((light + 0.05) / (dark + 0.05), `the contrast of ${text} in ${colorScheme}`).toBeGreaterThan(4.5);
      }
      backgrounds.push((await colours(list.row(0).title)).paper);
    }
    const [light, dark] = backgrounds;
    expect(light).toBeGreaterThan(0.7);
    expect(dark).toBeLessThan(0.1);
  });

  test('do not move for those who ask for that', async ({ tandem, alice }) => {
    await alice.page.emulateMedia({ reducedMotion: 'reduce' });
    const list = await alice.open(await tandem.newList({ items: three }));
    await list.row(0).tick();
    await list.add('one more');
    const longest = await alice.page.evaluate(() => {
      const spans = [...document.querySelectorAll('*')].flatMap((element) =>
        ['', '::before', '::after'].flatMap((part) => {
          const style = getComputedStyle(element, part || null);
          const animated = style.animationName === 'none' ? '0s' : style.animationDuration;
          return `${animated},${style.transitionDuration}`.split(',').map((text) => Number.parseFloat(text));
        }),
      );
      return Math.max(...spans);
    });
    expect(longest).toBeLessThanOrEqual(0.01);
  });

  test('fit a phone, with nothing cut off at the side', async ({ tandem, browser }) => {
    const walker = await Person.arrives(browser, 'a walker', { viewport: { width: 320, height: 640 } });
    for (const path of ['/', (await tandem.newList({ items: three, done: ['done'] })).path]) {
      await walker.visit(path);
      const [inner, whole] = await walker.page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
      expect(whole).toBeLessThanOrEqual(inner ?? 0);
    }
    await walker.leaves();
  });
});

/** Keeps the program from arriving until the function that it answers is called. */
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

/** Where the parts of a list's page are. */
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

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${control}`);
}

/** Whether the control with the focus, or what stands for it, is marked. */
async function showsFocus(control: Locator): Promise<boolean> {
  return control.evaluate((element) => {
    const marked = (each: Element | null | undefined, part?: string): boolean => {
      if (!each) return false;
      const style = getComputedStyle(each, part);
      return (
        (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
      );
    };
    const labels = [...((element as HTMLInputElement).labels ?? [])];
    return [element, element.parentElement, element.nextElementSibling, ...labels].some(
      (each) => marked(each) || marked(each, '::before') || marked(each, '::after'),
    );
  });
}

/** The controls that a finger of 44 px does not hit. What counts is where a touch lands. */
async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // Points are rounded to whole pixels, so the outermost is left out on each side.
    const half = 21;
    const lands = (control: HTMLElement, x: number, y: number): boolean => {
      const hit = document.elementFromPoint(x, y);
      if (!hit) return false;
      const labels = [...((control as HTMLInputElement).labels ?? [])];
      return [control, ...labels].some((each) => each.contains(hit));
    };
    const small: string[] = [];
    for (const control of document.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, summary')) {
      // Where a label stands for a control that cannot be seen, the label is what is touched.
      const label = (control as HTMLInputElement).labels?.[0];
      const { width, height } = control.getBoundingClientRect();
      const target = label && label.checkVisibility() && (width < 44 || height < 44) ? label : control;
      if (!target.checkVisibility({ visibilityProperty: true }) || target.getBoundingClientRect().width < 2) continue;
      target.scrollIntoView({ block: 'center', behavior: 'instant' });
      const box = target.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const around = [[0, 0], [half, 0], [-half, 0], [0, half], [0, -half]] as const;
      if (!around.every(([dx, dy]) => lands(control, x + dx, y + dy))) {
        small.push(`${control.outerHTML.slice(0, 120)} is ${box.width} x ${box.height}`);
      }
    }
    return small;
  });
}

/** How bright a text and what is behind it are, from 0 to 1 (relative luminance). */
async function colours(text: Locator): Promise<{ ink: number; paper: number }> {
  return text.evaluate((element) => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
    const luminance = (): number => {
      const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
        const part = byte / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const paint = (colour: string) => {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    };
    const ancestors: Element[] = [];
    for (let each: Element | null = element; each; each = each.parentElement) ancestors.unshift(each);
    paint('white');
    for (const each of ancestors) paint(getComputedStyle(each).backgroundColor);
    const paper = luminance();
    paint(getComputedStyle(element).color);
    return { ink: luminance(), paper };
  });
}
