// A network that is slow, and gets there.

import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

import { expect, test as base } from '../support/test.ts';
import type { Tandem } from '../support/server.ts';

/** Between browser and server: answers to pushes arrive piece by piece, as the test says. */
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
      // It was given up.
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
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
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

/** So many ms of silence end a call. */
const silence = 10_000;

test.describe('An answer that takes longer than ten seconds', () => {
  test('gets through, as long as something of it arrives', async ({ tandem, slow: proxy, alice }) => {
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

  test('is given up when nothing more of it arrives, and asked for again', async ({ tandem, slow: proxy, alice }) => {
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
