import { looksAround } from '../support/outage.ts';
import { networkTrouble } from '../support/person.ts';
import { Tandem } from '../support/server.ts';
import { expect, test } from '../support/test.ts';
import { onPush, Pushes, refuse, Wire } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('Without a network', () => {
  test('an item shows at once, and everywhere once the network is back', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.add('made offline');
    await mine.hasTitles([...three, 'made offline']);
    await mine.says('offline', 'pending');
    await expect(mine.newTodo).toBeFocused();
    expect(await remote.titles()).toEqual(three);

    await alice.comesBack();
    await other.hasTitles([...three, 'made offline']);
    await mine.live();
    await mine.hasTitles([...three, 'made offline']);
    expect(await remote.titles()).toEqual([...three, 'made offline']);
  });

  test('a lost request is sent again, so that nobody stays offline because of it', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: three }));
    await mine.live();
    alice.expects(...networkTrouble);
    let lost = 0;
    await alice.page.route(/\/rpc\/push$/, async (route) => {
      lost += 1;
      if (lost === 1) await route.abort('connectionreset');
      else await route.fallback();
    });
    await looksAround(alice.page);
    await expect.poll(() => lost).toBeGreaterThan(0);
    // The socket has stayed open, and there is nothing to send.
    await expect.poll(() => lost).toBeGreaterThan(1);
    await mine.live();
  });

  test('the page says so, and says when it is over', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: three }));
    await mine.live();
    await expect(alice.page.getByText(/offline/i).filter({ visible: true })).toHaveCount(0);
    await alice.goesOffline();
    await expect(
      alice.page
        .getByText(/offline/i)
        .filter({ visible: true })
        .first(),
    ).toBeVisible();
    await alice.comesBack();
    await mine.live();
    await expect(alice.page.getByText(/offline/i).filter({ visible: true })).toHaveCount(0);
  });

  test('everything works as usual, and all of it arrives later', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.item('buy milk').tick();
    await mine.item('feed the cat').rename('feed both cats');
    await mine.item('call the doctor').destroy();
    await mine.add('one', 'two', 'three');
    await mine.item('two').rename('two, renamed');
    await mine.item('three').destroy();
    const titles = ['buy milk', 'feed both cats', 'one', 'two, renamed'];
    await mine.hasTitles(titles);
    await mine.hasCount(3);

    await alice.comesBack();
    for (const list of [other, mine]) {
      await list.hasTitles(titles);
      await list.item('buy milk').isDone();
    }
    await mine.live();
    expect(await remote.titles()).toEqual(titles);
  });

  test("others' changes arrive afterwards, and neither side's are lost", async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.item('buy milk').tick();
    await mine.add('from Alice');
    await other.item('buy milk').rename('buy oat milk');
    await other.item('feed the cat').destroy();
    await other.add('from Bob');
    await other.live();
    await mine.hasTitles([...three, 'from Alice']);

    await alice.comesBack();
    const titles = ['buy oat milk', 'call the doctor', 'from Bob', 'from Alice'];
    for (const list of [mine, other]) {
      await list.hasTitles(titles);
      await list.item('buy oat milk').isDone();
      await list.live();
    }
    expect(await remote.titles()).toEqual(titles);
  });

  test('the page is never blank, neither offline nor on the way back', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const rows = await mine.watchRows();
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.add('made offline');
    await other.add('made meanwhile');
    await other.live();
    await alice.comesBack();
    await mine.hasTitles([...three, 'made meanwhile', 'made offline']);
    await mine.live();
    expect(await rows.fewest()).toBe(3);
    expect(await rows.most()).toBe(5);
  });

  test('filters still work', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: three, done: ['done'] }));
    await mine.live();
    await alice.goesOffline();
    await mine.filter('Completed').click();
    await mine.hasTitles(['done']);
    await mine.filter('Active').click();
    await mine.hasTitles(three);
    await alice.page.goBack();
    await mine.hasTitles(['done']);
  });

  test('several times in a row, nothing is lost or doubled', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    for (const round of [1, 2, 3]) {
      await alice.goesOffline();
      await mine.says('offline', 'pending');
      await mine.add(`offline ${round}`);
      await alice.comesBack();
      await mine.add(`back ${round}`);
    }
    const titles = [1, 2, 3].flatMap((round) => [`offline ${round}`, `back ${round}`]);
    await other.hasTitles(titles);
    await mine.live();
    await mine.hasTitles(titles);
    expect(await remote.titles()).toEqual(titles);
  });
});

test.describe('A push', () => {
  test('shows as pending while it is under way', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList());
    await mine.live();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await onPush(alice.page, async (route) => {
      await answered;
      await route.fallback();
    });
    await mine.add('buy milk');
    await mine.hasTitles(['buy milk']);
    await mine.says('pending');
    answer();
    await mine.live();
  });

  test('whose answer is lost is repeated, and makes no second item', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const rows = await mine.watchRows();
    const pushes = Pushes.of(alice.page);
    alice.expects(...networkTrouble);
    let lost = 0;
    await onPush(alice.page, async (route) => {
      if (lost >= 2) return route.fallback();
      lost += 1;
      const response = await route.fetch();
      expect(response.ok()).toBe(true);
      await route.abort('connectionreset');
    });
    await mine.add('buy milk');
    await other.hasTitles(['buy milk']);
    await expect.poll(() => lost).toBe(2);
    await mine.live();
    await mine.hasTitles(['buy milk']);
    expect(await rows.most()).toBe(1);
    expect(pushes.mutations).toHaveLength(1);
    expect(await remote.titles()).toEqual(['buy milk']);
    // Nothing failed, so no failure is shown.
    await expect(mine.messages.filter({ hasText: /fail|wrong|refused|could not/i, visible: true })).toHaveCount(0);
  });

  test('that never reached the server is repeated', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    await mine.live();
    alice.expects(...networkTrouble, /^Failed to load resource: .*\b503\b/);
    let tries = 0;
    await onPush(alice.page, async (route) => {
      tries += 1;
      if (tries === 1) await route.abort('connectionreset');
      else if (tries === 2) await route.fulfill({ status: 503, body: 'not now' });
      else await route.fallback();
    });
    await mine.add('buy milk');
    await expect.poll(() => remote.titles()).toEqual(['buy milk']);
    await mine.live();
    await mine.hasTitles(['buy milk']);
  });

  test('keeps the order of what was done while it was under way', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await onPush(alice.page, async (route) => {
      await answered;
      await route.fallback();
    });
    await mine.add('one', 'two');
    await mine.item('one').tick();
    await other.add('from Bob');
    await other.live();
    answer();
    await mine.live();
    const stored = await remote.titles();
    for (const list of [mine, other]) {
      await expect.poll(() => list.exactTitles()).toEqual(stored);
      await list.item('one').isDone();
    }
    expect(stored.filter((title) => title !== 'from Bob')).toEqual(['one', 'two']);
  });
});

test.describe('Refused by the server:', () => {
  test('a delete: the row comes back, with the reason', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await onPush(alice.page, (route) => refuse(route, { code: 'unsupported' }));
    await mine.item('feed the cat').destroy();
    await mine.tells(/didn’t work/i);
    await mine.hasTitles(three);
    await mine.live();
    expect(await remote.titles()).toEqual(three);
  });

  test('a new item: it disappears, with the reason, and its text is kept', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await onPush(alice.page, (route) => refuse(route, { code: 'full', limit: 5000 }));
    await mine.add('one too many');
    await mine.tells(/full/i);
    await mine.hasTitles(three);
    await mine.stillHas('one too many');
  });

  test('a tick: it is reverted, with the reason', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await onPush(alice.page, (route) => refuse(route, { code: 'unsupported' }));
    await mine.item('buy milk').checkbox.click();
    await mine.tells(/didn’t work/i);
    await mine.item('buy milk').isOpen();
    await mine.hasCount(3);
  });

  test('a rename of an item deleted meanwhile: the row disappears, and the typed text is kept', async ({
    tandem,
    alice,
    bob,
  }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.item('feed the cat').rename('feed both cats');
    await other.item('feed the cat').destroy();
    await other.live();
    await alice.comesBack();
    await mine.tells(/deleted/i);
    await mine.hasTitles(['buy milk', 'call the doctor']);
    await mine.live();
    await mine.stillHas('feed both cats');
    expect(await remote.titles()).toEqual(['buy milk', 'call the doctor']);
  });

  test('a change that it cannot read: the page says so, and later changes are sent', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.live();
    alice.expects(/^Failed to load resource: .*\b400\b/);
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.add('before', 'not to be read', 'after');
    await onPush(alice.page, async (route, mutations) => {
      const isBad = mutations.some(({ op }) => op.create?.draft.item?.shortdesc === 'not to be read');
      if (!isBad) return route.fallback();
      const headers = { 'content-type': 'application/json', serverfnerror: '' };
      return route.fulfill({ status: 400, headers, json: { bad_request: 'No.' } });
    });
    await alice.comesBack();
    for (const list of [mine, other]) await list.hasTitles([...three, 'before', 'after']);
    await expect(mine.notice).toContainText('could not be saved');
    await mine.stillHas('not to be read');
    await mine.live();
  });

  test('one change: later changes are sent', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.item('feed the cat').tick();
    await mine.add('afterwards');
    await other.item('feed the cat').destroy();
    await other.live();
    await alice.comesBack();
    for (const list of [mine, other]) await list.hasTitles(['buy milk', 'call the doctor', 'afterwards']);
    await mine.live();
  });
});

test.describe('A socket', () => {
  test('that hangs silently is replaced, and missed changes arrive', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    // The server allows a second of silence only; everything else is as usual.
    wire.replace((frame) => {
      if (frame.event !== 'pusher:connection_established') return [frame];
      const data = { ...(JSON.parse(String(frame.data)) as object), activity_timeout: 1 };
      return [{ ...frame, data: JSON.stringify(data) }];
    });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    wire.mute();
    await other.add('missed');
    await expect(mine.items).toHaveText(['missed'], { timeout: 25_000 });
    await mine.live();
    expect(wire.tries).toBeGreaterThan(1);
  });

  test('that hangs is replaced at once when the page becomes visible', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    wire.mute();
    await other.add('missed');
    await alice.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
    await mine.hasTitles(['missed']);
    await expect.poll(() => wire.tries).toBeGreaterThan(1);
    await other.add('and heard again');
    await mine.hasTitles(['missed', 'and heard again']);
  });

  test('that hangs does not stop changes from being sent', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    wire.mute();
    await other.add('missed');
    await mine.add('sent');
    await other.hasTitles(['missed', 'sent']);
    // The answer to a push contains the missed changes, too.
    await mine.hasTitles(['missed', 'sent']);
  });

  test('that the server closes is reopened, and missed changes arrive', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const rows = await mine.watchRows();
    wire.hold();
    await wire.cut(4200);
    await expect.poll(() => wire.tries).toBeGreaterThan(1);
    await other.item('buy milk').tick();
    await other.add('missed');
    await other.live();
    wire.release();
    await mine.hasTitles([...three, 'missed']);
    await mine.item('buy milk').isDone();
    await mine.live();
    expect(await rows.fewest()).toBe(3);
  });

  test('that is refused for good is not retried, and changes are still sent', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    await mine.live();
    const tries = wire.tries;
    await wire.cut(4001);
    await mine.says('offline', 'catching-up', 'pending');
    await mine.add('buy milk');
    await expect.poll(() => remote.titles()).toEqual(['buy milk']);
    expect(wire.tries).toBe(tries);
  });
});

test('Pages carry on when the server dies and comes back', async ({ alice, bob }) => {
  const own = await Tandem.start();
  try {
    for (const person of [alice, bob]) person.expects(...networkTrouble);
    const remote = await own.newList({ items: three });
    for (const { page } of [alice, bob]) await page.goto(`${own.address}${remote.path}`);
    for (const person of [alice, bob]) {
      await person.hydrated();
      await person.list.live();
    }
    const rows = await bob.list.watchRows();
    await own.crash();
    await alice.list.says('offline', 'catching-up');
    await alice.list.add('made while it was away');
    await alice.list.hasTitles([...three, 'made while it was away']);
    await own.restart();
    for (const { page } of [alice, bob]) await page.evaluate(() => window.dispatchEvent(new Event('online')));
    for (const { list } of [alice, bob]) {
      await list.hasTitles([...three, 'made while it was away']);
      await list.live();
    }
    expect(await rows.fewest()).toBe(3);
    expect(await remote.titles()).toEqual([...three, 'made while it was away']);
  } finally {
    await own.stop();
  }
});

test('Two people who edit the same items offline end up with the same list, by the rules', async ({
  tandem,
  alice,
  bob,
}) => {
  const remote = await tandem.newList({ items: ['milk', 'bread', 'salt'] });
  const [mine, other] = [await alice.open(remote), await bob.open(remote)];
  await mine.live();
  await other.live();
  await alice.goesOffline();
  await bob.goesOffline();
  await mine.item('milk').rename('oat milk');
  await mine.item('bread').tick();
  await mine.item('salt').destroy();
  await mine.add('eggs');
  await other.item('milk').rename('soy milk');
  await other.item('bread').rename('dark bread');
  await other.item('salt').rename('sea salt');
  await other.add('tea');
  await alice.comesBack();
  await looksAround(alice.page);
  await mine.live();
  await bob.comesBack();
  await looksAround(bob.page);
  for (const list of [mine, other]) {
    // The name that arrived last; both changes of the bread, for they are of different fields; what is
    // deleted stays so; and what is new, as it arrived.
    await list.hasTitles(['soy milk', 'dark bread', 'eggs', 'tea']);
    await list.item('dark bread').isDone();
    await list.live();
  }
  await other.tells(/deleted/i);
  await other.stillHas('sea salt');
  expect(await remote.titles()).toEqual(['soy milk', 'dark bread', 'eggs', 'tea']);
});
