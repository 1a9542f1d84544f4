import { expect, test } from '../support/test.ts';
import { Pushes } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** A valid token of no list. */
const unknown = 'AAAAAAAAAAAAAAAAAAAAAA';

test.describe('A link', () => {
  test('that does not exist answers 404, with a page that says so', async ({ alice }) => {
    alice.expects(/^Failed to load resource: .*\b404\b/);
    const response = await alice.page.goto(`/${unknown}`);
    expect(response?.status()).toBe(404);
    await expect(alice.page.getByText(/can’t find this list/i).first()).toBeVisible();
    await alice.hydrated();
    await expect(alice.page.getByText(/can’t find this list/i).first()).toBeVisible();
    await expect(alice.list.newTodo).toHaveCount(0);
    await alice.page.getByRole('main').getByRole('link').first().click();
    await expect(alice.page).toHaveURL('/');
  });

  test('of a list that was deleted answers 404, too', async ({ tandem, alice }) => {
    alice.expects(/^Failed to load resource: .*\b404\b/);
    const remote = await tandem.newList();
    await remote.destroyList();
    const response = await alice.page.goto(remote.path);
    expect(response?.status()).toBe(404);
    await expect(alice.page.getByText(/can’t find this list/i).first()).toBeVisible();
  });

  test('is not revealed to other sites', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const response = await alice.page.goto(remote.path);
    expect(response?.headers()['referrer-policy']).toMatch(/^(no-referrer|same-origin|strict-origin|origin)/);
    await alice.hydrated();
  });
});

test.describe('The list itself', () => {
  test('is called Todos until somebody says otherwise', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    await expect(list.heading).toHaveText('Todos');
    await expect(alice.page).toHaveTitle(/Todos/);
  });

  test('is renamed in place, with Enter, and the name is trimmed', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    await list.rename('  Groceries ');
    await expect(list.heading).toHaveText('Groceries');
    await list.live();
    expect((await remote.read()).title).toBe('Groceries');
    await alice.page.reload();
    await expect(list.heading).toHaveText('Groceries');
    await alice.hydrated();
    await expect(list.heading).toHaveText('Groceries');
  });

  test('is renamed once, also when the field loses the focus', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const list = await alice.open(remote);
    const pushes = Pushes.of(alice.page);
    const field = await list.startRenaming();
    await field.fill('Groceries');
    await list.newTodo.click();
    await expect(list.heading).toHaveText('Groceries');
    await list.rename('Shopping');
    await expect(list.heading).toHaveText('Shopping');
    await list.add('the last change');
    await expect.poll(() => remote.titles()).toEqual(['the last change']);
    await list.live();
    expect(pushes.mutations.flatMap(({ op }) => op.update?.patch.list?.title ?? [])).toEqual(['Groceries', 'Shopping']);
  });

  test('keeps its name on Escape, and when the new one is blank', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Groceries' });
    const list = await alice.open(remote);
    const field = await list.startRenaming();
    await field.fill('Something else');
    await field.press('Escape');
    await expect(list.heading).toHaveText('Groceries');
    await list.rename('   ');
    await list.add('the last change');
    await expect.poll(() => remote.titles()).toEqual(['the last change']);
    expect((await remote.read()).title).toBe('Groceries');
  });

  test('is not deleted if the server does not answer, and the page says so', async ({ tandem, alice }) => {
    await alice.page.clock.install();
    const remote = await tandem.newList({ items: ['one'] });
    const list = await alice.open(remote);
    const asked = new Promise<void>((resolve) => {
      void alice.page.route(/\/rpc\/destroy_list$/, () => resolve());
    });
    await list.deleteList('confirm');
    await asked;
    await alice.page.clock.runFor(11_000);
    await list.tells(/The list was not deleted\. The server cannot be reached/);
    await list.hasTitles(['one']);
  });

  test('is deleted only after a confirmation', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    const other = await bob.open(remote);
    await other.live();
    await list.choose('Delete list…');
    await expect(alice.page.locator('dialog.confirm p')).toHaveText(
      '“Todos” and its 3 items will be deleted for everyone with the link.',
    );
    await alice.page.getByRole('button', { name: 'Keep it' }).click();
    await list.add('still here');
    await list.hasTitles([...three, 'still here']);
    await expect.poll(() => remote.titles()).toEqual([...three, 'still here']);

    await list.deleteList('confirm');
    await expect(alice.page).toHaveURL('/');
    await expect(alice.landing.recent(remote)).toHaveCount(0);
    await other.tells(/deleted/i);
    await expect(remote.items()).rejects.toThrow('404');
  });
});
