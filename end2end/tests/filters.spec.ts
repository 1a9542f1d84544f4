// TodoMVC's contract: filters.

import { expect, test } from '../support/test.ts';

test.describe('Filters', () => {
  const list2 = { items: ['open', 'open too'], done: ['done'] };

  test('are paths', async ({ tandem, alice }) => {
    const remote = await tandem.newList(list2);
    const list = await alice.open(remote);
    await expect(list.filters).toHaveText(['All', 'Active', 'Completed']);
    const hrefs = await list.filters.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
    expect(hrefs).toEqual([remote.path, `${remote.path}/active`, `${remote.path}/completed`]);

    await list.filter('Active').click();
    await expect(alice.page).toHaveURL(`${remote.path}/active`);
    await list.hasTitles(['open', 'open too']);
    await list.filter('Completed').click();
    await expect(alice.page).toHaveURL(`${remote.path}/completed`);
    await list.hasTitles(['done']);
    await list.filter('All').click();
    await expect(alice.page).toHaveURL(remote.path);
    await list.hasTitles(['open', 'open too', 'done']);
  });

  test('are navigated with the back button, without a reload', async ({ tandem, alice }) => {
    const remote = await tandem.newList(list2);
    const list = await alice.open(remote);
    await alice.page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await list.filter('Active').click();
    await list.hasTitles(['open', 'open too']);
    await list.filter('Completed').click();
    await list.hasTitles(['done']);
    await alice.page.goBack();
    await list.hasTitles(['open', 'open too']);
    await expect(list.filter('Active')).toHaveClass('selected');
    await alice.page.goBack();
    await list.hasTitles(['open', 'open too', 'done']);
    await alice.page.goForward();
    await list.hasTitles(['open', 'open too']);
    expect(await alice.page.evaluate(() => 'sameDocument' in window)).toBe(true);
  });

  test('mark the current one as selected, and only that', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList(list2));
    await expect(list.filters).toHaveClass(['selected', '', '']);
    await list.filter('Active').click();
    await expect(list.filters).toHaveClass(['', 'selected', '']);
    await list.filter('Completed').click();
    await expect(list.filters).toHaveClass(['', '', 'selected']);
  });

  test('apply when the page is opened by their path', async ({ tandem, alice }) => {
    const remote = await tandem.newList(list2);
    const list = await alice.open(remote, 'active');
    await list.hasTitles(['open', 'open too']);
    await expect(list.filters).toHaveClass(['', 'selected', '']);
    await list.hasCount(2);
    await alice.open(remote, 'completed');
    await list.hasTitles(['done']);
    await list.hasCount(2);
  });

  test('remove a row as soon as it no longer matches', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList(list2), 'active');
    await list.item('open').checkbox.click();
    await list.hasTitles(['open too']);
    await list.hasCount(1);
    await list.filter('Completed').click();
    await list.hasTitles(['open', 'done']);
    await list.item('open').checkbox.click();
    await list.hasTitles(['done']);
  });

  test('keep the footer when nothing matches', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['open'] }), 'completed');
    await expect(list.items).toHaveCount(0);
    await expect(list.footer).toBeVisible();
    await list.hasCount(1);
  });

  test('do not prevent adding a new item', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList(list2), 'completed');
    await list.add('new');
    await list.hasCount(3);
    await list.hasTitles(['done']);
    await list.filter('All').click();
    await list.hasTitles(['open', 'open too', 'done', 'new']);
  });

  test('do not limit Clear completed and Mark all to the visible items', async ({ tandem, alice }) => {
    const remote = await tandem.newList(list2);
    const list = await alice.open(remote, 'active');
    await list.clearCompleted.click();
    await expect(list.clearCompleted).toHaveCount(0);
    await list.live();
    expect(await remote.titles()).toEqual(['open', 'open too']);
  });
});
