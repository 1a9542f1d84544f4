import type { ListPage } from '../support/list-page.ts';
import { Outage } from '../support/outage.ts';
import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const four = ['one', 'two', 'three', 'four'];

async function middleOf(list: ListPage, title: string): Promise<{ x: number; y: number; height: number }> {
  const box = await list.item(title).root.boundingBox();
  if (!box) throw new Error(`${title} is not on the screen`);
  return { x: box.x + 8, y: box.y + box.height / 2, height: box.height };
}

test.describe('A row is dragged', () => {
  test('with the mouse, past others, and a mark shows where it will go', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: four });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await other.live();
    const [from, to] = [await middleOf(mine, 'four'), await middleOf(mine, 'two')];
    await alice.page.mouse.move(from.x, from.y);
    await alice.page.mouse.down();
    await alice.page.mouse.move(to.x, to.y - to.height / 4, { steps: 5 });
    await expect(mine.item('four').root).toHaveAttribute('data-dragged');
    await expect(mine.item('two').root).toHaveAttribute('data-drop', 'before');
    await alice.page.mouse.up();
    for (const list of [mine, other]) await list.hasTitles(['one', 'four', 'two', 'three']);
    await expect(mine.todoList.locator('[data-dragged], [data-drop]')).toHaveCount(0);
    await expect(mine.notice).toContainText('Moved “four” to position 2');
  });

  test('and dropped outside the list, goes to the mark', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: four }));
    const [from, to] = [await middleOf(mine, 'one'), await middleOf(mine, 'three')];
    await alice.page.mouse.move(from.x, from.y);
    await alice.page.mouse.down();
    await alice.page.mouse.move(to.x, to.y + to.height / 4, { steps: 5 });
    await alice.page.mouse.move(5, to.y + to.height / 4, { steps: 5 });
    await alice.page.mouse.up();
    await mine.hasTitles(['two', 'three', 'one', 'four']);
    await expect(mine.todoList.locator('[data-dragged], [data-drop]')).toHaveCount(0);
  });

  test('and cancelled with Escape, stays in place', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: four }));
    const [from, to] = [await middleOf(mine, 'one'), await middleOf(mine, 'three')];
    await alice.page.mouse.move(from.x, from.y);
    await alice.page.mouse.down();
    await alice.page.mouse.move(to.x, to.y + to.height / 4, { steps: 5 });
    await expect(mine.item('one').root).toHaveAttribute('data-dragged');
    await alice.page.keyboard.press('Escape');
    await expect(mine.todoList.locator('[data-dragged], [data-drop]')).toHaveCount(0);
    await alice.page.mouse.move(to.x, to.y);
    await alice.page.mouse.up();
    await mine.hasTitles(four);
    await expect(mine.notice).toHaveCount(0);
  });

  test('by touch', async ({ tandem, browser, bob }) => {
    const walker = await Person.arrives(browser, 'a walker', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const remote = await tandem.newList({ items: four });
    const [mine, other] = [await walker.open(remote), await bob.open(remote)];
    const [from, to] = [await middleOf(mine, 'one'), await middleOf(mine, 'three')];
    const session = await walker.context.newCDPSession(walker.page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: y === undefined ? [] : [{ x: from.x, y }],
      });
    await touch('touchStart', from.y);
    for (const share of [0.25, 0.5, 0.75, 1])
      await touch('touchMove', from.y + share * (to.y + to.height / 4 - from.y));
    await expect(mine.item('three').root).toHaveAttribute('data-drop', 'behind');
    await touch('touchEnd');
    for (const list of [mine, other]) await list.hasTitles(['two', 'three', 'one', 'four']);
    await walker.leaves();
  });

  test('past the edge of the window, and the page scrolls along', async ({ tandem, alice }) => {
    const titles = Array.from({ length: 40 }, (_, number) => `item ${number + 1}`);
    const mine = await alice.open(await tandem.newList({ items: titles }));
    const from = await middleOf(mine, 'item 1');
    await alice.page.mouse.move(from.x, from.y);
    await alice.page.mouse.down();
    await alice.page.mouse.move(from.x, 790, { steps: 5 });
    // The pointer rests there.
    await expect.poll(() => alice.page.evaluate(() => scrollY)).toBeGreaterThan(600);
    await alice.page.mouse.up();
    await expect(mine.row(0).title).toHaveText('item 2');
  });
});

test.describe('A row is moved', () => {
  test('by keys, keeps the focus, and its new place is announced', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: four });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('three').checkbox.focus();
    await alice.page.keyboard.press('Alt+ArrowUp');
    await mine.tells(/Moved “three” to position 2/);
    await expect(mine.item('three').checkbox).toBeFocused();
    await alice.page.keyboard.press('Alt+ArrowUp');
    for (const list of [mine, other]) await list.hasTitles(['three', 'one', 'two', 'four']);
    await alice.page.keyboard.press('Alt+ArrowUp');
    await alice.page.keyboard.press('Alt+ArrowDown');
    for (const list of [mine, other]) await list.hasTitles(['one', 'three', 'two', 'four']);
    await expect(mine.item('three').checkbox).toBeFocused();
  });

  test('by buttons', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: four });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('two').detailsButton.click();
    const steps = [
      ['Move to the bottom', ['one', 'three', 'four', 'two']],
      ['Move up', ['one', 'three', 'two', 'four']],
      ['Move to the top', ['two', 'one', 'three', 'four']],
      ['Move down', ['one', 'two', 'three', 'four']],
    ] as const;
    for (const [name, order] of steps) {
      await mine.details.getByRole('button', { name, exact: true }).click();
      for (const list of [mine, other]) await list.hasTitles(order);
    }
  });

  test('by buttons, past the next visible one', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['one'], done: ['two'] });
    await remote.add('three');
    const [mine, other] = [await alice.open(remote, 'active'), await bob.open(remote)];
    await mine.item('three').detailsButton.click();
    await mine.details.getByRole('button', { name: 'Move up', exact: true }).click();
    await mine.hasTitles(['three', 'one']);
    await other.hasTitles(['three', 'one', 'two']);
    await mine.details.getByRole('button', { name: 'Move down', exact: true }).click();
    await mine.hasTitles(['one', 'three']);
    await other.hasTitles(['one', 'three', 'two']);
  });

  test('by two people at once, and no row is lost', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: four });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.live();
    await other.live();
    const outages = [await Outage.begins(alice), await Outage.begins(bob)];
    await mine.item('four').checkbox.focus();
    await alice.page.keyboard.press('Alt+ArrowUp');
    await alice.page.keyboard.press('Alt+ArrowUp');
    await other.item('four').checkbox.focus();
    await bob.page.keyboard.press('Alt+ArrowUp');
    await other.item('one').checkbox.focus();
    await bob.page.keyboard.press('Alt+ArrowDown');
    for (const outage of outages) await outage.ends();
    for (const list of [mine, other]) await list.live();
    await expect.poll(async () => (await remote.titles()).toSorted()).toEqual(four.toSorted());
    await expect
      .poll(async () => JSON.stringify([await mine.exactTitles(), await other.exactTitles()]))
      .toBe(JSON.stringify([await remote.titles(), await remote.titles()]));
  });
});

test('A press without a drag moves nothing, even near the edge of the window', async ({ tandem, alice }) => {
  const titles = Array.from({ length: 40 }, (_, number) => `item ${number + 1}`);
  const mine = await alice.open(await tandem.newList({ items: titles }));
  await alice.page.evaluate(() => scrollTo(0, 400));
  const scrolled = await alice.page.evaluate(() => scrollY);
  const low = await mine.items.evaluateAll((rows) => {
    const row = rows.find((each) => each.getBoundingClientRect().bottom > innerHeight - 40);
    const box = row?.getBoundingClientRect();
    return box ? { x: box.x + 8, y: Math.min(box.y + 10, innerHeight - 5) } : { x: 0, y: 0 };
  });
  await alice.page.mouse.move(low.x, low.y);
  await alice.page.mouse.down();
  await expect(mine.todoList.locator('[data-dragged]')).toHaveCount(1);
  await alice.page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await alice.page.mouse.up();
  await mine.hasTitles(titles);
  expect(await alice.page.evaluate(() => scrollY)).toBe(scrolled);
});

test.describe('A section', () => {
  test('that is collapsed moves with its items, and opens for items put into it', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const rows = ['Fruit', 'apples', 'Dairy', 'milk', 'butter'];
    for (const title of rows) await remote.add(title, /^[A-Z]/.test(title) ? { issection: true } : {});
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    for (const title of ['Fruit', 'Dairy']) {
      await mine.section(title).root.getByRole('button', { name: 'Collapse' }).click();
    }
    await mine.hasRows(['Fruit', 'Dairy']);
    await mine.section('Dairy').root.getByRole('button', { name: 'Expand' }).focus();
    await alice.page.keyboard.press('Alt+ArrowUp');
    await mine.hasRows(['Dairy', 'Fruit']);
    await other.hasRows(['Dairy', 'milk', 'butter', 'Fruit', 'apples']);
    await mine.undo();
    for (const list of [mine, other]) await list.live();
    await other.hasRows(rows);
    await mine.hasRows(['Fruit', 'Dairy']);

    await mine.section('Fruit').root.getByRole('button', { name: 'Expand' }).focus();
    await alice.page.keyboard.press('Alt+ArrowDown');
    await mine.hasRows(['Dairy', 'Fruit']);
    await other.hasRows(['Dairy', 'milk', 'butter', 'Fruit', 'apples']);
    await alice.page.keyboard.press('Alt+ArrowUp');
    await other.hasRows(rows);

    await mine.section('Dairy').root.getByRole('button', { name: 'Expand' }).click();
    await mine.hasRows(['Fruit', 'Dairy', 'milk', 'butter']);
    await mine.item('milk').checkbox.focus();
    await alice.page.keyboard.press('Alt+ArrowUp');
    await mine.hasRows(['Fruit', 'apples', 'milk', 'Dairy', 'butter']);
    await expect(mine.item('milk').checkbox).toBeFocused();
    await other.hasRows(['Fruit', 'apples', 'milk', 'Dairy', 'butter']);
  });

  test('is renamed and moved for everyone, and collapsed for oneself', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['salt'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.add('# Dairy', 'milk', 'butter', '# Fruit', 'apples');
    const rows = ['salt', 'Dairy', 'milk', 'butter', 'Fruit', 'apples'];
    for (const list of [mine, other]) await list.hasRows(rows);
    await mine.hasCount(4);

    await mine.section('Dairy').editButton.click();
    await mine.sections.first().locator('.edit').fill('Cold');
    await mine.sections.first().locator('.edit').press('Enter');
    for (const list of [mine, other]) await list.hasRows(rows.map((row) => (row === 'Dairy' ? 'Cold' : row)));

    await other.section('Fruit').detailsButton.click();
    await other.details.getByRole('button', { name: 'Move to the top' }).click();
    await other.details.getByRole('button', { name: 'Close' }).click();
    for (const list of [mine, other]) await list.hasRows(['Fruit', 'salt', 'Cold', 'milk', 'butter', 'apples']);

    await mine.section('Cold').root.getByRole('button', { name: 'Collapse' }).click();
    await mine.hasRows(['Fruit', 'salt', 'Cold']);
    await alice.page.reload();
    await alice.hydrated();
    await mine.hasRows(['Fruit', 'salt', 'Cold']);
    await other.hasRows(['Fruit', 'salt', 'Cold', 'milk', 'butter', 'apples']);
    await mine.section('Cold').root.getByRole('button', { name: 'Expand' }).click();
    await mine.hasRows(['Fruit', 'salt', 'Cold', 'milk', 'butter', 'apples']);
  });
});
