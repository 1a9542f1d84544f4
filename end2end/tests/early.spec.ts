// Actions on a list page before its program has arrived.

import type { Page } from '@playwright/test';

import { earlyActions } from '../support/early-actions.ts';
import { opensEarly } from '../support/late-program.ts';
import { networkTrouble, programNotRun } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { holdPushes, Pushes, type Mutation } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** The message of a page that is not ready. */
const waiting = (page: Page) => page.locator('.early');

/** Returns the kind of a mutation. */
const verb = ({ op }: Mutation): string => Object.keys(op)[0]!;

test.describe('Before the program has arrived', () => {
  for (const { does, done: ticked = [], act, shows, sends, stores } of earlyActions) {
    test(`${does} takes effect, once`, async ({ tandem, alice, bob }) => {
      alice.expects(programNotRun);
      const remote = await tandem.newList({ items: three, done: ticked });
      const other = await bob.open(remote);
      const pushes = Pushes.of(alice.page);
      const program = await opensEarly(alice.page, remote.path);
      await act(alice.list);
      expect(pushes.mutations).toEqual([]);
      program.arrives();
      await alice.hydrated();
      await shows(alice.list);
      await alice.list.live();
      await expect.poll(() => pushes.mutations.map(verb)).toEqual(sends);
      await stores(remote);
      // Nor does anyone see it twice.
      await other.hasTitles(await remote.titles());
      await expect(waiting(alice.page)).toHaveCount(0);
      await expect(alice.page.locator('[data-early]')).toHaveCount(0);
    });
  }

  test('a tick stays visible until the program arrives, and afterwards', async ({ tandem, alice }) => {
    alice.expects(programNotRun);
    const remote = await tandem.newList({ items: three });
    const program = await opensEarly(alice.page, remote.path);
    await alice.page.evaluate(() => {
      const seen = new Set<boolean>();
      const look = () => {
        seen.add(document.querySelector<HTMLInputElement>('.todo-list > li:last-child .toggle')!.checked);
        requestAnimationFrame(look);
      };
      Object.assign(window, { seen, look });
    });
    for (const title of three) await alice.list.item(title).checkbox.check();
    for (const title of three) await alice.list.item(title).isDone();
    await alice.page.evaluate(() => (window as unknown as { look: () => void }).look());
    program.arrives();
    await alice.list.live();
    for (const title of three) await alice.list.item(title).isDone();
    // No frame showed it as unticked.
    expect(await alice.page.evaluate(() => [...(window as unknown as { seen: Set<boolean> }).seen])).toEqual([true]);
    await alice.list.undo();
    await alice.list.item('call the doctor').isOpen();
    await alice.list.item('buy milk').isDone();
  });

  test('pending actions are marked, and entered texts can be read', async ({ tandem, alice }) => {
    alice.expects(programNotRun);
    const remote = await tandem.newList({ items: three });
    const program = await opensEarly(alice.page, remote.path);
    await expect(waiting(alice.page)).toHaveCount(0);
    await alice.list.item('buy milk').editButton.click();
    await alice.list.add('<b>one</b>');
    await expect(waiting(alice.page)).toContainText('Still loading');
    await expect(waiting(alice.page).locator('li')).toHaveText(['<b>one</b>']);
    await expect(alice.list.item('buy milk').editButton).toHaveAttribute('data-early');
    program.arrives();
    await expect(waiting(alice.page)).toHaveCount(0);
  });

  test('text being typed stays, and the program knows it', async ({ tandem, alice }) => {
    alice.expects(programNotRun);
    const remote = await tandem.newList({ items: three });
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.newTodo.fill('buy milk');
    program.arrives();
    await alice.hydrated();
    await expect(alice.list.newTodo).toHaveValue('buy milk');
    await expect(alice.page.getByText('“buy milk” is already on the list.')).toBeVisible();
  });

  test('texts that the program refuses can be read, and so can later ones', async ({ tandem, alice }) => {
    alice.expects(programNotRun);
    const remote = await tandem.newList({ items: three });
    const program = await opensEarly(alice.page, remote.path);
    const long = ['one', 'two', 'three'].map((word) => `${word} `.repeat(700).trim());
    await alice.list.add(long[0]!, 'four', long[1]!, long[2]!);
    await alice.list.newTodo.pressSequentially('fi');
    program.arrives();
    await alice.hydrated();
    await expect(waiting(alice.page).locator('li')).toHaveText(long);
    await expect(alice.list.newTodo).toHaveValue('fi');
    await alice.list.hasTitles([...three, 'four']);
    await alice.list.newTodo.pressSequentially('ve');
    await alice.list.newTodo.press('Enter');
    await expect.poll(() => remote.titles()).toEqual([...three, 'four', 'five']);
  });

  test('two pasted lists are previewed one after the other', async ({ tandem, alice }) => {
    alice.expects(programNotRun);
    const remote = await tandem.newList();
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.newTodo.focus();
    await alice.list.paste('one\ntwo');
    await alice.list.paste('three\nfour\nfive');
    await alice.list.add('six');
    program.arrives();
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Add 2 items' }).click();
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Add 3 items' }).click();
    await alice.list.hasTitles(['one', 'two', 'three', 'four', 'five', 'six']);
    await alice.list.live();
    expect(await remote.titles()).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
  });

  test('an error of foreign code does not reload a page on which someone is typing', async ({ tandem, alice }) => {
    alice.expects(programNotRun, /not ours/);
    await alice.page.clock.install();
    const remote = await tandem.newList({ items: three });
    const release = await holdPushes(alice.page);
    const program = await opensEarly(alice.page, remote.path);
    await alice.page.evaluate(() => {
      Object.assign(window, { isTheSame: true });
      reportError(new Error('not ours'));
      void Promise.reject(new Error('not ours'));
      const script = document.createElement('script');
      script.dispatchEvent(new Event('error'));
      document.head.append(script);
      script.dispatchEvent(new Event('error'));
    });
    await alice.page.clock.runFor(3_000);
    await alice.list.item('buy milk').checkbox.check();
    program.arrives();
    await alice.hydrated();
    await alice.list.newTodo.pressSequentially('half');
    const pushed = alice.page.waitForResponse(/\/rpc\/push$/);
    release();
    await (await pushed).finished();
    await expect.poll(async () => (await remote.find('buy milk')).isdone).toBe(true);
    await alice.list.live();
    await expect(alice.list.newTodo).toHaveValue('half');
    expect(await alice.page.evaluate(() => 'isTheSame' in window)).toBe(true);
  });

  test('actions after one that kills the program are saved once', async ({ tandem, alice }) => {
    alice.expects(programNotRun, /broken by a test/, /unreachable/, /RuntimeError/);
    const remote = await tandem.newList({ items: three });
    const program = await opensEarly(alice.page, remote.path);
    await alice.page.evaluate(() => {
      const property = Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML')!;
      const set = function (this: Element, html: string) {
        if (html.includes('deadly')) throw new Error('broken by a test');
        property.set!.call(this, html);
      };
      Object.defineProperty(Element.prototype, 'innerHTML', { ...property, set });
    });
    await alice.list.add('deadly', 'one');
    await alice.list.item('buy milk').checkbox.check();
    await alice.list.add('two');
    program.arrives();
    await expect(alice.page.locator('.stopped')).toBeVisible();
    await expect.poll(async () => (await remote.find('buy milk')).isdone).toBe(true);
    await expect
      .poll(async () => (await remote.titles()).filter((title) => title !== 'deadly'))
      .toEqual([...three, 'one', 'two']);
  });

  test('an item beyond the limit is added by the plain form', async ({ tandem, alice }) => {
    alice.expects(programNotRun, ...networkTrouble);
    const remote = await tandem.newList({ items: three });
    await opensEarly(alice.page, remote.path);
    await alice.list.item('buy milk').checkbox.evaluate((box: HTMLInputElement) => {
      for (let press = 0; press < 501; press += 1) box.click();
    });
    await alice.list.item('buy milk').isOpen();
    await alice.list.add('one');
    await expect.poll(() => remote.titles()).toEqual([...three, 'one']);
  });

  test('undo in the field for new items undoes the typing', async ({ tandem, alice }) => {
    alice.expects(programNotRun);
    const remote = await tandem.newList({ items: three });
    const pushes = Pushes.of(alice.page);
    const program = await opensEarly(alice.page, remote.path);
    await alice.list.item('buy milk').checkbox.check();
    await alice.list.newTodo.pressSequentially('x');
    await alice.page.keyboard.press('Control+z');
    program.arrives();
    await alice.list.live();
    await alice.list.item('buy milk').isDone();
    expect(pushes.mutations.map(verb)).toEqual(['update']);
  });
});
