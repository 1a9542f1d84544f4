import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const shop = { items: ['buy milk', 'feed the cat', 'buy bread'], done: ['call the doctor'] };

test.describe('Searching', () => {
  test('begins with a slash, marks what matches, and ends with Escape', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList(shop);
    await remote.update((await remote.find('feed the cat')).id, { longdesc: 'what she does not buy herself' });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.row(0).checkbox.focus();
    await alice.page.keyboard.press('/');
    await expect(mine.search).toBeFocused();
    await mine.search.fill('BUY');
    await mine.hasTitles(['buy milk', 'feed the cat', 'buy bread']);
    await expect(mine.todoList.locator('mark')).toHaveText(['buy', 'buy']);
    await mine.tells(/3 matches/);
    await mine.filter('Completed').click();
    await mine.hasTitles([]);
    await mine.filter('All').click();
    await other.add('buy eggs');
    await mine.hasTitles(['buy milk', 'feed the cat', 'buy bread', 'buy eggs']);
    await mine.search.press('Escape');
    await expect(mine.search).toHaveCount(0);
    await mine.hasTitles(['buy milk', 'feed the cat', 'buy bread', 'call the doctor', 'buy eggs']);
    await expect(mine.todoList.locator('mark')).toHaveCount(0);
    await other.hasTitles(['buy milk', 'feed the cat', 'buy bread', 'call the doctor', 'buy eggs']);
  });

  test('finds items in collapsed sections, too', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['salt'] });
    await remote.add('Dairy', { issection: true });
    await remote.add('milk');
    const mine = await alice.open(remote);
    await mine.section('Dairy').root.getByRole('button', { name: 'Collapse' }).click();
    await mine.hasRows(['salt', 'Dairy']);
    await mine.choose('Search');
    await mine.search.fill('milk');
    await mine.hasRows(['milk']);
    await mine.search.press('Escape');
    await mine.hasRows(['salt', 'Dairy']);
  });
});

test('A search survives a visit to the trash', async ({ tandem, alice }) => {
  const mine = await alice.open(await tandem.newList(shop));
  await mine.choose('Search');
  await mine.search.fill('milk');
  await mine.choose('Trash');
  await alice.page.goBack();
  await expect(mine.search).toHaveValue('milk');
  await mine.hasTitles(['buy milk']);
});

test.describe('Ticked items', () => {
  test('move to the bottom for the person who asks for it, without changing the list', async ({
    tandem,
    alice,
    bob,
  }) => {
    const remote = await tandem.newList(shop);
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.choose('Move ticked items to the bottom');
    await mine.item('buy milk').tick();
    await mine.hasTitles(['feed the cat', 'buy bread', 'buy milk', 'call the doctor']);
    await other.hasTitles([...shop.items, ...shop.done]);
    await alice.page.reload();
    await alice.hydrated();
    await mine.hasTitles(['feed the cat', 'buy bread', 'buy milk', 'call the doctor']);
    await mine.choose('Move ticked items to the bottom');
    await mine.hasTitles([...shop.items, ...shop.done]);
    expect(await remote.titles()).toEqual([...shop.items, ...shop.done]);
  });

  test('at the bottom do not get in the way of items that are moved', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['one'], done: ['two'] });
    await remote.add('three');
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.choose('Move ticked items to the bottom');
    await mine.hasTitles(['one', 'three', 'two']);
    await mine.item('one').checkbox.focus();
    await alice.page.keyboard.press('Alt+ArrowDown');
    await mine.hasTitles(['three', 'one', 'two']);
    await other.hasTitles(['two', 'three', 'one']);
    await alice.page.keyboard.press('Alt+ArrowDown');
    await mine.hasTitles(['three', 'one', 'two']);
    await alice.page.keyboard.press('Alt+ArrowUp');
    await mine.hasTitles(['one', 'three', 'two']);
  });

  test('are all unticked at once, to start over', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['salt'], done: ['milk', 'bread'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.choose('Untick all');
    for (const list of [mine, other]) await list.hasCount(3);
    await mine.undo();
    for (const list of [mine, other]) await list.hasCount(1);
  });
});

test.describe('Shortcuts', () => {
  test('walk, tick, edit and delete', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList(shop);
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    const { keyboard } = alice.page;
    await expect(mine.newTodo).toBeFocused();
    await keyboard.press('ArrowDown');
    await expect(mine.row(0).checkbox).toBeFocused();
    await keyboard.press('j');
    await expect(mine.row(1).checkbox).toBeFocused();
    await keyboard.press('ArrowDown');
    await keyboard.press('k');
    await keyboard.press('x');
    for (const list of [mine, other]) await list.item('feed the cat').isDone();
    await keyboard.press('e');
    await expect(mine.row(1).editField).toBeFocused();
    await mine.row(1).editField.fill('feed both cats');
    await keyboard.press('Enter');
    await other.hasTitles(['buy milk', 'feed both cats', 'buy bread', 'call the doctor']);
    await keyboard.press('ArrowUp');
    await keyboard.press('Delete');
    await other.hasTitles(['feed both cats', 'buy bread', 'call the doctor']);
    await expect(mine.row(0).checkbox).toBeFocused();
    await keyboard.press('n');
    await expect(mine.newTodo).toBeFocused();
  });

  test('are plain letters while someone is typing', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList(shop));
    await mine.newTodo.pressSequentially('njkxe/? ');
    await expect(mine.newTodo).toHaveValue('njkxe/? ');
    await mine.newTodo.press('Delete');
    await mine.hasTitles([...shop.items, ...shop.done]);
    await expect(mine.search).toHaveCount(0);
    const field = await mine.row(0).startEditing();
    await field.fill('');
    await field.pressSequentially('xx/jk?');
    await expect(field).toHaveValue('xx/jk?');
  });

  test('are listed by a question mark', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList(shop));
    await mine.row(0).checkbox.focus();
    await alice.page.keyboard.press('?');
    const help = alice.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(help).toBeVisible();
    await expect(help.getByText('Move the item')).toBeVisible();
    // The page behind the dialog ignores the keys.
    await alice.page.keyboard.press('x');
    await alice.page.keyboard.press('Escape');
    await expect(help).toBeHidden();
    await mine.row(0).isOpen();
    await mine.choose('Keyboard shortcuts');
    await expect(help).toBeVisible();
  });
});

test.describe('When others change the list', () => {
  test('the focus stays where it was', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['one', 'two', 'three', 'four'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('three').checkbox.focus();
    await other.item('one').destroy();
    await other.add('five');
    await other.item('three').rename('the third');
    await other.item('two').tick();
    await mine.hasTitles(['two', 'the third', 'four', 'five']);
    await mine.item('two').isDone();
    await expect(mine.item('the third').checkbox).toBeFocused();
    await other.item('four').checkbox.focus();
    await bob.page.keyboard.press('Alt+ArrowUp');
    await mine.hasTitles(['two', 'four', 'the third', 'five']);
    await expect(mine.item('the third').checkbox).toBeFocused();
    await other.item('the third').checkbox.focus();
    await bob.page.keyboard.press('Alt+ArrowUp');
    await bob.page.keyboard.press('Alt+ArrowUp');
    await mine.hasTitles(['the third', 'two', 'four', 'five']);
    await expect(mine.item('the third').checkbox).toBeFocused();
  });

  test('a row being edited stays open with its text, wherever it is moved', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['one', 'two', 'three'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    const field = await mine.item('two').startEditing();
    await field.fill('two, and a h!');
    await field.press('ArrowLeft');
    await other.item('two').checkbox.focus();
    await bob.page.keyboard.press('Alt+ArrowUp');
    await expect(mine.items.first()).toHaveClass('editing');
    await other.item('two').checkbox.focus();
    await bob.page.keyboard.press('Alt+ArrowDown');
    await bob.page.keyboard.press('Alt+ArrowDown');
    await expect(mine.items.last()).toHaveClass('editing');
    await alice.page.keyboard.type('alf');
    await alice.page.keyboard.press('Enter');
    for (const list of [mine, other]) await list.hasTitles(['one', 'three', 'two, and a half!']);
  });

  test('a screen reader announces it in one sentence', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['one'] });
    const mine = await alice.open(remote);
    await mine.live();
    await remote.add('two');
    await expect(mine.announcer).toHaveText('“two” was added');
    await Promise.all(['three', 'four', 'five'].map((title) => remote.add(title)));
    await expect(mine.announcer).toHaveText(/^3 changes by others$/);
  });
});

test.describe("The language is the browser's", () => {
  test('from the first HTML on, in German', async ({ tandem, browser }) => {
    const anna = await Person.arrives(browser, 'Anna', { locale: 'de-AT' });
    const remote = await tandem.newList({ items: ['Milch'] });
    const html = await (
      await anna.page.request.get(remote.path, { headers: { 'accept-language': 'de-AT,de;q=0.9' } })
    ).text();
    expect(html).toContain('<html lang="de"');
    expect(html).toContain('Was ist zu tun?');
    await anna.page.goto(remote.path);
    await anna.hydrated();
    const { page, list } = anna;
    await expect(page.getByPlaceholder('Was ist zu tun?')).toBeFocused();
    await page.keyboard.type('Brot');
    await page.keyboard.press('Enter');
    await list.hasTitles(['Milch', 'Brot']);
    await list.item('Milch').destroy();
    await page.getByRole('button', { name: 'Rückgängig' }).first().click();
    await list.hasTitles(['Milch', 'Brot']);
    await anna.visit('/');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await anna.leaves();
  });

  test('in English if it is another one', async ({ tandem, browser }) => {
    const yuki = await Person.arrives(browser, 'Yuki', { locale: 'ja-JP' });
    await yuki.open(await tandem.newList({ items: ['牛乳'] }));
    await expect(yuki.page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(yuki.list.newTodo).toBeVisible();
    await yuki.leaves();
  });
});
