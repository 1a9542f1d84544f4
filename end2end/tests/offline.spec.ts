import { looksAround } from '../support/outage.ts';
import { networkTrouble } from '../support/person.ts';
import { Tandem } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

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
