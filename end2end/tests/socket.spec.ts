// Sockets that hang, close or are refused.

import { expect, test } from '../support/test.ts';
import { Wire } from '../support/wire.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('A socket', () => {
  test('that hangs silently is replaced, and missed changes arrive', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    // The server allows a second of silence only; everything else is as usual.
    wire.replace((frame) => {
      if (frame.event !== 'pusher:connection_established') return [frame];
      const data = { ...(JSON.parse(String(frame.data)) as object), activity_timeout: 1 };
      return [{ ...frame, data: JSON.stringify(data) }];
    });
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    wire.mute();
    await other.add('missed');
    await expect(mine.items).toHaveText(['missed'], { timeout: 25_000 });
    await mine.live();
    expect(wire.tries).toBeGreaterThan(1);
  });

  test('that hangs is replaced at once when the page becomes visible', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    wire.mute();
    await other.add('missed');
    await alice.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
    await mine.hasTitles(['missed']);
    await expect.poll(() => wire.tries).toBeGreaterThan(1);
    await other.add('and heard again');
    await mine.hasTitles(['missed', 'and heard again']);
  });

  test('that hangs does not stop changes from being sent', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    wire.mute();
    await other.add('missed');
    await mine.add('sent');
    await other.hasTitles(['missed', 'sent']);
    // The answer to a push contains the missed changes, too.
    await mine.hasTitles(['missed', 'sent']);
  });

  test('that the server closes is reopened, and missed changes arrive', async ({ tandem, alice, bob }) => {
    const remote = await tandem.newList({ items: three });
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    const other = await bob.open(remote);
    await mine.live();
    const rows = await mine.watchRows();
    wire.hold();
    await wire.cut(4200);
    await expect.poll(() => wire.tries).toBeGreaterThan(1);
    await other.item('buy milk').tick();
    await other.add('missed');
    await other.live();
    wire.release();
    await mine.hasTitles([...three, 'missed']);
    await mine.item('buy milk').isDone();
    await mine.live();
    expect(await rows.fewest()).toBe(3);
  });

  test('that is refused for good is not retried, and changes are still sent', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    const wire = await Wire.tap(alice.page);
    const mine = await alice.open(remote);
    await mine.live();
    const tries = wire.tries;
    await wire.cut(4001);
    await mine.says('offline', 'catching-up', 'pending');
    await mine.add('buy milk');
    await expect.poll(() => remote.titles()).toEqual(['buy milk']);
    expect(wire.tries).toBe(tries);
  });
});
