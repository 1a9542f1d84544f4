// TodoMVC's contract: editing.

import { expect, test } from '../support/test.ts';
import { Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('Editing', () => {
  test('begins with a double click, with the text in a field that has the focus', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three, done: ['done already'] }));
    const milk = list.row(0);
    await milk.title.dblclick();
    await expect(milk.root).toHaveClass('editing');
    await expect(milk.editField).toBeFocused();
    await expect(milk.editField).toHaveValue('buy milk');
    await expect(milk.editField).toHaveAccessibleName(/Edit/);
    await milk.editField.press('Escape');
    await expect(milk.root).toHaveClass('');

    const done = list.row(3);
    await done.title.dblclick();
    await expect(done.root).toHaveClass(/^(completed editing|editing completed)$/);
  });

  test('begins with a control that is there without hovering', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    const milk = list.row(0);
    await expect(milk.editButton).toBeVisible();
    await milk.editButton.click();
    await expect(milk.editField).toBeFocused();
    await milk.editField.fill('buy oat milk');
    await milk.editField.press('Enter');
    await list.hasTitles(['buy oat milk', 'feed the cat', 'call the doctor']);
  });

  test('continues on a click into the field', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    const field = await list.row(0).startEditing();
    await field.fill('buy oat milk');
    await field.click({ position: { x: 8, y: 22 } });
    await expect(list.row(0).root).toHaveClass('editing');
    await expect(field).toBeFocused();
    await expect(field).toHaveValue('buy oat milk');
    await field.press('Home');
    await alice.page.keyboard.type('do not ');
    await field.press('Enter');
    await list.hasTitles(['do not buy oat milk', ...three.slice(1)]);
  });

  test('shows one field at a time', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    await list.row(0).startEditing();
    await list.row(1).startEditing();
    await expect(alice.page.locator('.edit:visible')).toHaveCount(1);
    await expect(list.row(0).root).toHaveClass('');
  });

  test('of one row is not disturbed by the end of another', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: three }));
    const field = await list.row(0).startEditing();
    await field.fill('first');
    await alice.page.evaluate(async () => {
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      document.querySelectorAll<HTMLElement>('.edit-button')[1]?.click();
      const nextFrame = () => new Promise(requestAnimationFrame);
      await nextFrame();
      await nextFrame();
    });
    await expect(list.row(1).editField).toBeFocused();
    await list.row(1).editField.fill('second');
    await alice.page.keyboard.press('Enter');
    await list.hasTitles(['first', 'second', three[2]!]);
  });

  test('ends with Enter, which saves, and saves once', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    const pushes = Pushes.of(alice.page);
    await list.item('feed the cat').rename('feed both cats');
    await list.hasTitles(['buy milk', 'feed both cats', 'call the doctor']);
    await expect(list.row(1).root).toHaveClass('');
    // Changes are sent in order: once this one has arrived, the rename has, too.
    await list.row(0).tick();
    await expect.poll(async () => (await remote.items())[0]?.isdone).toBe(true);
    await list.live();
    expect(pushes.renames).toEqual(['feed both cats']);
    expect(await remote.titles()).toEqual(['buy milk', 'feed both cats', 'call the doctor']);
  });

  test('ends when the field loses the focus, which saves once', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    const pushes = Pushes.of(alice.page);
    const field = await list.row(1).startEditing();
    await field.fill('feed both cats');
    await list.newTodo.click();
    await list.hasTitles(['buy milk', 'feed both cats', 'call the doctor']);
    await expect(list.row(1).root).toHaveClass('');
    await list.row(0).tick();
    await expect.poll(async () => (await remote.items())[0]?.isdone).toBe(true);
    await list.live();
    expect(pushes.renames).toEqual(['feed both cats']);
  });

  test('trims what was typed', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk'] }));
    await list.row(0).rename('   buy oat milk \t ');
    await expect.poll(() => list.exactTitles()).toEqual(['buy oat milk']);
  });

  test('ends with Escape, which changes nothing and sends nothing', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    const pushes = Pushes.of(alice.page);
    const field = await list.row(1).startEditing();
    await field.fill('something else');
    await field.press('Escape');
    await expect(list.row(1).root).toHaveClass('');
    await list.hasTitles(three);
    await list.row(0).tick();
    await expect.poll(async () => (await remote.items())[0]?.isdone).toBe(true);
    await list.live();
    expect(pushes.renames).toEqual([]);
    // The cancelled text does not come back with the next edit.
    await list.row(1).startEditing();
    await expect(list.row(1).editField).toHaveValue('feed the cat');
  });

  test('deletes the item when the text was emptied', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.row(1).rename('   ');
    await list.hasTitles(['buy milk', 'call the doctor']);
    const field = await list.row(0).startEditing();
    await field.fill('');
    await list.newTodo.click();
    await list.hasTitles(['call the doctor']);
    await list.live();
    expect(await remote.titles()).toEqual(['call the doctor']);
  });
});
