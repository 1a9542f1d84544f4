import type { Page } from '@playwright/test';

import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const shopping = `# Dairy
- milk
* [x] butter

☐ eggs
# Fruit
- [ ] apples
plain`;

test.describe('Pasted lines', () => {
  test('become items and sections after a preview, and one undo removes them', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['before'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.newTodo.focus();
    await mine.paste(shopping);
    const preview = alice.page.getByRole('dialog', { name: 'Add 7 items?' });
    await expect(preview).toBeVisible();
    await expect(preview.getByRole('listitem')).toHaveText(['Dairy', 'milk', 'butter', 'eggs', 'Fruit', 'apples']);
    await expect(preview).toContainText('…and 1 more');
    await preview.getByRole('button', { name: 'Add 7 items' }).click();
    for (const list of [mine, other]) {
      await list.hasRows(['before', 'Dairy', 'milk', 'butter', 'eggs', 'Fruit', 'apples', 'plain']);
      await list.item('butter').isDone();
      await expect(list.sections).toHaveText(['Dairy', 'Fruit']);
    }
    await expect(mine.newTodo).toBeFocused();
    await mine.undo();
    for (const list of [mine, other]) await list.hasRows(['before']);
  });

  test('are not added if the preview is cancelled', async ({ tandem, alice }) => {
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

  test('show a preview, even right after earlier ones were added', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList());
    await mine.newTodo.focus();
    await mine.paste('one\ntwo\nthree');
    await alice.page.getByRole('dialog', { name: 'Add 3 items?' }).waitFor();
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
    await alice.page.getByRole('dialog', { name: 'Add 2 items?' }).getByRole('button', { name: 'Add 2 items' }).click();
    await mine.hasTitles(['one', 'two', 'three', 'four', 'five']);
  });

  test('are all added, or all refused with the reason', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.newTodo.focus();
    await mine.paste(Array.from({ length: 600 }, (_, number) => `- item ${number}`).join('\n'));
    await alice.page.getByRole('button', { name: 'Add 600 items' }).click();
    for (const list of [mine, other]) await expect(list.items).toHaveCount(600);
    await mine.undo();
    for (const list of [mine, other]) await expect(list.items).toHaveCount(0);

    await mine.newTodo.focus();
    await mine.paste(`milk\n${'x'.repeat(2001)}`);
    const preview = alice.page.getByRole('dialog');
    await expect(preview).toContainText('2,000');
    await expect(preview.getByRole('button', { name: 'Add 2 items' })).toBeDisabled();
    await preview.getByRole('button', { name: 'Cancel' }).click();
    await mine.paste('- item\n'.repeat(5001));
    await expect(preview).toContainText('5,000');
    await expect(preview.getByRole('button', { name: 'Add 5,001 items' })).toBeDisabled();
  });

  test('restore an exported list, with its sections, ticks, dates and notes', async ({ tandem, alice }) => {
    const from = await tandem.newList({
      title: 'Groceries',
      items: ['18. September: fair', '- [x] a box'],
      done: ['bread'],
    });
    await from.add('Fruit', { issection: true, longdesc: 'the ripe ones' });
    await from.add('cake', { due: '2999-12-24', longdesc: 'with cherries\n\n- and cream\n```\n1. no\n2. no' });
    const file = await (await fetch(`${tandem.address}${from.path}/export.md`)).text();
    const into = await tandem.newList();
    const mine = await alice.open(into);
    await mine.newTodo.focus();
    await mine.paste(file);
    await alice.page.getByRole('button', { name: 'Add 5 items' }).click();
    await mine.hasRows(['18. September: fair', '- [x] a box', 'bread', 'Fruit', 'cake']);
    await expect(mine.heading).toHaveText('Groceries');
    await mine.live();
    for (const title of ['18. September: fair', '- [x] a box', 'bread', 'Fruit', 'cake']) {
      const [was, is] = [await from.find(title), await into.find(title)];
      for (const field of ['longdesc', 'isdone', 'due', 'issection'] as const) expect(is[field]).toEqual(was[field]);
    }
    await mine.undo();
    await expect(mine.items).toHaveCount(0);
    await expect(mine.heading).toHaveText('Todos');
  });

  for (const [way, put] of Object.entries({
    'by the clipboard of a keyboard': (page: Page) => page.keyboard.insertText('- [x] milk\nbread'),
    'by dropping': async (page: Page) => {
      const box = await page.locator('.new-todo').boundingBox();
      const devtools = await page.context().newCDPSession(page);
      const data = { items: [{ mimeType: 'text/plain', data: '- [x] milk\r\nbread' }], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await devtools.send('Input.dispatchDragEvent', { type, x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + 10, data });
      }
    },
    'by an input method that cannot be stopped': (page: Page) =>
      page.locator('.new-todo').evaluate((field: HTMLInputElement) => {
        field.value += 'milk bread';
        const data = '- [x] milk\u2028bread';
        field.dispatchEvent(new InputEvent('input', { inputType: 'insertCompositionText', data, bubbles: true }));
      }),
  })) {
    test(`show a preview when they are put in ${way}`, async ({ tandem, alice }) => {
      const mine = await alice.open(await tandem.newList());
      await mine.newTodo.fill('so far');
      await put(alice.page);
      const preview = alice.page.getByRole('dialog', { name: 'Add 2 items?' });
      await expect(preview.getByRole('listitem')).toHaveText(['milk', 'bread']);
      await expect(mine.newTodo).toHaveValue('so far');
      await preview.getByRole('button', { name: 'Add 2 items' }).click();
      await mine.hasTitles(['milk', 'bread']);
      await mine.item('milk').isDone();
    });
  }

  test('a single line is inserted as it is', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList());
    await alice.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await alice.page.evaluate(() => navigator.clipboard.writeText('- just one'));
    await mine.newTodo.focus();
    await alice.page.keyboard.press('Control+v');
    await expect(mine.newTodo).toHaveValue('- just one');
    await expect(alice.page.getByRole('dialog')).toHaveCount(0);
  });
});

test('Marks in a typed line are understood, and text that only looks like one stays', async ({
  tandem,
  alice,
  bob,
}) => {
  const remote = await tandem.newList();
  const [mine, other] = [await alice.open(remote), await bob.open(remote)];
  await mine.add('[x] milk', '- [ ] bread', '☑ salt', '18. September: fair', '-5 degrees', 'C:\\*');
  for (const list of [mine, other]) {
    await list.hasTitles(['milk', 'bread', 'salt', '18. September: fair', '-5 degrees', 'C:\\*']);
    for (const title of ['milk', 'salt']) await list.item(title).isDone();
    await list.item('bread').isOpen();
  }
});

test('Text being typed survives a visit to the trash, and a reload', async ({ tandem, alice }) => {
  const [remote, another] = [await tandem.newList({ items: ['milk'] }), await tandem.newList()];
  const mine = await alice.open(remote);
  await mine.newTodo.fill('half a thou');
  await mine.choose('Trash');
  await expect(alice.page).toHaveURL(/\/trash$/);
  await alice.page.goBack();
  await expect(mine.newTodo).toHaveValue('half a thou');
  await alice.page.reload();
  await alice.hydrated();
  await expect(mine.newTodo).toHaveValue('half a thou');
  // It belongs to its list.
  await alice.open(another);
  await expect(mine.newTodo).toHaveValue('');
  await alice.open(remote);
  await expect(mine.newTodo).toHaveValue('half a thou');
  await mine.newTodo.pressSequentially('ght');
  await mine.newTodo.press('Enter');
  await mine.hasTitles(['milk', 'half a thought']);
  await mine.live();
  await alice.page.reload();
  await alice.hydrated();
  await expect(mine.newTodo).toHaveValue('');
});

test.describe('An item that is already on the list', () => {
  test('is pointed out quietly, and can still be added', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: ['Milk'] }));
    await mine.newTodo.fill('milk');
    await mine.tells(/“Milk” is already on the list\./);
    await mine.newTodo.press('Enter');
    await mine.hasTitles(['Milk', 'milk']);
    await expect(alice.page.getByText('already on the list')).toHaveCount(0);
  });

  test('is unticked instead, if it was ticked', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['bread'], done: ['Milk'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.newTodo.fill('MILK');
    await alice.page.getByRole('button', { name: 'Untick it instead' }).click();
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
  // Ticking does not open the keyboard.
  await mine.item('milk').checkbox.tap();
  await mine.item('milk').isDone();
  await expect(mine.newTodo).not.toBeFocused();
  await walker.leaves();
});
