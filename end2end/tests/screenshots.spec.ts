import path from 'node:path';

import type { BrowserContextOptions } from '@playwright/test';

import { Person } from '../support/person.ts';
import { onPush, refuse } from '../support/wire.ts';
import { expect, test } from '../support/test.ts';

// Pictures of the pages in their states, for people to look at: TANDEM_SCREENSHOTS=1.

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

const devices: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
};

test('The picture for the README: one list in two windows', async ({ tandem, browser }) => {
  const remote = await tandem.newList({ title: busy.title, items: busy.items.slice(0, 3), done: busy.done.slice(0, 1) });
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
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`Pictures on a ${device} in ${colorScheme}`, async ({ tandem, browser }) => {
      const visitor = await Person.arrives(browser, 'a visitor', { ...size, colorScheme, reducedMotion: 'reduce' });
      visitor.expects(/^Failed to load resource: .*\b404\b/);
      const { page, list } = visitor;
      const picture = async (name: string) => {
        await page.screenshot({ path: path.join(folder, `${name}-${device}-${colorScheme}.png`), animations: 'disabled' });
      };

      await visitor.visit('/');
      await picture('landing');

      const empty = await tandem.newList();
      await visitor.open(empty);
      await list.live();
      await picture('empty');

      const remote = await tandem.newList(busy);
      await visitor.open(remote);
      await list.live();
      await picture('busy');

      await list.newTodo.fill('Something else');
      await picture('typing');
      await list.newTodo.fill('');

      await list.row(1).startEditing();
      await picture('editing');
      await list.row(1).editField.press('Escape');

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
      await visitor.goesOffline();
      await list.says('offline', 'pending');
      await list.add('Made offline');
      await picture('offline');
      await visitor.comesBack();
      await visitor.leaves();

      const returning = await Person.arrives(browser, 'a visitor', { ...size, colorScheme, reducedMotion: 'reduce' });
      returning.expects(/^Failed to load resource: .*\b404\b/);
      const shot = async (name: string) => {
        await returning.page.screenshot({ path: path.join(folder, `${name}-${device}-${colorScheme}.png`) });
      };
      await returning.open(remote);
      await returning.open(empty);
      await returning.visit('/');
      await returning.landing.recent(remote).waitFor();
      await shot('returning');
      await returning.page.goto('/AAAAAAAAAAAAAAAAAAAAAA');
      await shot('unknown');
      await returning.open(empty);
      await empty.destroyList();
      await returning.list.tells(/deleted/i);
      await shot('deleted');
      await returning.leaves();
    });
  }
}
