// Changes that are refused: by the rules, or by something that never read them.

import { expect, test } from '../support/test.ts';
import { onPush, Pushes, refuse } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('Refused by the server:', () => {
  test('a delete: the row comes back, with the reason', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await onPush(alice.page, (route) => refuse(route, { code: 'unsupported' }));
    await mine.item('feed the cat').destroy();
    await mine.tells(/didn’t work/i);
    await mine.hasTitles(three);
    await mine.live();
    expect(await remote.titles()).toEqual(three);
  });

  test('a new item: it disappears, with the reason, and its text is kept', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await onPush(alice.page, (route) => refuse(route, { code: 'full', limit: 5000 }));
    await mine.add('one too many');
    await mine.tells(/full/i);
    await mine.hasTitles(three);
    await mine.stillHas('one too many');
  });

  test('a tick: it is reverted, with the reason', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    await mine.live();
    await onPush(alice.page, (route) => refuse(route, { code: 'unsupported' }));
    await mine.item('buy milk').checkbox.click();
    await mine.tells(/didn’t work/i);
    await mine.item('buy milk').isOpen();
    await mine.hasCount(3);
  });

  test('a rename of an item deleted meanwhile: the row disappears, and the typed text is kept', async ({
    tandem,
    alice,
    bob,
  }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.item('feed the cat').rename('feed both cats');
    await other.item('feed the cat').destroy();
    await other.live();
    await alice.comesBack();
    await mine.tells(/deleted/i);
    await mine.hasTitles(['buy milk', 'call the doctor']);
    await mine.live();
    await mine.stillHas('feed both cats');
    expect(await remote.titles()).toEqual(['buy milk', 'call the doctor']);
  });

  test('a change that it cannot read: the page says so, and later changes are sent', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.live();
    alice.expects(/^Failed to load resource: .*\b400\b/);
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.add('before', 'not to be read', 'after');
    await onPush(alice.page, async (route, mutations) => {
      const isBad = mutations.some(({ op }) => op.create?.draft.item?.shortdesc === 'not to be read');
      if (!isBad) return route.fallback();
      const headers = { 'content-type': 'application/json', serverfnerror: '' };
      return route.fulfill({ status: 400, headers, json: { bad_request: 'No.' } });
    });
    await alice.comesBack();
    for (const list of [mine, other]) await list.hasTitles([...three, 'before', 'after']);
    await expect(mine.notice).toContainText('could not be saved');
    await mine.stillHas('not to be read');
    await mine.live();
  });

  test('one change: later changes are sent', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    await alice.goesOffline();
    await mine.says('offline', 'pending');
    await mine.item('feed the cat').tick();
    await mine.add('afterwards');
    await other.item('feed the cat').destroy();
    await other.live();
    await alice.comesBack();
    for (const list of [mine, other]) await list.hasTitles(['buy milk', 'call the doctor', 'afterwards']);
    await mine.live();
  });
});

const forbidden = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** Refusals of pushes that the server has not read. */
const answers = [
  {
    from: 'the server, which does not know the address of its own page',
    answer: { status: 403, contentType: 'application/json', body: '"foreign_origin"' },
    says: /--public-url/,
  },
  {
    from: 'a firewall',
    answer: { status: 403, contentType: 'text/html', body: '<h1>Forbidden</h1>' },
    says: /rejects changes \(status 403\)/,
  },
  {
    from: 'a proxy that wants a login',
    answer: { status: 401, contentType: 'text/plain', body: '' },
    says: /rejects changes \(status 401\)/,
  },
];

for (const { from, answer, says } of answers) {
  test(`A refusal by ${from} is reported, and loses nothing`, async ({ tandem, alice, bob }) => {
    alice.expects(forbidden);
    const remote = await tandem.newList({ items: ['buy milk'] });
    const [mine, other] = [await alice.open(remote), await bob.open(remote)];
    await mine.live();
    let refuses = true;
    await onPush(alice.page, (route) => (refuses ? route.fulfill(answer) : route.fallback()));
    await mine.add('one');
    await mine.tells(says);
    await mine.tells(/kept on this device/);
    await mine.says('pending');
    await expect(alice.page.locator('.status')).toHaveText(/Not saved/);
    await expect(alice.page.getByText(/offline/i).filter({ visible: true })).toHaveCount(0);
    // Others' changes still arrive, and new changes are still made.
    await other.add('from Bob');
    await mine.add('two');
    await mine.hasTitles(['buy milk', 'from Bob', 'one', 'two']);
    expect(await remote.titles()).toEqual(['buy milk', 'from Bob']);

    const pushes = Pushes.of(alice.page);
    refuses = false;
    await expect.poll(() => remote.titles(), { timeout: 40_000 }).toEqual(['buy milk', 'from Bob', 'one', 'two']);
    await mine.live();
    expect(pushes.mutations).toHaveLength(2);
    await expect(alice.page.getByText(says)).toHaveCount(0);
  });
}
