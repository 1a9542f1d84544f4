// Pages that are left before their program has arrived, or that never get it.

import type { Page } from '@playwright/test';

import { hides } from '../support/hidden-page.ts';
import { opensEarly } from '../support/late-program.ts';
import { networkTrouble, programNotRun } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { onPush, Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** The message of a page that is not ready. */
const waiting = (page: Page) => page.locator('.early');

test.describe('A page that is left before its program has arrived', () => {
  test('has saved what was done, in order and once', async ({ tandem, alice, bob }) => {
    alice.expects(programNotRun, ...networkTrouble);
    const remote = await tandem.newList({ items: three });
    const other = await bob.open(remote);
    await opensEarly(alice.page, remote.path);
    await alice.list.item('buy milk').checkbox.check();
    await alice.list.item('feed the cat').destroyButton.click();
    await alice.list.add('one', 'two');
    await alice.page.goto('about:blank');
    await other.hasTitles(['buy milk', 'call the doctor', 'one', 'two']);
    await other.item('buy milk').isDone();
    await alice.page.unrouteAll();
    const mine = await alice.open(remote);
    await mine.live();
    await mine.hasTitles(['buy milk', 'call the doctor', 'one', 'two']);
    expect(await remote.titles()).toEqual(['buy milk', 'call the doctor', 'one', 'two']);
  });

  test('has saved typed lines as the items that they mean', async ({ tandem, alice }) => {
    alice.expects(programNotRun, ...networkTrouble);
    const remote = await tandem.newList();
    await opensEarly(alice.page, remote.path);
    await alice.list.add('[x] milk', '# Fruit', 'a [x] b');
    await alice.page.goto('about:blank');
    await expect.poll(() => remote.titles()).toEqual(['milk', 'Fruit', 'a [x] b']);
    expect(await remote.items()).toMatchObject([{ isdone: true }, { issection: true }, { isdone: false }]);
  });

  test('has not saved what was undone', async ({ tandem, alice, bob }) => {
    alice.expects(programNotRun, ...networkTrouble);
    const remote = await tandem.newList({ items: three });
    const other = await bob.open(remote);
    await opensEarly(alice.page, remote.path);
    await alice.list.item('feed the cat').destroyButton.click();
    await alice.page.keyboard.press('Control+z');
    await alice.list.add('one');
    await alice.page.goto('about:blank');
    await other.hasTitles([...three, 'one']);
    expect(await remote.titles()).toEqual([...three, 'one']);
  });
});

test.describe('A page that is left before it has repeated the recorded actions', () => {
  /** A word that is being composed, and so keeps the program from the field. */
  const composes = (page: Page) =>
    page.locator('.new-todo').evaluate((field) => {
      field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
    });

  test('has saved them, even during an IME composition', async ({ tandem, alice, bob }) => {
    alice.expects(programNotRun, ...networkTrouble);
    const remote = await tandem.newList({ items: three });
    const other = await bob.open(remote);
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.add('one');
    await composes(alice.page);
    program.arrives();
    await alice.hydrated();
    await alice.list.live();
    await alice.page.goto('about:blank');
    await other.hasTitles([...three, 'one']);
    expect(await remote.titles()).toEqual([...three, 'one']);
  });

  for (const arrives of [false, true]) {
    const when = arrives ? 'while the program waits' : 'before the program is there';
    test(`has saved them when the person changes to another app ${when}`, async ({ tandem, alice, bob }) => {
      alice.expects(programNotRun, ...networkTrouble);
      const remote = await tandem.newList({ items: three });
      const other = await bob.open(remote);
      const program = await opensEarly(alice.page, remote.path);
      await alice.list.add('one');
      await alice.list.item('buy milk').checkbox.check();
      await composes(alice.page);
      if (arrives) {
        program.arrives();
        await alice.hydrated();
      }
      await hides(alice.page);
      await other.hasTitles([...three, 'one']);
      await other.item('buy milk').isDone();
      // Whoever comes back sees it, and it is not done again.
      program.arrives();
      await alice.hydrated();
      await alice.list.hasTitles([...three, 'one']);
      await alice.list.newTodo.evaluate((field) => {
        field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
      });
      await alice.list.add('two');
      await other.hasTitles([...three, 'one', 'two']);
      expect(await remote.titles()).toEqual([...three, 'one', 'two']);
    });
  }

  test('has saved changes to items that its view does not show', async ({ tandem, alice, bob }) => {
    alice.expects(programNotRun, ...networkTrouble);
    const remote = await tandem.newList({ items: three, done: ['bread', 'butter'] });
    const other = await bob.open(remote);
    await opensEarly(alice.page, `${remote.path}/active`);
    await alice.list.item('buy milk').checkbox.check();
    await alice.list.clearCompleted.click();
    await alice.page.goto('about:blank');
    await other.hasTitles(['feed the cat', 'call the doctor']);
    await opensEarly(alice.page, `${remote.path}/completed`);
    await alice.page.locator('label[for="toggle-all"]').click();
    await alice.page.goto('about:blank');
    await other.item('feed the cat').isDone();
    await other.item('call the doctor').isDone();
  });
});

test.describe('If the program never arrives', () => {
  for (const amount of [700, 1_100]) {
    test(`all of ${amount} items are ticked at once`, async ({ tandem, alice }) => {
      alice.expects(programNotRun, ...networkTrouble, /Failed to fetch|NetworkError/);
      const remote = await tandem.newList();
      await remote.addMany(Array.from({ length: amount }, (_, index) => `item ${index}`));
      const program = await opensEarly(alice.page, remote.path);
      await alice.page.locator('label[for="toggle-all"]').click();
      // What was saved without a program is shown by a reload.
      const reloaded = alice.page.waitForEvent('framenavigated', { timeout: 30_000 });
      program.fails();
      await reloaded;
      expect((await remote.items()).filter(({ isdone }) => !isdone)).toHaveLength(0);
      await expect(alice.page.locator('.toggle:checked')).toHaveCount(amount);
    });
  }

  test('refused texts can be read, and are not sent again and again', async ({ tandem, alice }) => {
    alice.expects(programNotRun, ...networkTrouble, /Failed to fetch|NetworkError|status of 404/);
    const remote = await tandem.newList({ items: three });
    const pushes = Pushes.of(alice.page);
    const program = await opensEarly(alice.page, remote.path);
    await remote.destroyList();
    await alice.page.clock.install();
    await alice.list.add('one');
    const answered = alice.page.waitForResponse(/\/rpc\/push$/);
    program.fails();
    expect((await answered).status()).toBe(404);
    await expect(waiting(alice.page).locator('li')).toHaveText(['one']);
    for (let pause = 0; pause < 3; pause += 1) {
      await alice.page.clock.runFor(5_000);
      // What was asked before this has been asked by now.
      await alice.page.evaluate(async () => void (await fetch('/healthz')));
    }
    expect(pushes.all).toHaveLength(1);
    await expect(waiting(alice.page).locator('li')).toHaveText(['one']);
  });

  test('what can be saved is saved once, even if an answer is lost', async ({ tandem, alice, bob }) => {
    alice.expects(programNotRun, ...networkTrouble, /Failed to fetch|NetworkError/);
    const remote = await tandem.newList({ items: three, done: ['bread'] });
    const other = await bob.open(remote);
    let lost = 0;
    await onPush(alice.page, async (route) => {
      if (lost > 0) return route.fallback();
      lost += 1;
      expect((await route.fetch()).ok()).toBe(true);
      // Someone undoes it before it is sent again: it must not be applied again.
      await remote.update((await remote.find('buy milk')).id, { isdone: false });
      await route.abort('connectionreset');
    });
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.item('buy milk').checkbox.check();
    await alice.list.item('feed the cat').checkbox.check();
    await alice.list.add('one', 'two');
    program.fails();
    for (const list of [alice.list, other]) await list.hasTitles([...three, 'bread', 'one', 'two']);
    await alice.list.item('feed the cat').isDone();
    await alice.list.item('buy milk').isOpen();
    // Later actions, too.
    await alice.list.item('call the doctor').destroyButton.click();
    await alice.list.hasTitles(['buy milk', 'feed the cat', 'bread', 'one', 'two']);
    await alice.list.add('three');
    for (const list of [alice.list, other])
      await list.hasTitles(['buy milk', 'feed the cat', 'bread', 'one', 'two', 'three']);
    await other.item('buy milk').isOpen();
    expect(await remote.titles()).toEqual(['buy milk', 'feed the cat', 'bread', 'one', 'two', 'three']);
    expect(lost).toBe(1);
  });

  test('unavailable controls say so', async ({ tandem, alice }) => {
    alice.expects(programNotRun, ...networkTrouble, /Failed to fetch|NetworkError/);
    const remote = await tandem.newList({ items: three });
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.item('buy milk').editButton.click();
    program.fails();
    await expect(waiting(alice.page)).toContainText('could not finish loading');
  });

  test('filters still work', async ({ tandem, alice }) => {
    alice.expects(programNotRun, ...networkTrouble, /Failed to fetch|NetworkError/);
    const remote = await tandem.newList({ items: three, done: ['bread'] });
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.filter('Completed').click();
    program.fails();
    await expect(alice.page).toHaveURL(/\/completed$/);
    await alice.list.hasTitles(['bread']);
  });
});
