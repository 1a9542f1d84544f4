// A slow network that delivers in the end.

import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

import { looksAround } from '../support/outage.ts';
import { networkTrouble, type Person } from '../support/person.ts';
import { expect, test as base } from '../support/test.ts';
import { closes, type Tandem } from '../support/server.ts';
import { onPush } from '../support/wire.ts';

/** A proxy that passes on the answers to pushes piece by piece, when the test says so. */
class SlowProxy {
  pushes = 0;
  given = 0;
  private next: (() => void) | undefined;
  private readonly server = createServer((incoming, outgoing) => this.pass(incoming, outgoing));

  private constructor(private readonly to: URL) {}

  static async before(tandem: Tandem): Promise<SlowProxy> {
    const proxy = new SlowProxy(new URL(tandem.address));
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get address(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const headers = { ...incoming.headers };
    delete headers['accept-encoding'];
    const { method, url: path } = incoming;
    const ahead = request({ hostname: this.to.hostname, port: this.to.port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (path === '/rpc/push') void this.trickle(answer, outgoing);
      else answer.pipe(outgoing);
    });
    ahead.on('error', () => outgoing.destroy());
    incoming.pipe(ahead);
  }

  private async trickle(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.pushes += 1;
    const body = Buffer.concat(await answer.toArray());
    const size = Math.ceil(body.length / 4);
    for (let from = 0; from < body.length; from += size) {
      await new Promise<void>((resolve) => {
        this.next = resolve;
        outgoing.once('close', resolve);
      });
      // The request was cancelled.
      if (outgoing.destroyed) return;
      await new Promise((resolve) => outgoing.write(body.subarray(from, from + size), resolve));
      this.given += 1;
    }
    outgoing.end();
  }

  /** Lets the next quarter of an answer through. */
  async piece(): Promise<void> {
    const { given } = this;
    await expect.poll(() => this.next !== undefined).toBe(true);
    this.next?.();
    this.next = undefined;
    await expect.poll(() => this.given).toBeGreaterThan(given);
  }

  async close(): Promise<void> {
    await closes(this.server);
  }
}

const test = base.extend<{ slow: SlowProxy }>({
  slow: async ({ tandem }, use) => {
    const proxy = await SlowProxy.before(tandem);
    await use(proxy);
    await proxy.close();
  },
});

/** Counts the pieces of answers that the page has read. */
function countReads(): void {
  const counter = Object.assign(window, { reads: 0 });
  const reader = ReadableStreamDefaultReader.prototype;
  const { read } = reader;
  reader.read = async function (this: ReadableStreamDefaultReader) {
    const piece = await read.call(this);
    counter.reads += 1;
    return piece;
  };
}

/** Silence after which a call is given up, in ms. */
const silence = 10_000;

test.describe('An answer that takes longer than ten seconds', () => {
  test('gets through as long as it makes progress', async ({ tandem, slow: proxy, alice }) => {
    alice.expects(/^WebSocket connection to/);
    const remote = await tandem.newList({ items: ['buy milk'] });
    await alice.page.clock.install();
    await alice.page.routeWebSocket(/\/app\//, (socket) => void socket.close());
    await alice.page.goto(`${proxy.address}${remote.path}`);
    await alice.hydrated();
    await alice.page.evaluate(countReads);
    await remote.addMany(Array.from({ length: 20 }, (_, index) => `item ${index}`));
    await alice.list.newTodo.fill('mine');
    await alice.list.newTodo.press('Enter');
    await expect.poll(() => proxy.pushes).toBe(1);
    for (const pieces of [1, 2, 3]) {
      await proxy.piece();
      await expect.poll(() => alice.page.evaluate(() => (window as unknown as { reads: number }).reads)).toBe(pieces);
      await alice.page.clock.runFor(silence - 1_000);
    }
    expect(proxy.pushes, 'it was not given up and asked again').toBe(1);
    await proxy.piece();
    await expect(alice.list.items).toHaveCount(22);
    await expect(alice.page.locator('[data-unsaved]')).toHaveCount(0);
  });

  test('is given up when it stalls, and requested again', async ({ tandem, slow: proxy, alice }) => {
    alice.expects(/^WebSocket connection to/);
    const remote = await tandem.newList({ items: ['buy milk'] });
    await alice.page.clock.install();
    await alice.page.routeWebSocket(/\/app\//, (socket) => void socket.close());
    await alice.page.goto(`${proxy.address}${remote.path}`);
    await alice.hydrated();
    await alice.list.add('mine');
    await expect.poll(() => proxy.pushes).toBe(1);
    await proxy.piece();
    await expect
      .poll(
        async () => {
          await alice.page.clock.runFor(1_000);
          return proxy.pushes;
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(1);
    for (const _ of [1, 2, 3, 4]) await proxy.piece();
    await expect(alice.page.locator('[data-unsaved]')).toHaveCount(0);
    expect(await remote.titles()).toEqual(['buy milk', 'mine']);
  });
});

test.describe('A push that is not answered', () => {
  /** Opens a list whose pushes arrive nowhere; counts them. */
  async function intoTheVoid(tandem: Tandem, person: Person): Promise<{ count: number }> {
    await person.page.clock.install();
    const list = await person.open(await tandem.newList());
    await list.live();
    const pushes = { count: 0 };
    await onPush(person.page, async () => {
      pushes.count += 1;
    });
    return pushes;
  }

  test('is given up after ten seconds if it is small', async ({ tandem, alice }) => {
    alice.expects(...networkTrouble);
    const pushes = await intoTheVoid(tandem, alice);
    await alice.list.add('buy milk');
    await expect.poll(() => pushes.count).toBe(1);
    await alice.page.clock.runFor(silence - 500);
    expect(pushes.count).toBe(1);
    // Repeated at the next try.
    await alice.page.clock.runFor(2_000);
    await expect.poll(() => pushes.count).toBe(2);
  });

  test('has the time that its upload may take if it is large', async ({ tandem, alice }) => {
    alice.expects(...networkTrouble);
    const pushes = await intoTheVoid(tandem, alice);
    await alice.list.newTodo.focus();
    await alice.list.paste(Array.from({ length: 100 }, (_, number) => `${number} ${'x'.repeat(1_900)}`).join('\n'));
    await alice.page.locator('dialog.paste .primary').click();
    await expect.poll(() => pushes.count).toBe(1);
    // 190 kB at 16 kB/s.
    await alice.page.clock.runFor(silence + 11_000);
    expect(pushes.count).toBe(1);
    await alice.page.clock.runFor(6_000);
    await expect.poll(() => pushes.count).toBe(2);
  });
});

test.describe('A server that asks for a pause', () => {
  for (const [status, pause, ms] of [
    [429, '7', 7_000],
    [503, '7', 7_000],
    [429, 'a date', 7_000],
    [429, '86400', 60_000],
  ] as const) {
    test(`is left alone for that long, at most a minute: ${status}, ${pause}`, async ({ tandem, alice }) => {
      // A clock that is ahead takes a socket for silent.
      alice.expects(/^Failed to load resource: .*\b(429|503)\b/, /^WebSocket connection to/);
      await alice.page.clock.install();
      const remote = await tandem.newList();
      const list = await alice.open(remote);
      await list.live();
      let pushes = 0;
      await alice.page.route(/\/rpc\/push$/, async (route) => {
        pushes += 1;
        if (pushes > 1) return route.fallback();
        const now = await alice.page.evaluate(() => Date.now());
        const after = pause === 'a date' ? new Date(now + ms + 1_000).toUTCString() : pause;
        await route.fulfill({ status, headers: { 'retry-after': after }, body: 'not now' });
      });
      await list.add('buy milk');
      await list.says('offline', 'pending');
      await expect.poll(() => pushes).toBe(1);
      await alice.page.clock.runFor(ms - 2_000);
      await looksAround(alice.page);
      await alice.page.clock.runFor(1_000);
      expect(pushes).toBe(1);
      await alice.page.clock.runFor(4_000);
      await expect.poll(() => remote.titles()).toEqual(['buy milk']);
      await list.live();
    });
  }
});
