import { hides } from '../support/hidden-page.ts';
import { networkTrouble, Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { Pushes } from '../support/wire.ts';

test.describe('Notes', () => {
  test('are written in the panel, seen by others, and marked in the row', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['cake', 'milk'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('cake').detailsButton.click();
    await expect(mine.details.getByRole('heading', { name: 'cake' })).toBeVisible();
    await mine.details.getByLabel('Notes').fill('with cherries\nsee https://cake.example/?a=1&b=2.');
    await mine.details.getByRole('button', { name: 'Close' }).click();
    await expect(mine.details).toHaveCount(0);
    await expect(mine.item('cake').detailsButton).toBeFocused();
    await expect(other.item('cake').detailsButton).toHaveClass(/with-notes/);
    await expect(other.item('milk').detailsButton).not.toHaveClass(/with-notes/);
    await other.item('cake').detailsButton.click();
    await expect(other.details.getByLabel('Notes')).toHaveValue('with cherries\nsee https://cake.example/?a=1&b=2.');
    const link = other.details.getByRole('link');
    await expect(link).toHaveAttribute('href', 'https://cake.example/?a=1&b=2');
    await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow');
    // Later changes by the other person show at once.
    await mine.item('cake').detailsButton.click();
    await mine.details.getByLabel('Notes').fill('without');
    await alice.page.keyboard.press('Escape');
    await expect(other.details.getByLabel('Notes')).toHaveValue('without');
    await mine.undo();
    await expect(other.details.getByLabel('Notes')).toHaveValue(/with cherries/);
  });

  test('being written are not lost when someone deletes the item', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: ['cake', 'milk'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.item('cake').detailsButton.click();
    await mine.details.getByLabel('Notes').pressSequentially('with cherries');
    await other.item('cake').destroy();
    await expect(mine.details).toHaveCount(0);
    await mine.tells(/Someone deleted “cake”/);
    await mine.stillHas('with cherries');
    await mine.notice.getByRole('button', { name: 'Add as a new item' }).click();
    for (const list of [mine, other]) await list.hasTitles(['milk', 'cake']);
    await expect.poll(async () => (await remote.find('cake')).longdesc).toBe('with cherries');
  });

  test('that can no longer be saved let the panel close, and are not lost', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['cake'] });
    const mine = await alice.open(remote);
    await mine.live();
    await mine.item('cake').detailsButton.click();
    await mine.details.getByLabel('Notes').pressSequentially('with cherries');
    await remote.destroyList();
    await expect(alice.page.getByText('Someone deleted this list.')).toBeVisible();
    await alice.page.keyboard.press('Escape');
    await expect(mine.details).toHaveCount(0);
    await mine.stillHas('with cherries');
  });

  test('being written are still there after a reload', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: ['cake'] }));
    await mine.item('cake').detailsButton.click();
    await mine.details.getByLabel('Notes').fill('with cherries');
    await alice.page.reload();
    await alice.hydrated();
    if (!(await mine.details.isVisible())) await mine.item('cake').detailsButton.click();
    await expect(mine.details.getByLabel('Notes')).toHaveValue('with cherries');
  });

  test('being written are saved when the person changes to another app', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['cake'] });
    const mine = await alice.open(remote);
    await mine.item('cake').detailsButton.click();
    await mine.details.getByLabel('Notes').fill('with cherries');
    await hides(alice.page);
    await expect.poll(async () => (await remote.find('cake')).longdesc).toBe('with cherries');
  });

  test('that are too long are refused, and kept', async ({ tandem, alice }) => {
    const mine = await alice.open(await tandem.newList({ items: ['cake'] }));
    await mine.item('cake').detailsButton.click();
    await mine.details.getByLabel('Notes').fill('x'.repeat(20_001));
    await alice.page.keyboard.press('Escape');
    await expect(mine.details.getByText(/is the limit/)).toBeVisible();
    await expect(mine.details.getByLabel('Notes')).toHaveValue('x'.repeat(20_001));
  });
});

test('URLs in titles are links, and everything else is text', async ({ tandem, alice }) => {
  const title = 'see https://a.example/b, <b>or</b> javascript:alert(1)';
  const remote = await tandem.newList({ items: [title] });
  const mine = await alice.open(remote);
  await mine.hasTitles([title]);
  const links = mine.row(0).title.getByRole('link');
  await expect(links).toHaveCount(1);
  await expect(links).toHaveText('https://a.example/b');
  await expect(links).toHaveAttribute('rel', 'noopener noreferrer nofollow');
  await expect(mine.row(0).title.locator('b')).toHaveCount(0);
});

test.describe('A due date', () => {
  test('that is fired when its field disappears with the item stops nothing', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['cake', 'milk'] });
    const mine = await alice.open(remote);
    await mine.live();
    // As a picker does that is dismissed by that.
    await alice.page.evaluate(() => {
      const remove = Element.prototype.remove;
      const removeChild = Node.prototype.removeChild;
      const tell = (node: Node) => {
        const field = node instanceof Element ? node.querySelector('input[type=date]') : null;
        for (const type of ['change', 'blur', 'keydown']) field?.dispatchEvent(new Event(type));
      };
      Element.prototype.remove = function () {
        tell(this);
        remove.call(this);
      };
      Node.prototype.removeChild = function <T extends Node>(node: T): T {
        tell(node);
        return removeChild.call(this, node) as T;
      };
    });
    await mine.item('cake').detailsButton.click();
    await remote.destroy((await remote.find('cake')).id);
    await expect(mine.details).toHaveCount(0);
    await mine.add('bread');
    await expect.poll(() => remote.titles()).toEqual(['milk', 'bread']);
    await mine.live();
  });

  test('is set in the panel and seen by others, as the same day everywhere', async ({ tandem, browser, alice }) => {
    const far = await Person.arrives(browser, 'somebody far away', { timezoneId: 'Pacific/Kiritimati' });
    const near = await Person.arrives(browser, 'somebody on the other side', { timezoneId: 'Pacific/Pago_Pago' });
    const remote = await tandem.newList({ items: ['cake', 'milk'] });
    const mine = await alice.open(remote);
    const others = [await far.open(remote), await near.open(remote)];
    await mine.item('cake').detailsButton.click();
    await mine.details.getByLabel('Due').fill('2999-12-24');
    await alice.page.keyboard.press('Escape');
    for (const list of [mine, ...others]) {
      await expect(list.item('cake').due).toHaveAttribute('datetime', '2999-12-24');
      await expect(list.item('cake').due).toHaveAccessibleName('Due 24 Dec 2999');
      await expect(list.item('cake').due).not.toHaveClass(/overdue/);
      await list.hasTitles(['cake', 'milk']);
    }
    expect((await remote.find('cake')).due).toBe('2999-12-24');
    await mine.item('cake').detailsButton.click();
    await mine.details.getByLabel('Due').fill('');
    await alice.page.keyboard.press('Escape');
    for (const list of [mine, ...others]) await expect(list.item('cake').due).toHaveCount(0);
    await far.leaves();
    await near.leaves();
  });

  test('is saved once, when it has been typed completely', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const cake = await remote.add('cake', { due: '2999-12-24' });
    const mine = await alice.open(remote);
    await mine.live();
    const pushes = Pushes.of(alice.page);
    await mine.item('cake').detailsButton.click();
    const field = mine.details.getByLabel('Due');
    await field.focus();
    // Month, day, year: the order in the browser's language.
    await alice.page.keyboard.type('11252031');
    await alice.page.keyboard.press('Escape');
    await expect(mine.item('cake').due).toHaveAttribute('datetime', '2031-11-25');
    await mine.live();
    expect(pushes.mutations.length).toBe(1);

    await mine.item('cake').detailsButton.click();
    await field.focus();
    await alice.page.keyboard.press('Backspace');
    await alice.page.keyboard.press('Escape');
    await expect(mine.details).toHaveCount(0);
    await expect(mine.item('cake').due).toHaveAttribute('datetime', '2031-11-25');
    expect((await remote.find('cake')).id).toBe(cake.id);
  });

  test('that has passed is marked, until the item is ticked', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const cake = await remote.add('cake', { due: '2020-02-29' });
    const mine = await alice.open(remote);
    await expect(mine.item('cake').due).toHaveClass(/overdue/);
    await expect(mine.item('cake').due).toHaveAccessibleName('Overdue: 29 Feb 2020');
    await mine.item('cake').tick();
    await expect(mine.item('cake').due).not.toHaveClass(/overdue/);
    expect(cake.due).toBe('2020-02-29');
  });

  test('of today becomes overdue at midnight on a page that stays open', async ({ tandem, alice }) => {
    await alice.page.clock.install({ time: new Date('2026-11-24T23:59:00Z') });
    const remote = await tandem.newList();
    await remote.add('cake', { due: '2026-11-24' });
    const mine = await alice.open(remote);
    await mine.live();
    await expect(mine.item('cake').due).toHaveAccessibleName('Due 24 Nov 2026');
    // For the page, its socket has been silent for that long.
    alice.expects(...networkTrouble);
    await alice.page.clock.fastForward('02:00');
    await expect(mine.item('cake').due).toHaveAccessibleName('Overdue: 24 Nov 2026');
  });

  test('of today is not overdue in any time zone', async ({ tandem, browser }) => {
    for (const timezoneId of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      const person = await Person.arrives(browser, 'somebody', { timezoneId });
      const remote = await tandem.newList({ items: ['milk'] });
      const mine = await person.open(remote);
      const [yesterday, today] = await person.page.evaluate(() => {
        const day = (shift: number) => {
          const date = new Date();
          date.setDate(date.getDate() + shift);
          const two = (number: number) => String(number).padStart(2, '0');
          return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
        };
        return [day(-1), day(0)] as const;
      });
      const { id } = await remote.find('milk');
      await remote.update(id, { due: today });
      await expect(mine.item('milk').due).toHaveAttribute('datetime', today);
      await expect(mine.item('milk').due).not.toHaveClass(/overdue/);
      await remote.update(id, { due: yesterday });
      await expect(mine.item('milk').due).toHaveClass(/overdue/);
      await person.leaves();
    }
  });
});
