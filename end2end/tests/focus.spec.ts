import { paints } from '../support/frames.ts';
import { expect, test } from '../support/test.ts';

const four = ['one', 'two', 'three', 'four'];

test.describe('The focus is never lost', () => {
  test('when anyone deletes its row: the next row gets it', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: four });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('two').destroyButton.focus();
    await alice.page.keyboard.press('Enter');
    await mine.hasTitles(['one', 'three', 'four']);
    await expect(mine.item('three').checkbox).toBeFocused();
    await other.item('three').destroy();
    await mine.hasTitles(['one', 'four']);
    await expect(mine.item('four').checkbox).toBeFocused();
    await other.item('four').destroy();
    await mine.hasTitles(['one']);
    await expect(mine.item('one').checkbox).toBeFocused();
    await other.item('one').destroy();
    await mine.hasTitles([]);
    await expect(mine.newTodo).toBeFocused();
  });

  test('when its row leaves the filter', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: four }), 'active');
    await mine.item('one').checkbox.focus();
    await alice.page.keyboard.press('x');
    await mine.hasTitles(['two', 'three', 'four']);
    await expect(mine.item('two').checkbox).toBeFocused();
  });

  test('when its element disappears: the renamed title, the search, a notice, cleared items', async ({
    tandem,
    alice,
  }) => {
    const mine = await alice.open(await tandem.newList({ items: ['one', 'two'], done: ['three'] }));
    const { keyboard } = alice.page;
    const field = await mine.startRenaming();
    await field.fill('Groceries');
    await keyboard.press('Enter');
    await expect(alice.page.getByRole('button', { name: 'Rename the list' })).toBeFocused();
    await keyboard.press('/');
    await expect(mine.search).toBeFocused();
    await keyboard.press('Escape');
    await expect(mine.item('one').checkbox).toBeFocused();
    await mine.clearCompleted.focus();
    await keyboard.press('Enter');
    await mine.hasTitles(['one', 'two']);
    await expect(mine.filter('All')).toBeFocused();
    await mine.notice.getByRole('button', { name: 'Undo' }).focus();
    await keyboard.press('Enter');
    await mine.hasTitles(['one', 'two', 'three']);
    await expect(mine.item('one').checkbox).toBeFocused();
  });

  test('when a panel is closed whose row was moved', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: four }));
    await mine.item('four').detailsButton.click();
    await mine.details.getByRole('button', { name: 'Move to the top' }).click();
    await alice.page.keyboard.press('Escape');
    await mine.hasTitles(['four', 'one', 'two', 'three']);
    await expect(mine.item('four').root.locator(':focus')).toHaveCount(1);
  });

  test('when an item is restored from the trash', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: four }));
    await mine.item('one').destroy();
    await mine.item('two').destroy();
    await mine.choose('Trash');
    await alice.page.getByRole('button', { name: 'Restore two' }).focus();
    await alice.page.keyboard.press('Enter');
    await expect(alice.page.getByRole('button', { name: 'Restore one' })).toBeFocused();
  });
});

test('After a notice is dismissed by a click, the next key affects no row', async ({ tandem, alice }) => {
  const mine = await alice.open(await tandem.newList({ items: four }));
  await mine.item('four').destroy();
  await mine.notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(mine.notice).toHaveCount(0);
  await paints(alice.page);
  for (const key of [' ', 'x', 'Delete']) await alice.page.keyboard.press(key);
  await mine.hasTitles(['one', 'two', 'three']);
  await mine.item('one').isOpen();
});

test('The buttons of a panel announce their effect within the panel', async ({ tandem, alice }) => {
  const mine = await alice.open(await tandem.newList({ items: four }));
  await mine.item('two').detailsButton.click();
  await mine.details.getByRole('button', { name: 'Move up' }).click();
  await expect(mine.details.getByRole('status')).toHaveText('Moved “two” to the top');
});

test('Losing the network, and getting it back, is announced', async ({ tandem, alice }) => {
  const mine = await alice.open(await tandem.newList({ items: four }));
  await mine.live();
  await alice.goesOffline();
  await expect(mine.announcer).toHaveText('Offline');
  await alice.comesBack();
  await expect(mine.announcer).toHaveText('Up to date');
});

test('Single-key shortcuts can be turned off, and stay off', async ({ tandem, alice }) => {
  const mine = await alice.open(await tandem.newList({ items: four }));
  await mine.choose('Keyboard shortcuts');
  const letters = alice.page.getByRole('checkbox', { name: /single-key/i });
  await letters.uncheck();
  await alice.page.keyboard.press('Escape');
  for (const _ of ['now', 'and after a reload']) {
    await mine.row(0).checkbox.focus();
    await alice.page.keyboard.press('x');
    await alice.page.keyboard.press('/');
    await alice.page.keyboard.press('ArrowDown');
    await expect(mine.row(1).checkbox).toBeFocused();
    await mine.row(0).isOpen();
    await expect(mine.search).toHaveCount(0);
    await alice.page.reload();
    await alice.hydrated();
  }
  await mine.choose('Keyboard shortcuts');
  await letters.check();
  await alice.page.keyboard.press('Escape');
  await mine.row(0).checkbox.focus();
  await alice.page.keyboard.press('x');
  await mine.row(0).isDone();
});

test('A held key acts once', async ({ tandem, alice }) => {
  const mine = await alice.open(await tandem.newList({ items: four }));
  await mine.row(0).checkbox.focus();
  await alice.page.keyboard.down('Delete');
  await mine.hasTitles(['two', 'three', 'four']);
  for (let times = 0; times < 3; times += 1) await alice.page.keyboard.down('Delete');
  await alice.page.keyboard.up('Delete');
  await mine.hasTitles(['two', 'three', 'four']);
});

test('A view-only page offers no changes, and lists the right shortcuts', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: four });
  await alice.visit(`/${remote.viewToken}`);
  const mine = alice.list;
  await mine.hasTitles(four);
  await expect(mine.newTodo).toHaveCount(0);
  await alice.page.keyboard.press('j');
  await expect(mine.item('one').detailsButton).toBeFocused();
  await alice.page.keyboard.press('j');
  await expect(mine.item('two').detailsButton).toBeFocused();
  await alice.page.keyboard.press('Alt+ArrowUp');
  await alice.page.keyboard.press('x');
  await mine.hasTitles(four);
  await expect(mine.notice).toHaveCount(0);
  await alice.page.keyboard.press('?');
  const help = alice.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help.getByText('Search')).toBeVisible();
  await expect(help.getByText('Delete')).toHaveCount(0);
});

test('Cancelling an IME composition does not cancel the edit', async ({ tandem, alice }) => {
  const mine = await alice.open(await tandem.newList({ items: four }));
  const field = await mine.row(0).startEditing();
  await field.fill('eins');
  await field.evaluate((input) => {
    for (const key of ['Escape', 'Enter']) {
      input.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true }));
    }
  });
  await expect(field).toHaveValue('eins');
  await field.press('Enter');
  await mine.hasTitles(['eins', 'two', 'three', 'four']);
});

test('Undo in the field restores typed text, and leaves the list alone', async ({ tandem, alice }) => {
  const mine = await alice.open(await tandem.newList({ items: ['one'] }));
  await mine.item('one').tick();
  await mine.newTodo.focus();
  await alice.page.keyboard.type('milk');
  for (let letter = 0; letter < 4; letter += 1) await alice.page.keyboard.press('Backspace');
  await expect(mine.newTodo).toHaveValue('');
  await mine.undo();
  await mine.item('one').isDone();
  await mine.newTodo.fill('two');
  await mine.newTodo.press('Enter');
  await mine.undo();
  await mine.hasTitles(['one']);
});
