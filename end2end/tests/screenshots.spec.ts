import path from 'node:path';

import type { BrowserContextOptions } from '@playwright/test';

import { Outage } from '../support/outage.ts';
import { Person } from '../support/person.ts';
import { onPush, refuse } from '../support/wire.ts';
import { expect, test } from '../support/test.ts';

// Screenshots of the pages in all states, for people to review: TANDEM_SCREENSHOTS=1.

const folder = path.resolve(import.meta.dirname, '../screenshots');

const busy = {
  title: 'A weekend at the lake',
  items: [
    'Book the cabin, and ask whether the boat is included',
    'Bread, eggs, coffee',
    'Tent pegs',
    'Ask Grandmother for the recipe',
  ],
  done: ['Invite everybody', 'Fill the tank'],
};

/** Each device shows one of the two themes. */
const devices: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1000, height: 860 }, colorScheme: 'light' },
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    colorScheme: 'dark',
  },
};

test('The picture for the README: one list in two windows', async ({ tandem, browser }) => {
  const remote = await tandem.newList({
    title: busy.title,
    items: busy.items.slice(0, 3),
    done: busy.done.slice(0, 1),
  });
  const shared = { deviceScaleFactor: 2, reducedMotion: 'reduce' } as const;
  const large = await Person.arrives(browser, 'somebody at a desk', {
    ...shared,
    viewport: { width: 760, height: 710 },
    colorScheme: 'light',
  });
  const small = await Person.arrives(browser, 'somebody on the way', {
    ...shared,
    viewport: { width: 390, height: 710 },
    hasTouch: true,
    isMobile: true,
    colorScheme: 'dark',
  });
  const windows: string[] = [];
  await large.open(remote);
  await small.open(remote);
  await large.list.live();
  await small.list.live();
  await small.list.add('Firewood');
  await small.list.item('Tent pegs').tick();
  for (const { list, page } of [large, small]) {
    await list.item('Tent pegs').isDone();
    await expect(list.items).toHaveCount(5);
    windows.push((await page.screenshot({ animations: 'disabled' })).toString('base64'));
  }
  const desk = await browser.newPage({ viewport: { width: 1240, height: 790 }, deviceScaleFactor: 2 });
  await desk.setContent(`
    <body style="margin: 0; height: 100vh; display: flex; gap: 30px; align-items: center; justify-content: center; background: #dfe6e2">
      <style>img { height: 710px; border-radius: 14px; box-shadow: 0 16px 40px -12px rgb(0 0 0 / 35%) }</style>
      ${windows.map((window) => `<img src="data:image/png;base64,${window}">`).join('')}
    </body>`);
  await desk.screenshot({ path: path.join(folder, 'tandem.png') });
  await desk.context().close();
  await large.leaves();
  await small.leaves();
});

for (const [device, size] of Object.entries(devices)) {
  test(`Pictures on a ${device}`, async ({ tandem, browser }) => {
    test.slow();
    const visitor = await Person.arrives(browser, 'a visitor', { ...size, reducedMotion: 'reduce' });
    visitor.expects(/^Failed to load resource: .*\b404\b/);
    const { page, list } = visitor;
    const picture = async (name: string) => {
      await page.screenshot({ path: path.join(folder, `${name}-${device}.png`), animations: 'disabled' });
    };
    const nothingSaid = async () => {
      const dismiss = list.notice.getByRole('button', { name: 'Dismiss' }).first();
      while (await dismiss.isVisible()) await dismiss.click();
    };

    await visitor.visit('/');
    await picture('landing');
    const empty = await tandem.newList();
    await visitor.open(empty);
    await list.live();
    await picture('empty');

    const remote = await tandem.newList(busy);
    const cake = await remote.add('Bake a cake', {
      due: '2020-05-01',
      longdesc: 'The one with cherries:\nhttps://cake.example/cherries',
    });
    await remote.add('To pack', { issection: true });
    await remote.add('Swimming things', { due: '2999-07-01' });
    await remote.add('A book each');
    await visitor.open(remote);
    await list.live();
    await picture('busy');

    await list.newTodo.fill('tent pegs');
    await list.tells(/already on the list/);
    await picture('duplicate');
    await list.newTodo.fill('');
    await list.newTodo.focus();
    await list.paste('# Food\n- [ ] bread\n- [x] butter\n- jam\n- tea\n- eggs\n- salt\n- milk');
    await picture('paste');
    await page.keyboard.press('Escape');
    await list.row(1).startEditing();
    await picture('editing');
    await page.keyboard.press('Escape');
    await list.item('Bake a cake').detailsButton.click();
    await picture('details');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await picture('menu');
    await page.keyboard.press('Escape');
    await list.choose('Search');
    await list.search.fill('an');
    await picture('search');
    await list.search.press('Escape');
    await list.choose('Keyboard shortcuts');
    await picture('help');
    await page.keyboard.press('Escape');
    await list.shareButton.click();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await picture('share');
    await page.keyboard.press('Escape');

    const [from, to] = [await list.row(0).handle.boundingBox(), await list.row(2).root.boundingBox()];
    if (!from || !to) throw new Error('the rows are not on the screen');
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + 20, to.y + to.height * 0.8, { steps: 4 });
    await picture('dragging');
    await page.mouse.up();
    await list.undo();
    await nothingSaid();
    await list.item('Tent pegs').destroy();
    await picture('undo');
    await list.choose('Trash');
    await picture('trash');
    await page.getByRole('button', { name: 'Restore Tent pegs' }).click();

    await visitor.open(remote, 'completed');
    await list.live();
    await picture('completed');
    await visitor.open(remote);
    await list.live();
    await onPush(page, (route) => refuse(route, { code: 'full', limit: 5000 }));
    await list.add('One too many');
    await list.tells(/full/i);
    await picture('refused');
    await page.unrouteAll();
    await visitor.open(remote);
    await list.live();
    const outage = await Outage.begins(visitor);
    await list.add('Made offline');
    await list.says('offline', 'pending');
    await remote.update(cake.id, { isdone: true });
    await expect(page.getByText('Offline · 1 change will be sent later')).toBeVisible();
    await nothingSaid();
    await picture('offline');
    await outage.ends();
    await list.live();

    await visitor.visit('/');
    await visitor.landing.recent(remote).waitFor();
    await picture('returning');
    await page.goto(`${remote.path}/import`);
    await picture('import');
    await page.goto(`${remote.path}/print`);
    await page.emulateMedia({ media: 'print' });
    await picture('print');
    await page.emulateMedia({ media: 'screen' });
    await page.goto('/AAAAAAAAAAAAAAAAAAAAAA');
    await picture('unknown');
    await visitor.open(remote);
    await remote.destroyList();
    await list.tells(/deleted/i);
    await picture('deleted');
    await visitor.leaves();
  });
}
