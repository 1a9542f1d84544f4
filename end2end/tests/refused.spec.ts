// Changes refused before the server has read them: by the server itself, or by something in front of it.

import { expect, test } from '../support/test.ts';
import { onPush, Pushes } from '../support/wire.ts';

const forbidden = /^Failed to load resource: the server responded with a status of 4\d\d/;

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
