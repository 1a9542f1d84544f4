import type { ListPage } from '../support/list-page.ts';
import { Outage } from '../support/outage.ts';
import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { onPush, refuse } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

interface Action {
  act: (list: ListPage) => Promise<void>;
  /** The list afterwards. */
  then: string[];
  done?: string[];
  /** The notice's text. Actions with a visible effect have no notice. */
  tells?: string;
}

/** Actions of a person. */
const actions: Record<string, Action> = {
  adding: {
    act: (list) => list.add('one more'),
    then: [...three, 'bread', 'one more'],
  },
  renaming: {
    act: (list) => list.item('buy milk').rename('buy oat milk'),
    then: ['buy oat milk', 'feed the cat', 'call the doctor', 'bread'],
    tells: 'Saved',
  },
  ticking: {
    act: (list) => list.item('feed the cat').tick(),
    then: [...three, 'bread'],
    done: ['feed the cat', 'bread'],
  },
  'ticking everything': {
    act: (list) => list.toggleAll.check(),
    then: [...three, 'bread'],
    done: [...three, 'bread'],
    tells: '3 items ticked',
  },
  'unticking everything': {
    act: (list) => list.choose('Untick all'),
    then: [...three, 'bread'],
    done: [],
    tells: '1 item unticked',
  },
  deleting: {
    act: (list) => list.item('buy milk').destroy(),
    then: ['feed the cat', 'call the doctor', 'bread'],
    tells: 'Deleted “buy milk”',
  },
  'clearing what is completed': {
    act: (list) => list.clearCompleted.click(),
    then: three,
    done: [],
    tells: '1 item deleted',
  },
  moving: {
    act: async (list) => {
      await list.item('call the doctor').checkbox.focus();
      await list.page.keyboard.press('Alt+ArrowUp');
    },
    then: ['buy milk', 'call the doctor', 'feed the cat', 'bread'],
    tells: 'Moved “call the doctor” to position 2',
  },
  pasting: {
    act: async (list) => {
      await list.newTodo.focus();
      await list.paste('- eggs\n- [x] tea');
      await list.page.getByRole('button', { name: /^Add [0-9]+ items$/ }).click();
    },
    then: [...three, 'bread', 'eggs', 'tea'],
    done: ['bread', 'tea'],
    tells: '2 items added',
  },
};

async function isSo(list: ListPage, titles: readonly string[], done: readonly string[]): Promise<void> {
  await list.hasTitles(titles);
  await expect(list.todoList.locator('> li.completed')).toHaveText([...done]);
}

test.describe('Undo and redo by keys:', () => {
  for (const [name, { act, then, done = ['bread'], tells }] of Object.entries(actions)) {
    test(name, async ({ tandem, alice, bob }) => {
      const remote = await tandem.newList({ items: three, done: ['bread'] });
      const [mine, other] = [await alice.open(remote), await bob.open(remote)];
      await other.live();
      await act(mine);
      for (const list of [mine, other]) await isSo(list, then, done);
      if (tells) await expect(mine.notice.filter({ hasText: tells })).toContainText('Undo');
      else await expect(mine.notice).toHaveCount(0);
      await mine.undo();
      for (const list of [mine, other]) await isSo(list, [...three, 'bread'], ['bread']);
      await mine.redo();
      for (const list of [mine, other]) await isSo(list, then, done);
      await mine.live();
      expect(await remote.titles()).toEqual(then);
    });
  }
});

test.describe('What was done', () => {
  test('is undone by the offered button, and redone by the next one', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await other.live();
    await mine.item('feed the cat').destroy();
    await other.hasTitles(['buy milk', 'call the doctor']);
    await expect(mine.notice).toContainText('Deleted “feed the cat”');
    await mine.notice.getByRole('button', { name: 'Undo' }).click();
    for (const list of [mine, other]) await list.hasTitles(three);
    await expect(mine.notice).toContainText('Undone');
    await mine.notice.getByRole('button', { name: 'Redo' }).click();
    for (const list of [mine, other]) await list.hasTitles(['buy milk', 'call the doctor']);
    await expect(other.notice).toHaveCount(0);
  });

  test('that is visible is announced to screen readers only', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    await list.add('bread');
    await expect(list.announcer).toHaveText('Added “bread”');
    await list.item('bread').tick();
    await expect(list.announcer).toHaveText('Ticked “bread”');
    await list.item('bread').untick();
    await expect(list.announcer).toHaveText('Unticked “bread”');
    await expect(list.notice).toHaveCount(0);
    await list.item('bread').destroy();
    await expect(list.notice).toContainText('Deleted “bread”');
    // Its button would now undo something else.
    await list.item('buy milk').tick();
    await expect(list.notice).toHaveCount(0);
  });

  test('is undone step by step, the latest first', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    await list.item('buy milk').tick();
    await list.item('feed the cat').destroy();
    await list.rename('Groceries');
    await list.item('buy milk').checkbox.focus();
    await list.undo();
    await expect(list.heading).toHaveText('Todos');
    await list.undo();
    await list.hasTitles(three);
    await list.undo();
    await list.item('buy milk').isOpen();
    await list.choose('Redo');
    await list.item('buy milk').isDone();
    await list.choose('Undo');
    await list.item('buy milk').isOpen();
  });

  test('is undone by keys on an emptied list, and in the trash', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['one'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('one').destroy();
    await mine.hasTitles([]);
    await mine.undo();
    for (const list of [mine, other]) await list.hasTitles(['one']);
    await mine.item('one').destroy();
    await mine.choose('Trash');
    await expect(alice.page.getByTestId('deleted-item')).toHaveCount(1);
    await mine.undo();
    await other.hasTitles(['one']);
    await expect(alice.page.getByTestId('deleted-item')).toHaveCount(0);
  });

  test('is left alone if someone else has changed it since, and the page says so', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('buy milk').rename('buy oat milk');
    await other.item('buy oat milk').rename('buy soy milk');
    await mine.hasTitles(['buy soy milk', 'feed the cat', 'call the doctor']);
    await mine.item('buy soy milk').checkbox.focus();
    await mine.undo();
    await expect(mine.notice).toContainText('Someone has changed this since');
    await mine.live();
    for (const list of [mine, other]) await list.hasTitles(['buy soy milk', 'feed the cat', 'call the doctor']);
  });

  test('is left alone if someone else has changed it, even if that was not known yet', async ({
    tandem,
    alice,
    bob,
  }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('buy milk').rename('buy oat milk');
    await other.hasTitles(['buy oat milk', 'feed the cat', 'call the doctor']);
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await other.item('buy oat milk').rename('buy soy milk');
    await other.live();
    await alice.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await mine.undo();
    await mine.hasTitles(three);
    await alice.comesBack();
    await expect(mine.notice).toContainText('Someone has changed this since');
    for (const list of [mine, other]) await list.hasTitles(['buy soy milk', 'feed the cat', 'call the doctor']);
    await mine.live();
  });

  test('by others cannot be undone', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('buy milk').tick();
    await other.item('feed the cat').tick();
    await mine.item('feed the cat').isDone();
    await mine.undo();
    await other.item('buy milk').isOpen();
    await mine.undo();
    await mine.item('feed the cat').isDone();
    await mine.live();
    await other.item('feed the cat').isDone();
  });

  test('made offline is undone offline', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.live();
    const outage = await Outage.begins(alice);
    await mine.item('buy milk').destroy();
    await mine.item('feed the cat').tick();
    await mine.undo();
    await mine.undo();
    await mine.hasTitles(three);
    await mine.item('feed the cat').isOpen();
    await mine.item('call the doctor').tick();
    await outage.ends();
    for (const list of [mine, other]) {
      await list.item('call the doctor').isDone();
      await list.item('feed the cat').isOpen();
      await list.hasTitles(three);
      await list.live();
    }
  });

  test('is left alone while someone is typing: the keys undo the typing', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    await list.item('buy milk').tick();
    await list.newTodo.pressSequentially('brea');
    await list.undo();
    await list.item('buy milk').isDone();
    await expect(list.notice).toHaveCount(0);
  });
});

test.describe('The trash', () => {
  test('shows what anyone deleted, and restores it for everyone', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('buy milk').destroy();
    await mine.item('call the doctor').destroy();
    await mine.live();
    await other.hasTitles(['feed the cat']);
    await other.choose('Trash');
    await expect(bob.page).toHaveURL(`${remote.path}/trash`);
    const deleted = bob.page.getByTestId('deleted-item');
    await expect(deleted.locator('span')).toHaveText(['call the doctor', 'buy milk']);
    await bob.page.getByRole('button', { name: 'Restore buy milk' }).click();
    await expect(other.notice).toContainText('Restored “buy milk”');
    await mine.hasTitles(['buy milk', 'feed the cat']);
    await expect(deleted.locator('span')).toHaveText(['call the doctor']);
    await bob.page.getByRole('link', { name: 'Back to the list' }).click();
    await other.hasTitles(['buy milk', 'feed the cat']);
  });

  test('opens by its link, with earlier deletions, and works without JavaScript', async ({ tandem, browser }) => {
    const remote = await tandem.newList({ items: three });
    await remote.destroy((await remote.find('feed the cat')).id);
    const dave = await Person.arrives(browser, 'Dave', { javaScriptEnabled: false });
    await dave.page.goto(`${remote.path}/trash`);
    await expect(dave.page.getByTestId('deleted-item').locator('span')).toHaveText(['feed the cat']);
    await dave.page.getByRole('button', { name: 'Restore feed the cat' }).click();
    await expect(dave.page.getByText('The trash is empty.')).toBeVisible();
    expect(await remote.titles()).toEqual(three);
    await dave.leaves();
  });

  test('contains what was deleted offline', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.live();
    const outage = await Outage.begins(alice);
    await list.item('buy milk').destroy();
    await list.choose('Trash');
    await expect(alice.page.getByTestId('deleted-item').locator('span')).toHaveText(['buy milk']);
    await alice.page.getByRole('button', { name: 'Restore buy milk' }).click();
    await outage.ends();
    await list.live();
    expect(await remote.titles()).toEqual(three);
  });
});

test.describe('A change that the server refused', () => {
  test('keeps its text, which can be added again', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    let refused = false;
    await onPush(alice.page, async (route) => {
      if (refused) return route.fallback();
      refused = true;
      return refuse(route, { code: 'full', limit: 5000 });
    });
    await mine.add('one too many');
    await expect(mine.notice).toContainText('The list is full');
    await expect(mine.notice.getByRole('textbox')).toHaveValue('one too many');
    await mine.hasTitles(three);
    await mine.notice.getByRole('button', { name: 'Add as a new item' }).click();
    for (const list of [mine, other]) await list.hasTitles([...three, 'one too many']);
    await expect(mine.notice.filter({ hasText: 'full' })).toHaveCount(0);
  });

  test('is shown together with others refused for the same reason', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.live();
    await onPush(alice.page, (route) => refuse(route, { code: 'full', limit: 5000 }));
    await mine.newTodo.focus();
    await mine.paste('# Dairy\n- [x] milk\n- butter');
    await alice.page.getByRole('button', { name: /^Add [0-9]+ items$/ }).click();
    await expect(mine.notice).toHaveText(/^3 changes could not be saved\. The list is full/);
    await expect(mine.notice.getByRole('textbox')).toHaveValue('Dairy\nmilk\nbutter');
    await mine.hasRows(three);
    await alice.page.unrouteAll();
    await mine.notice.getByRole('button', { name: 'Add as 3 new items' }).click();
    for (const list of [mine, other]) {
      await list.hasRows([...three, 'Dairy', 'milk', 'butter']);
      await list.item('milk').isDone();
      await expect(list.sections).toHaveText(['Dairy']);
    }
  });

  test('can be dismissed', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    await onPush(alice.page, (route) => refuse(route, { code: 'full', limit: 5000 }));
    await list.add('one too many');
    await list.notice.getByRole('button', { name: 'Dismiss' }).click();
    await expect(list.notice).toHaveCount(0);
    await list.hasTitles(three);
  });
});
