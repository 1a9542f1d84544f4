import type { Page } from '@playwright/test';

import { expect, test } from '../support/test.ts';

interface Key {
  key: string;
  code: string;
  ctrlKey?: boolean;
  shiftKey?: boolean;
  altKey?: boolean;
}

/** Presses a key of another keyboard layout. */
async function press(page: Page, init: Key): Promise<void> {
  await page.evaluate((init) => {
    const options = { bubbles: true, cancelable: true, ...init };
    (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', options));
  }, init);
}

/** Sets a field as form fillers and dictation do, which fire the `change` event alone. */
async function fillIn(page: Page, selector: string, value: string): Promise<void> {
  await page.locator(selector).evaluate((field: HTMLInputElement | HTMLTextAreaElement, value) => {
    field.value = value;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }, value);
}

test.describe('Searching', () => {
  for (const [query, title, marked] of [
    ['creme brulee', 'Crème brûlée', 'Crème brûlée'],
    ['CRÈME', 'creme', 'creme'],
    ['cafe\u0301', 'Café au lait', 'Café'],
    ['café', 'Cafe\u0301 au lait', 'Cafe\u0301'],
    ['strasse', 'Straße', 'Straße'],
    ['straße', 'STRASSE', 'STRASSE'],
    ['ΟΔΟΣ', 'οδός', 'οδός'],
    ['οδοσ', 'ΟΔΟΣ', 'ΟΔΟΣ'],
    ['istanbul', 'İSTANBUL', 'İSTANBUL'],
    ['smorrebrod', 'Smørrebrød', 'Smørrebrød'],
    ['lodz', 'Łódź', 'Łódź'],
    ['елка', 'Ёлка', 'Ёлка'],
    ['ｍｉｌｋ', 'milk', 'milk'],
    ['カ', 'ｶ', 'ｶ'],
    ['한', '\u1112\u1161\u11ab', '\u1112\u1161\u11ab'],
    ['שלום', 'שָׁלוֹם', 'שָׁלוֹם'],
    ['office', 'oﬃce', 'oﬃce'],
  ] as const) {
    test(`for “${query}” finds “${title}”`, async ({ tandem, alice }) => {
      const list = await alice.open(await tandem.newList({ items: [title, 'something else'] }));
      await list.choose('Search');
      await list.search.fill(query);
      await list.hasTitles([title]);
      await expect(list.todoList.locator('mark')).toHaveText([marked]);
    });
  }
});

test.describe('The hint at duplicates', () => {
  for (const [typed, title] of [
    ['MÜSLI', 'Mu\u0308sli'],
    ['STRASSE', 'Straße'],
    ['οδος', 'ΟΔΟΣ'],
    ['istanbul', 'İstanbul'],
  ] as const) {
    test(`knows “${title}” in “${typed}”`, async ({ tandem, alice }) => {
      const list = await alice.open(await tandem.newList({ items: [title] }));
      await list.newTodo.fill(typed);
      await list.tells(/already on the list/);
    });
  }

  test('takes another accent for another word', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['Müsli', 'musli2'] }));
    await list.newTodo.fill('MUSLI2');
    await list.tells(/already on the list/);
    await list.newTodo.fill('Musli');
    await expect(list.messages.filter({ hasText: /already/, visible: true })).toHaveCount(0);
  });
});

test('Invisible characters make no item', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: ['milk'] });
  const list = await alice.open(remote);
  await list.add('\u200b', '\ufeff', '\u2800\u2800', '\u202e', '\u3164', 'bread');
  await list.hasTitles(['milk', 'bread']);
  const field = await list.item('milk').startEditing();
  await field.fill('\u200b');
  await field.press('Enter');
  await list.hasTitles(['bread']);
  await expect.poll(() => remote.titles()).toEqual(['bread']);
});

test.describe('Text in the other direction', () => {
  const title = '\u202eevil';

  test('affects nothing but itself', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: '\u202eGroceries', items: [title] });
    const list = await alice.open(remote);
    expect(await alice.page.title()).toBe('\u2068Groceries\u2069 · Tandem');
    await list.row(0).tick();
    await expect(list.announcer).toHaveText('Ticked “\u2068evil\u2069”');
    await list.newTodo.fill(title);
    await list.tells(/“\u2068evil\u2069” is already on the list/);
    for (const element of [list.heading, list.row(0).title]) {
      await expect(element).toHaveCSS('unicode-bidi', /isolate|plaintext/);
    }
  });

  test('is typed from its own side', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['milk'] }));
    await list.newTodo.fill('חלב');
    await expect(list.newTodo).toHaveCSS('direction', 'rtl');
    const edit = await list.item('milk').startEditing();
    await edit.fill('حليب');
    await expect(edit).toHaveCSS('direction', 'rtl');
    await edit.press('Escape');
    const rename = await list.startRenaming();
    await rename.fill('רשימה');
    await expect(rename).toHaveCSS('direction', 'rtl');
    await rename.press('Escape');
    await list.choose('Search');
    await list.search.fill('חלב');
    await expect(list.search).toHaveCSS('direction', 'rtl');
  });
});

test('A title that looks like a placeholder breaks no sentence', async ({ tandem, alice }) => {
  const titles = ['replace {}', '{0}', '{title} {count}', '%s'];
  const list = await alice.open(await tandem.newList({ items: titles }));
  for (const [index, title] of titles.entries()) {
    await list.row(index).tick();
    await expect(list.announcer).toHaveText(`Ticked “${title}”`);
  }
  await list.row(1).checkbox.focus();
  await alice.page.keyboard.press('Alt+ArrowUp');
  await expect(list.notice).toContainText('Moved “{0}” to the top');
});

test.describe('On any keyboard', () => {
  test('shortcuts are where their letters are printed', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['milk', 'bread'] }));
    const { page } = alice;
    await list.row(0).checkbox.focus();
    await press(page, { key: 'ч', code: 'KeyX' });
    await list.row(0).isDone();
    await press(page, { key: 'я', code: 'KeyZ', ctrlKey: true });
    await list.row(0).isOpen();
    await press(page, { key: 'Я', code: 'KeyZ', ctrlKey: true, shiftKey: true });
    await list.row(0).isDone();
    await press(page, { key: 'я', code: 'KeyZ', ctrlKey: true });
    await list.row(0).isOpen();
    await press(page, { key: 'н', code: 'KeyY', ctrlKey: true });
    await list.row(0).isDone();
    // A German keyboard has Z in the place of Y: the typed letter counts.
    await press(page, { key: 'z', code: 'KeyY', ctrlKey: true });
    await list.row(0).isOpen();
    await press(page, { key: 'т', code: 'KeyN' });
    await expect(list.newTodo).toBeFocused();
  });

  test('Ctrl+Y redoes in the empty field for new items', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['milk'] }));
    await list.row(0).tick();
    await list.newTodo.focus();
    await alice.page.keyboard.press('Control+z');
    await list.row(0).isOpen();
    await alice.page.keyboard.press('Control+y');
    await list.row(0).isDone();
  });

  test('what AltGr types is no shortcut', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['milk'] }));
    await list.row(0).tick();
    await list.row(0).checkbox.focus();
    await press(alice.page, { key: 'z', code: 'KeyZ', ctrlKey: true, altKey: true });
    await press(alice.page, { key: 'я', code: 'KeyZ', ctrlKey: true, altKey: true });
    await list.row(0).isDone();
  });

  test('Backspace deletes the focused row, but never while typing', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['milk', 'bread'] }));
    await list.newTodo.fill('x');
    await list.newTodo.press('Backspace');
    await list.newTodo.press('Backspace');
    await list.hasTitles(['milk', 'bread']);
    await list.row(0).checkbox.focus();
    await alice.page.keyboard.press('Backspace');
    await list.hasTitles(['bread']);
    await expect(list.row(0).root.locator(':focus')).toHaveCount(1);
  });
});

test('A value set by a program that only fires the change event is accepted', async ({ tandem, alice }) => {
  const remote = await tandem.newList({ items: ['milk', 'bread'] });
  const list = await alice.open(remote);
  const { page } = alice;
  await fillIn(page, '.new-todo', 'milk');
  await list.tells(/already on the list/);
  await fillIn(page, '.new-todo', 'eggs');
  await list.newTodo.press('Enter');
  await list.item('milk').startEditing();
  await fillIn(page, '.edit', 'oat milk');
  await list.row(0).editField.press('Enter');
  await list.hasTitles(['oat milk', 'bread', 'eggs']);
  await list.startRenaming();
  await fillIn(page, '.edit-title', 'Groceries');
  await page.locator('.edit-title').press('Enter');
  await expect(list.heading).toHaveText('Groceries');
  await list.item('bread').detailsButton.click();
  await fillIn(page, 'dialog.details textarea', 'the dark one');
  await fillIn(page, 'dialog.details input[type=date]', '2026-12-24');
  await expect.poll(async () => (await remote.find('bread')).longdesc).toBe('the dark one');
  await expect.poll(async () => (await remote.find('bread')).due).toBe('2026-12-24');
});
