import { opensEarly } from '../support/late-program.ts';
import { anotherTab, programNotRun } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { holdPushes, Wire } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('Others see without reloading', () => {
  test('a new item', async ({ tandem, alice, bob, carol }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const others = [await bob.open(remote), await carol.open(remote)];
    for (const list of [mine, ...others]) await list.live();
    await mine.add('buy milk');
    for (const list of others) {
      await list.hasTitles(['buy milk']);
      await list.hasCount(1);
    }
  });

  test('an item renamed', async ({ tandem, alice, bob, carol }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const others = [await bob.open(remote), await carol.open(remote)];
    await mine.item('feed the cat').rename('feed both cats');
    for (const list of others) await list.hasTitles(['buy milk', 'feed both cats', 'call the doctor']);
  });

  test('an item ticked and unticked', async ({ tandem, alice, bob, carol }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const others = [await bob.open(remote), await carol.open(remote)];
    await mine.item('buy milk').tick();
    for (const list of others) {
      await list.item('buy milk').isDone();
      await list.hasCount(2);
    }
    await mine.item('buy milk').untick();
    for (const list of others) await list.item('buy milk').isOpen();
  });

  test('an item deleted', async ({ tandem, alice, bob, carol }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const others = [await bob.open(remote), await carol.open(remote)];
    await mine.item('feed the cat').destroy();
    for (const list of others) await list.hasTitles(['buy milk', 'call the doctor']);
  });

  test('an item deleted, where the list was empty before, or the trash was looked at', async ({
    tandem,
    alice,
    bob,
  }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await other.item('buy milk').destroy();
    await mine.hasTitles([]);
    await other.add(...three);
    await mine.hasTitles(three);
    await other.item('feed the cat').destroy();
    await mine.hasTitles(['buy milk', 'call the doctor']);
    await mine.choose('Trash');
    await expect(alice.page.getByTestId('deleted-item')).toHaveCount(2);
    await alice.page.goBack();
    await other.item('buy milk').destroy();
    await mine.hasTitles(['call the doctor']);
    await mine.item('call the doctor').rename('call the dentist');
    await other.hasTitles(['call the dentist']);
  });

  test('all items ticked, and cleared', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.toggleAll.check();
    await expect(other.items).toHaveClass(['completed', 'completed', 'completed']);
    await expect(other.toggleAll).toBeChecked();
    await mine.clearCompleted.click();
    await expect(other.items).toHaveCount(0);
    await expect(other.footer).toHaveCount(0);
  });

  test("the list's new title", async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.rename('Groceries');
    await expect(mine.heading).toHaveText('Groceries');
    await expect(other.heading).toHaveText('Groceries');
    await expect(bob.page).toHaveTitle(/Groceries/);
    expect((await remote.read()).title).toBe('Groceries');
  });

  test('changes made over HTTP', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    const milk = await remote.add('buy milk');
    await list.hasTitles(['buy milk']);
    await remote.update(milk.id, { shortdesc: 'buy oat milk', isdone: true });
    await list.hasTitles(['buy oat milk']);
    await list.row(0).isDone();
    await remote.destroy(milk.id);
    await expect(list.items).toHaveCount(0);
  });

  test('changes under the filter of their own', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote, 'active');
    await mine.item('buy milk').tick();
    await other.hasTitles(['feed the cat', 'call the doctor']);
    await mine.item('buy milk').untick();
    await other.hasTitles(three);
  });
});

test.describe('Nothing is doubled', () => {
  test('two tabs of one browser count as two', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const first = await alice.open(remote);
    const second = await anotherTab(alice, remote.path);
    await second.live();
    await first.add('from the first');
    await second.hasTitles(['from the first']);
    await second.item('from the first').tick();
    await first.item('from the first').isDone();
    await second.add('from the second');
    for (const tab of [first, second]) await tab.hasTitles(['from the first', 'from the second']);
    expect(await remote.titles()).toEqual(['from the first', 'from the second']);
  });

  test('the sender of an item sees one row, at every moment', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await other.live();
    const [rows, otherRows] = [await mine.watchRows(), await other.watchRows()];
    await mine.add('buy milk');
    await other.hasTitles(['buy milk']);
    await other.add('feed the cat');
    await mine.hasTitles(['buy milk', 'feed the cat']);
    await mine.live();
    await other.live();
    expect(await rows.most()).toBe(2);
    expect(await otherRows.most()).toBe(2);
    expect(await remote.titles()).toEqual(['buy milk', 'feed the cat']);
  });

  test('the sender is not sent its own change', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    await mine.live();
    const other = await bob.open(remote);
    await mine.add('from Alice');
    await other.hasTitles(['from Alice']);
    await other.add('from Bob');
    await mine.hasTitles(['from Alice', 'from Bob']);
    // Frames arrive in order: an echo of the first would have arrived before this one.
    const created = wire.arrived.filter((frame) => frame.event === 'created');
    expect(created.map((frame) => (JSON.parse(String(frame.data)) as { shortdesc: string }).shortdesc)).toEqual([
      'from Bob',
    ]);
  });

  test('an item added before the socket opens is one row afterwards', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    wire.hold();
    const mine = await alice.open(remote);
    const rows = await mine.watchRows();
    await mine.add('early');
    await mine.hasTitles(['early']);
    await expect.poll(() => remote.titles()).toEqual(['early']);
    wire.release();
    const other = await bob.open(remote);
    await other.add('late');
    await mine.hasTitles(['early', 'late']);
    await mine.live();
    expect(await rows.most()).toBe(2);
    expect(await remote.titles()).toEqual(['early', 'late']);
  });

  test('a frame that comes twice makes no second row', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['first'] });
    const wire = await Wire.tap(alice.page);
    const seen: unknown[] = [];
    // Each frame arrives twice, followed by all earlier ones again.
    wire.replace((frame) => {
      if (frame.event.startsWith('pusher')) return [frame];
      seen.push(frame);
      return [frame, ...(seen as (typeof frame)[])];
    });
    const list = await alice.open(remote);
    await list.live();
    const rows = await list.watchRows();
    const second = await remote.add('second');
    await list.hasTitles(['first', 'second']);
    await remote.update(second.id, { shortdesc: 'second, renamed' });
    await list.hasTitles(['first', 'second, renamed']);
    await remote.add('third');
    await list.hasTitles(['first', 'second, renamed', 'third']);
    await remote.destroy(second.id);
    await list.hasTitles(['first', 'third']);
    await remote.add('fourth');
    await list.hasTitles(['first', 'third', 'fourth']);
    expect(await rows.most()).toBe(3);
  });
});

test.describe('Nothing is lost', () => {
  test('a change between the first page and the subscription arrives', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['before'] });
    const wire = await Wire.tap(alice.page);
    wire.hold();
    const list = await alice.open(remote);
    await expect.poll(() => wire.tries).toBeGreaterThan(0);
    await list.hasTitles(['before']);
    await remote.add('in between');
    await remote.update((await remote.find('before')).id, { isdone: true });
    wire.release();
    await list.hasTitles(['before', 'in between']);
    await list.item('before').isDone();
    await list.live();
  });

  test('a change before the program has arrived is there afterwards', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['before'] });
    alice.expects(programNotRun);
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.hasTitles(['before']);
    await remote.add('in between');
    program.arrives();
    await alice.hydrated();
    await alice.list.hasTitles(['before', 'in between']);
  });

  test('a lost frame is noticed, and its change is fetched', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    const list = await alice.open(remote);
    await list.live();
    let lost = 0;
    wire.replace((frame) => (frame.event === 'created' && lost++ === 0 ? [] : [frame]));
    await remote.add('lost');
    await remote.add('arrived');
    await list.hasTitles(['lost', 'arrived']);
    expect(lost).toBe(2);
  });

  test('when one renames while another ticks, both stay', async ({ tandem, alice, bob, carol }) => {
    const remote = await tandem.newList({ items: three });
    const lists = [await alice.open(remote), await bob.open(remote), await carol.open(remote)] as const;
    for (const list of lists) await list.live();
    // Neither page knows of the other's change when it makes its own.
    const releases = [await holdPushes(alice.page), await holdPushes(bob.page)];
    await lists[0].item('buy milk').rename('buy oat milk');
    await lists[1].item('buy milk').tick();
    await lists[0].hasTitles(['buy oat milk', 'feed the cat', 'call the doctor']);
    await lists[1].hasTitles(three);
    for (const release of releases) release();
    for (const list of lists) {
      await list.hasTitles(['buy oat milk', 'feed the cat', 'call the doctor']);
      await list.item('buy oat milk').isDone();
    }
    expect((await remote.items())[0]).toMatchObject({ shortdesc: 'buy oat milk', isdone: true });
  });

  test('when two rename the same item, all end with the same text', async ({ tandem, alice, bob, carol }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const lists = [await alice.open(remote), await bob.open(remote), await carol.open(remote)] as const;
    for (const list of lists) await list.live();
    await Promise.all([lists[0].row(0).rename('from Alice'), lists[1].row(0).rename('from Bob')]);
    for (const list of lists) {
      await list.live();
      await expect.poll(() => list.exactTitles()).toEqual(await remote.titles());
    }
    expect(['from Alice', 'from Bob']).toContain((await remote.titles())[0]);
  });
});

test('The order is the same for everyone, live and after a reload', async ({ tandem, alice, bob, carol }) => {
  const remote = await tandem.newList();
  const people = [alice, bob, carol];
  for (const person of people) await (await person.open(remote)).live();
  await Promise.all(
    people.map((person) => person.list.add(...[1, 2, 3, 4, 5].map((number) => `${person.name} ${number}`))),
  );
  for (const { list } of people) {
    await expect(list.items).toHaveCount(15);
    await list.live();
  }
  const stored = await remote.titles();
  for (const { list } of people) await expect.poll(() => list.exactTitles()).toEqual(stored);
  for (const person of people) {
    await person.page.reload();
    await person.hydrated();
    expect(await person.list.exactTitles()).toEqual(stored);
    const own = stored.filter((title) => title.startsWith(person.name));
    expect(own).toEqual([...own].sort());
  }
});
