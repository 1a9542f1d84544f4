// Others' changes while someone is typing.

import { expect, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('While somebody is typing in a row', () => {
  test("others' changes to it neither wipe the text nor take the focus", async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    const row = other.row(0);
    const field = await row.startEditing();
    await field.fill('buy milk and honey');
    await field.evaluate((input: HTMLInputElement) => input.setSelectionRange(4, 8));

    await mine.item('buy milk').tick();
    await expect(row.root).toHaveClass(/^(completed editing|editing completed)$/);
    await mine.item('buy milk').rename('buy oat milk');
    await expect(row.title).toHaveText('buy oat milk');
    await mine.add('one more');
    await expect(other.items).toHaveCount(4);
    await mine.item('feed the cat').destroy();
    await expect(other.items).toHaveCount(3);

    await expect(field).toHaveValue('buy milk and honey');
    await expect(field).toBeFocused();
    expect(await field.evaluate((input: HTMLInputElement) => [input.selectionStart, input.selectionEnd])).toEqual([
      4, 8,
    ]);

    await field.press('Enter');
    for (const list of [mine, other]) {
      await list.hasTitles(['buy milk and honey', 'call the doctor', 'one more']);
      await list.row(0).isDone();
    }
  });

  test('the row stays, even if it no longer matches the filter', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote, 'active');
    const field = await other.row(0).startEditing();
    await field.fill('buy milk and');
    await mine.item('buy milk').tick();
    await other.hasCount(2);
    await expect(field).toHaveValue('buy milk and');
    await expect(field).toBeFocused();
    await bob.page.keyboard.press('End');
    await bob.page.keyboard.type(' honey');
    await bob.page.keyboard.press('Enter');
    await other.hasTitles(three.slice(1));
    await mine.hasTitles(['buy milk and honey', ...three.slice(1)]);
    await mine.row(0).isDone();
  });

  test('a new title of the list does not disturb the field for it', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    const field = await other.startRenaming();
    await field.fill('Groc');
    await mine.rename('Shopping');
    await mine.live();
    // The document's title shows that the change has arrived.
    await expect(bob.page).toHaveTitle(/Shopping/);
    await expect(field).toHaveValue('Groc');
    await expect(field).toBeFocused();
    await bob.page.keyboard.press('End');
    await bob.page.keyboard.type('eries');
    await bob.page.keyboard.press('Enter');
    for (const list of [mine, other]) await expect(list.heading).toHaveText('Groceries');
  });

  test("others' changes do not disturb the field for a new item", async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await other.newTodo.pressSequentially('half a th');
    await mine.add(...three);
    await other.hasTitles(three);
    await mine.row(0).destroy();
    await other.hasTitles(three.slice(1));
    await expect(other.newTodo).toHaveValue('half a th');
    await expect(other.newTodo).toBeFocused();
    await bob.page.keyboard.type('ought');
    await bob.page.keyboard.press('Enter');
    await mine.hasTitles([...three.slice(1), 'half a thought']);
  });

  test('and someone deletes the item, the page says so and keeps the text', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    const field = await other.row(0).startEditing();
    await field.fill('buy milk and honey');
    await mine.item('buy milk').destroy();
    await mine.hasTitles(three.slice(1));
    await other.tells(/deleted/i);
    await other.stillHas('buy milk and honey');
    expect(await remote.titles()).toEqual(three.slice(1));
  });

  test('and someone deletes the item, further typing affects no other row', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    const field = await mine.item('buy milk').startEditing();
    await field.fill('buy milk');
    await other.item('buy milk').destroy();
    await mine.hasTitles(['feed the cat', 'call the doctor']);
    await expect(alice.page.getByRole('textbox', { name: 'What you typed' })).toBeFocused();
    for (const key of [' ', 'x', 'Delete', 'e']) await alice.page.keyboard.press(key);
    await mine.hasTitles(['feed the cat', 'call the doctor']);
    await mine.item('feed the cat').isOpen();
    await expect(mine.items.locator('.edit')).toHaveCount(0);
  });

  test('and someone deletes the list, the page says so and keeps the text', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await other.live();
    await other.newTodo.pressSequentially('half a thought');
    await mine.deleteList('confirm');
    await expect(alice.page).toHaveURL('/');
    await other.tells(/deleted/i);
    await other.stillHas('half a thought');
  });
});
