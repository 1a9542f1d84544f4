import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from '@playwright/test';

import { Outage } from '../support/outage.ts';
import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { onPush, refuse } from '../support/wire.ts';

/** Returns the violations that axe finds, as text, except in what a menu or the like covers in part. */
async function findings(page: Page, covered: string[]): Promise<string[]> {
  const { violations } = await covered
    .reduce((builder, selector) => builder.exclude(selector), new AxeBuilder({ page }))
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, ' ')}`),
  );
}

const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

for (const [device, options] of Object.entries({ desktop: {}, phone })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on any page or state on a ${device} in ${colorScheme}`, async ({ tandem, browser }) => {
      test.slow();
      const visitor = await Person.arrives(browser, 'a visitor', { ...options, colorScheme, reducedMotion: 'reduce' });
      visitor.expects(/^Failed to load resource: .*\b404\b/);
      const { page, list } = visitor;
      const clean = async (state: string, ...covered: string[]) => {
        // A panel may still be loading.
        await expect(page.locator('[aria-busy]')).toHaveCount(0);
        expect(await findings(page, covered), state).toEqual([]);
      };

      await visitor.visit('/');
      await clean('the front page');
      const empty = await tandem.newList();
      await visitor.open(empty);
      await list.live();
      await clean('an empty list');

      const remote = await tandem.newList({
        title: 'Groceries',
        items: ['buy milk', 'see https://a.example'],
        done: ['bread'],
      });
      await remote.add('cake', { due: '2020-01-01', longdesc: 'with cherries' });
      await remote.add('Fruit', { issection: true });
      await remote.add('apples', { due: '2999-01-01' });
      await visitor.open(remote);
      await list.live();
      await clean('a busy list');
      await list.row(0).startEditing();
      await clean('an item that is edited');
      await page.keyboard.press('Escape');
      await list.startRenaming();
      await clean('the title that is edited');
      await page.keyboard.press('Escape');
      await list.item('cake').detailsButton.click();
      await clean('the details');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await clean('the menu', '.footer');
      await page.keyboard.press('Escape');
      await list.choose('Search');
      await list.search.fill('milk');
      await clean('a search');
      await list.search.press('Escape');
      await list.choose('Keyboard shortcuts');
      await clean('the help');
      await page.keyboard.press('Escape');
      await list.shareButton.click();
      await clean('the Share panel');
      await page.getByRole('radio', { name: 'View only' }).check({ force: true });
      await clean('the Share panel with the view-only link');
      await page.keyboard.press('Escape');
      await list.newTodo.fill('bread');
      await clean('a duplicate');
      await list.newTodo.fill('');
      await list.newTodo.focus();
      await list.paste('- eggs\n- [x] tea');
      await clean('a preview of what was pasted');
      await page.keyboard.press('Escape');
      await list.item('buy milk').destroy();
      await clean('an offer to undo');
      await list.notice.getByRole('button', { name: 'Undo' }).click();
      await list.choose('Delete list…');
      await clean('the question whether to delete');
      await page.keyboard.press('Escape');
      await onPush(page, (route) => refuse(route, { code: 'full', limit: 5000 }));
      await list.add('one too many');
      await list.tells(/full/i);
      await clean('a refusal');
      await page.unrouteAll();
      await visitor.open(remote, 'completed');
      await clean('the completed items');
      await remote.destroy((await remote.find('bread')).id);
      await visitor.visit(`${remote.path}/trash`);
      await expect(page.getByTestId('deleted-item')).not.toHaveCount(0);
      await clean('the trash');
      await visitor.visit(`/${remote.viewToken}`);
      await clean('a list that can only be read');
      for (const each of ['import', 'print']) {
        await page.goto(`${remote.path}/${each}`);
        await clean(each);
      }
      await page.goto('/AAAAAAAAAAAAAAAAAAAAAA');
      await clean('a link that leads nowhere');

      await visitor.open(remote);
      await list.live();
      const outage = await Outage.begins(visitor);
      await list.add('made offline');
      await list.says('offline', 'pending');
      await clean('offline');
      await outage.ends();
      await list.live();
      await remote.destroyList();
      await list.tells(/deleted/i);
      await clean('a list that was deleted');
      await visitor.leaves();
    });
  }
}

test('At 200 % nothing is cut off, and nothing has to be scrolled sideways', async ({ tandem, browser }) => {
  // The size of a window of 1280 by 1024 at 200 %.
  const reader = await Person.arrives(browser, 'a reader', {
    viewport: { width: 640, height: 512 },
    deviceScaleFactor: 2,
  });
  const remote = await tandem.newList({
    title: 'A title that is rather long, as titles go',
    items: ['buy milk'],
    done: ['done'],
  });
  await remote.add('cake', { due: '2020-01-01' });
  for (const path of [remote.path, `${remote.path}/trash`, `${remote.path}/import`, `${remote.path}/print`, '/']) {
    await reader.page.goto(path);
    const [wide, width] = await reader.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const);
    expect(wide, path).toBeLessThanOrEqual(width);
  }
  await reader.leaves();
});
