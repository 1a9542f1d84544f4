import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const shopping = `# Dairy
- milk
* [x] butter

1. eggs
# Fruit
- [ ] apples
plain`;

test.describe('Several lines that are pasted', () => {
  test('become items and sections, after a look at them, and one undo takes them away', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['before'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.newTodo.focus();
    await mine.paste(shopping);
    const preview = alice.page.getByRole('dialog', { name: 'Add 7 lines as items?' });
    await expect(preview).toBeVisible();
    await expect(preview.getByRole('listitem')).toHaveText(['Dairy', 'milk', 'butter', 'eggs', 'Fruit', 'apples']);
    await expect(preview).toContainText('… and 1 more');
    await preview.getByRole('button', { name: 'Add them' }).click();
    for (const list of [mine, other]) {
      await list.hasRows(['before', 'Dairy', 'milk', 'butter', 'eggs', 'Fruit', 'apples', 'plain']);
      await list.item('butter').isDone();
      await expect(list.sections).toHaveText(['Dairy', 'Fruit']);
    }
    await expect(mine.newTodo).toBeFocused();
    await mine.undo();
    for (const list of [mine, other]) await list.hasRows(['before']);
  });

  test('are not added when the person thinks better of it', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: ['before'] }));
    await mine.newTodo.focus();
    await mine.paste(shopping);
    await alice.page.getByRole('button', { name: 'Cancel' }).click();
    await expect(alice.page.getByRole('dialog')).toHaveCount(0);
    await mine.paste(shopping);
    await alice.page.keyboard.press('Escape');
    await expect(alice.page.getByRole('dialog')).toHaveCount(0);
    await mine.hasRows(['before']);
  });

  test('are asked about, although those before them have been added in the same moment', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList());
    await mine.newTodo.focus();
    await mine.paste('one\ntwo\nthree');
    await alice.page.getByRole('dialog', { name: 'Add 3 lines as items?' }).waitFor();
    await alice.page.evaluate(async () => {
      document.querySelector<HTMLElement>('dialog.paste .primary')?.click();
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'four\nfive');
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.querySelector('.new-todo')?.dispatchEvent(event);
      const nextFrame = () => new Promise(requestAnimationFrame);
      await nextFrame();
      await nextFrame();
    });
    await alice.page.getByRole('dialog', { name: 'Add 2 lines as items?' }).getByRole('button', { name: 'Add them' }).click();
    await mine.hasTitles(['one', 'two', 'three', 'four', 'five']);
  });

  test('are five hundred at the most', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.newTodo.focus();
    await mine.paste(Array.from({ length: 600 }, (_, number) => `- item ${number}`).join('\n'));
    await expect(alice.page.getByText('Only the first 500 lines are taken.')).toBeVisible();
    await alice.page.getByRole('button', { name: 'Add them' }).click();
    for (const list of [mine, other]) await expect(list.items).toHaveCount(500);
    await mine.undo();
    for (const list of [mine, other]) await expect(list.items).toHaveCount(0);
  });

  test('a single line is typed as it is', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList());
    await alice.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await alice.page.evaluate(() => navigator.clipboard.writeText('- just one'));
    await mine.newTodo.focus();
    await alice.page.keyboard.press('Control+v');
    await expect(mine.newTodo).toHaveValue('- just one');
    await expect(alice.page.getByRole('dialog')).toHaveCount(0);
  });
});

test.describe('What is on the list already', () => {
  test('is said quietly, and can be added all the same', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: ['Milk'] }));
    await mine.newTodo.fill('milk');
    await mine.tells(/“Milk” is on the list already\./);
    await mine.newTodo.press('Enter');
    await mine.hasTitles(['Milk', 'milk']);
    await expect(alice.page.getByText('on the list already')).toHaveCount(0);
  });

  test('is un-ticked instead, where it was ticked', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['bread'], done: ['Milk'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.newTodo.fill('MILK');
    await alice.page.getByRole('button', { name: 'Un-tick it instead' }).click();
    for (const list of [mine, other]) {
      await list.item('Milk').isOpen();
      await list.hasTitles(['bread', 'Milk']);
    }
    await expect(mine.newTodo).toHaveValue('');
    await expect(mine.newTodo).toBeFocused();
  });
});

test('On a phone the field keeps the focus between entries, by the button too', async ({ tandem, browser, bob }) => {
  const walker = await Person.arrives(browser, 'a walker', {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const remote = await tandem.newList();
  const [mine, other] = [await walker.open(remote), await bob.open(remote)];
  await mine.newTodo.tap();
  await walker.page.evaluate(() => {
    const left: string[] = [];
    Object.assign(window, { left });
    document.querySelector('.new-todo')?.addEventListener('blur', () => left.push('the field'));
  });
  await mine.newTodo.pressSequentially('milk');
  await walker.page.keyboard.press('Enter');
  await mine.hasTitles(['milk']);
  await mine.newTodo.pressSequentially('bread');
  await walker.page.keyboard.press('Enter');
  for (const list of [mine, other]) await list.hasTitles(['milk', 'bread']);
  await expect(mine.newTodo).toBeFocused();
  expect(await walker.page.evaluate(() => (window as unknown as { left: string[] }).left)).toEqual([]);
  await mine.newTodo.pressSequentially('salt');
  await walker.page.getByRole('button', { name: 'Add', exact: true }).tap();
  await mine.hasTitles(['milk', 'bread', 'salt']);
  await expect(mine.newTodo).toBeFocused();
  // Ticking does not bring the keyboard up.
  await mine.item('milk').checkbox.tap();
  await mine.item('milk').isDone();
  await expect(mine.newTodo).not.toBeFocused();
  await walker.leaves();
});
