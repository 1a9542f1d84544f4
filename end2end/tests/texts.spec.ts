// Texts that look like code, are too long, or are in any script.

import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

test.describe('Texts', () => {
  const wild = [
    '<img src=x onerror="window.hacked = true"><b>bold</b>',
    '</script><script>window.hacked = true</script>',
    "'); drop table items; --",
    '&lt;b&gt; &amp; {"json": true} ${x} \\u0041',
    'Ünïcödé 漢字 👩‍👩‍👧 עברית',
  ];

  test('that look like HTML, SQL or code are shown as they were typed', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.add(...wild);
    for (const list of [mine, other]) await expect.poll(() => list.exactTitles()).toEqual(wild);
    await mine.rename('</title><script>window.hacked = true</script>');
    await expect(other.heading).toHaveText('</title><script>window.hacked = true</script>');
    await mine.live();
    await alice.page.reload();
    await alice.hydrated();
    expect(await mine.exactTitles()).toEqual(wild);
    await expect(mine.heading).toHaveText('</title><script>window.hacked = true</script>');
    await expect(alice.page.locator('.todo-list li :is(img, b, script)')).toHaveCount(0);
    for (const { page } of [alice, bob]) expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  });

  test('that are too long are refused with a message, and kept', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const list = await alice.open(remote);
    const long = 'x'.repeat(2001);
    await list.add(long);
    await list.tells(/That’s 2,001 characters; 2,000 is the limit\./);
    await expect(list.newTodo).toHaveValue(long);
    await list.hasTitles(['buy milk']);
    await list.newTodo.fill('short enough');
    await list.newTodo.press('Enter');
    await list.hasTitles(['buy milk', 'short enough']);
    await list.live();
    expect(await remote.titles()).toEqual(['buy milk', 'short enough']);
  });

  test('that are too long while editing are refused with a message, and kept', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['buy milk'] });
    const list = await alice.open(remote);
    const long = 'x'.repeat(2001);
    const field = await list.row(0).startEditing();
    await field.fill(long);
    await field.press('Enter');
    await list.tells(/That’s 2,001 characters; 2,000 is the limit\./);
    await expect(field).toBeVisible();
    await expect(field).toHaveValue(long);
    await field.press('Escape');
    await list.hasTitles(['buy milk']);
    expect(await remote.titles()).toEqual(['buy milk']);
  });

  test('that are too long are kept when something else is edited', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk', 'feed the cat'] }));
    const long = 'x'.repeat(2001);
    const field = await list.row(0).startEditing();
    await field.fill(long);
    await list.newTodo.click();
    await list.tells(/That’s 2,001 characters; 2,000 is the limit\./);
    await expect(field).toHaveValue(long);
    await list.row(1).editButton.click();
    await list.stillHas(long);
  });

  test('are counted in characters, not in bytes', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    const longest = '👍'.repeat(2000);
    await list.add(longest);
    await expect(list.items).toHaveCount(1);
    await list.live();
    expect(await remote.titles()).toEqual([longest]);
  });

  test("of the list's title are refused when too long", async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Groceries' });
    const list = await alice.open(remote);
    const field = await list.startRenaming();
    await field.fill('x'.repeat(201));
    await field.press('Enter');
    await list.tells(/That’s 201 characters; 200 is the limit\./);
    await field.press('Escape');
    await expect(list.heading).toHaveText('Groceries');
    expect((await remote.read()).title).toBe('Groceries');
  });

  test('however long, do not make the page wider than the screen', async ({ browser, tandem }) => {
    const remote = await tandem.newList({ title: 'T'.repeat(200), items: ['x'.repeat(2000), 'buy milk'] });
    const walker = await Person.arrives(browser, 'a walker', { viewport: { width: 360, height: 740 } });
    await walker.open(remote);
    const [inner, whole] = await walker.page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
    expect(whole).toBeLessThanOrEqual(inner ?? 0);
    await walker.leaves();
  });
});
