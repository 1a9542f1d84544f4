// TodoMVC's contract: everything but editing and filters.

import { expect, test } from '../support/test.ts';
import { Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('Adding', () => {
  test('The field for a new item has the focus when the page has loaded', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    await expect(list.newTodo).toBeFocused();
    await expect(list.newTodo).toHaveClass('new-todo');
  });

  test('A new item goes to the end, and the field is empty for the next one', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    for (const [index, title] of three.entries()) {
      await list.add(title);
      await list.hasTitles(three.slice(0, index + 1));
      await expect(list.newTodo).toHaveValue('');
    }
  });

  test('The focus stays in the field, so that many items can be typed in one go', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    for (const title of three) {
      await alice.page.keyboard.type(title);
      await alice.page.keyboard.press('Enter');
    }
    await list.hasTitles(three);
    await expect(list.newTodo).toBeFocused();
  });

  test('White space around a text is trimmed', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    await list.add(' \t buy  milk  ');
    await list.hasTitles(['buy  milk']);
    expect(await list.exactTitles()).toEqual(['buy  milk']);
    await list.live();
    expect(await remote.titles()).toEqual(['buy  milk']);
  });

  test('A blank text makes no item', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    await list.add('', '   ', '\u00a0', 'buy milk');
    await list.hasTitles(['buy milk']);
    await list.live();
    expect(await remote.titles()).toEqual(['buy milk']);
  });

  test('The same text twice makes two items', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    await list.add('milk', 'milk');
    await list.hasTitles(['milk', 'milk']);
  });
});

test.describe('A row', () => {
  test('is ticked and unticked, and its class says so and nothing else', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    const milk = list.item('buy milk');
    await expect(milk.root).toHaveClass('');
    await milk.tick();
    await expect(milk.root).toHaveClass('completed');
    await expect(milk.checkbox).toBeChecked();
    await list.item('feed the cat').isOpen();
    await milk.untick();
    await expect(milk.root).toHaveClass('');
    await expect(milk.checkbox).not.toBeChecked();
  });

  test('has the title alone as its text', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk'], done: ['feed the cat'] }));
    expect(await list.exactTitles()).toEqual(['buy milk', 'feed the cat']);
    await expect(list.row(0).title).toHaveText('buy milk');
    await list.row(0).root.hover();
    expect(await list.exactTitles()).toEqual(['buy milk', 'feed the cat']);
  });

  test('has one checkbox, with a name, hidden while the row is edited', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk'] }));
    const milk = list.row(0);
    await expect(milk.root.locator('input[type="checkbox"]')).toHaveCount(1);
    await expect(milk.root.getByRole('checkbox')).toHaveAccessibleName(/\S/);
    await milk.startEditing();
    await expect(milk.root.locator('input[type="checkbox"]')).toHaveCount(1);
    await expect(milk.root.getByRole('checkbox')).toBeHidden();
    await expect(milk.title).toBeHidden();
  });

  test('is deleted by its button', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.item('feed the cat').root.hover();
    await list.item('feed the cat').destroy();
    await list.hasTitles(['buy milk', 'call the doctor']);
    await list.live();
    expect(await remote.titles()).toEqual(['buy milk', 'call the doctor']);
  });
});

test.describe('Mark all as complete', () => {
  test('ticks all, and unticks all', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.toggleAll.check();
    await expect(list.items).toHaveClass(['completed', 'completed', 'completed']);
    await list.hasCount(0);
    await list.live();
    expect((await remote.items()).every((item) => item.isdone)).toBe(true);
    await list.toggleAll.uncheck();
    await expect(list.items).toHaveClass(['', '', '']);
    await list.hasCount(3);
  });

  test('ticks the open ones when only some are done', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['open'], done: ['done'] }));
    await expect(list.toggleAll).not.toBeChecked();
    await list.toggleAll.check();
    await expect(list.items).toHaveClass(['completed', 'completed']);
  });

  test('follows single changes', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    await list.toggleAll.check();
    await list.row(0).untick();
    await expect(list.toggleAll).not.toBeChecked();
    await list.row(0).tick();
    await expect(list.toggleAll).toBeChecked();
    await list.add('one more');
    await expect(list.toggleAll).not.toBeChecked();
    await list.item('one more').destroy();
    await expect(list.toggleAll).toBeChecked();
  });

  test('is one operation', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    await list.live();
    const pushes = Pushes.of(alice.page);
    await list.toggleAll.check();
    await expect(list.items).toHaveClass(['completed', 'completed', 'completed']);
    await list.live();
    expect(pushes.all.map((mutations) => mutations.length)).toEqual([3]);
  });
});

test('More items than one push takes are ticked, cleared and restored in one go', async ({ tandem, alice, bob }) => {
  test.slow();
  const remote = await tandem.newList();
  await remote.addMany(Array.from({ length: 1_001 }, (_, number) => `item ${number}`));
  const [mine, other] = [await alice.open(remote), await bob.open(remote)];
  const settles = () => expect(mine.body).toHaveAttribute('data-sync', 'live', { timeout: 30_000 });
  await settles();
  await mine.toggleAll.check();
  await settles();
  for (const list of [mine, other]) await list.hasCount(0);
  await mine.clearCompleted.click();
  await settles();
  for (const list of [mine, other]) await expect(list.items).toHaveCount(0);
  await mine.undo();
  await settles();
  for (const list of [mine, other]) await expect(list.items).toHaveCount(1_001);
});

test.describe('The counter', () => {
  test('counts what is left, in the plural where that is right', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    await list.add('one');
    await expect(list.count).toHaveText('1 item left');
    await list.add('two');
    await expect(list.count).toHaveText('2 items left');
    await expect(list.count).toHaveClass('todo-count');
    await expect(list.count.locator('strong')).toHaveText('2');
    await list.row(0).tick();
    await expect(list.count).toHaveText('1 item left');
    await list.row(1).tick();
    await expect(list.count).toHaveText('0 items left');
  });
});

test.describe('Clear completed', () => {
  test('is there only while something is done', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    await expect(list.clearCompleted).toHaveCount(0);
    await list.row(0).tick();
    await expect(list.clearCompleted).toHaveText('Clear completed');
    await list.row(0).untick();
    await expect(list.clearCompleted).toHaveCount(0);
  });

  test('deletes what is done, as one operation', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three, done: ['done', 'done too'] });
    const list = await alice.open(remote);
    await list.live();
    const pushes = Pushes.of(alice.page);
    await list.clearCompleted.click();
    await list.hasTitles(three);
    await expect(list.clearCompleted).toHaveCount(0);
    await list.live();
    expect(await remote.titles()).toEqual(three);
    expect(pushes.all.map((mutations) => mutations.map(({ op }) => Object.keys(op)))).toEqual([
      [['destroy'], ['destroy']],
    ]);
  });
});

test.describe('An empty list', () => {
  test('has neither main part nor footer', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    await expect(list.main).toHaveCount(0);
    await expect(list.footer).toHaveCount(0);
    await list.add('buy milk');
    await expect(list.main).toBeVisible();
    await expect(list.footer).toBeVisible();
    await list.row(0).destroy();
    await expect(list.main).toHaveCount(0);
    await expect(list.footer).toHaveCount(0);
  });

  test('is empty again after the last done item was cleared', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ done: ['done'] }));
    await list.clearCompleted.click();
    await expect(list.items).toHaveCount(0);
    await expect(list.main).toHaveCount(0);
    await expect(list.footer).toHaveCount(0);
  });
});

test('Everything is still there after a reload', async ({ tandem, alice }) => {
  const list = await alice.open(await tandem.newList());
  await list.add(...three);
  await list.item('buy milk').tick();
  await list.item('feed the cat').rename('feed both cats');
  await list.item('call the doctor').destroy();
  await list.hasTitles(['buy milk', 'feed both cats']);
  await list.live();
  await alice.page.reload();
  await alice.hydrated();
  await list.hasTitles(['buy milk', 'feed both cats']);
  await list.item('buy milk').isDone();
  await list.item('feed both cats').isOpen();
  await list.hasCount(1);
});
