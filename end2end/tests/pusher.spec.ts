import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { Page } from '@playwright/test';
import Pusher, { type Channel } from 'pusher-js';

import type { Item, RemoteList } from '../support/api.ts';
import type { Tandem } from '../support/server.ts';
import { expect, test as base } from '../support/test.ts';

interface Heard {
  event: string;
  data: unknown;
}

/** The official client, with the events it has received. */
class Listener {
  readonly heard: Heard[] = [];
  readonly client: Pusher;

  constructor(address: string, key = 'tandem') {
    const { hostname, port } = new URL(address);
    this.client = new Pusher(key, {
      cluster: '',
      wsHost: hostname,
      wsPort: Number(port),
      forceTLS: false,
      enableStats: false,
      enabledTransports: ['ws'],
    });
  }

  /** Subscribes, and waits for the answer. */
  async subscribe(name: string): Promise<Channel> {
    const channel = this.client.subscribe(name);
    channel.bind_global((event: string, data: unknown) => {
      if (!event.startsWith('pusher:')) this.heard.push({ event, data });
    });
    await new Promise((resolve, reject) => {
      channel.bind('pusher:subscription_succeeded', resolve);
      channel.bind('pusher:subscription_error', (error: unknown) => reject(error));
    });
    return channel;
  }

  /** The events, as `created buy milk`. */
  get told(): string[] {
    return this.heard.map(({ event, data }) => `${event} ${(data as Partial<Item>).shortdesc ?? ''}`.trim());
  }
}

const test = base.extend<{ listen: (key?: string) => Listener }>({
  listen: async ({ tandem }, use) => {
    const listeners: Listener[] = [];
    await use((key) => {
      const listener = new Listener(tandem.address, key);
      listeners.push(listener);
      return listener;
    });
    for (const { client } of listeners) client.disconnect();
  },
});

test.describe('The official Pusher client', () => {
  test('receives what is done on a page: created, updated, destroyed', async ({ tandem, listen, alice }) => {
    const remote = await tandem.newList();
    const listener = listen();
    await listener.subscribe(`list-${remote.token}`);
    const list = await alice.open(remote);
    await list.add('buy milk');
    await expect.poll(() => listener.told).toEqual(['created buy milk']);
    await list.item('buy milk').tick();
    await expect.poll(() => listener.told).toEqual(['created buy milk', 'updated buy milk']);
    await list.item('buy milk').destroy();
    await expect.poll(() => listener.heard.map(({ event }) => event)).toEqual(['created', 'updated', 'destroyed']);

    const [created, updated, destroyed] = listener.heard.map(({ data }) => data as Item);
    expect(created).toMatchObject({ shortdesc: 'buy milk', longdesc: null, isdone: false });
    expect(updated).toMatchObject({ id: created?.id, shortdesc: 'buy milk', isdone: true });
    expect(destroyed).toMatchObject({ id: created?.id });
    expect(updated?.version).toBe((created?.version ?? 0) + 1);
    expect(destroyed?.version).toBe((created?.version ?? 0) + 2);
  });

  test("receives what is done over HTTP, and the list's new title and deletion", async ({ tandem, listen }) => {
    const remote = await tandem.newList();
    const listener = listen();
    await listener.subscribe(`list-${remote.token}`);
    const milk = await remote.add('buy milk');
    await remote.update(milk.id, { shortdesc: 'buy oat milk' });
    await remote.destroy(milk.id);
    await remote.rename('Groceries');
    await remote.destroyList();
    await expect
      .poll(() => listener.heard.map(({ event }) => event))
      .toEqual(['created', 'updated', 'destroyed', 'list:updated', 'list:destroyed']);
    expect(listener.heard[3]?.data).toMatchObject({ title: 'Groceries' });
  });

  test('is not sent its own change, but everyone else is', async ({ tandem, listen, alice }) => {
    const remote = await tandem.newList();
    const [own, other] = [listen(), listen()];
    await own.subscribe(`list-${remote.token}`);
    await other.subscribe(`list-${remote.token}`);
    const list = await alice.open(remote);
    const socketId = own.client.connection.socket_id;
    expect(socketId).toMatch(/^\d+\.\d+$/);
    const mine = await remote.add('my own', {}, socketId);
    await remote.update(mine.id, { isdone: true }, socketId);
    await remote.add("somebody else's");
    // Frames arrive in order: its own would have arrived before this one.
    await expect.poll(() => own.told).toEqual(["created somebody else's"]);
    await expect.poll(() => other.told).toEqual(['created my own', 'updated my own', "created somebody else's"]);
    await list.hasTitles(['my own', "somebody else's"]);
  });

  test('receives events of its list alone, until it unsubscribes', async ({ tandem, listen }) => {
    const [remote, foreign] = [await tandem.newList(), await tandem.newList()];
    const [listener, witness] = [listen(), listen()];
    await listener.subscribe(`list-${remote.token}`);
    await witness.subscribe(`list-${remote.token}`);
    await foreign.add('not for us');
    await remote.add('for us');
    await expect.poll(() => listener.told).toEqual(['created for us']);
    listener.client.unsubscribe(`list-${remote.token}`);
    const second = await tandem.newList();
    // The next subscription is answered after the unsubscription was read.
    await listener.subscribe(`list-${second.token}`);
    await remote.add('too late');
    await second.add('for us again');
    await expect.poll(() => witness.told).toEqual(['created for us', 'created too late']);
    await expect.poll(() => listener.told).toEqual(['created for us', 'created for us again']);
  });

  test('can listen by the view-only link', async ({ tandem, listen }) => {
    const remote = await tandem.newList();
    const listener = listen();
    await listener.subscribe(`list-${remote.viewToken}`);
    await remote.add('buy milk');
    await expect.poll(() => listener.told).toEqual(['created buy milk']);
    expect(JSON.stringify(listener.heard)).not.toContain(remote.token);
  });

  test('gets an error for an unknown list and for an unknown key', async ({ listen }) => {
    const listener = listen();
    await expect(listener.subscribe('list-AAAAAAAAAAAAAAAAAAAAAA')).rejects.toMatchObject({
      type: 'NotFound',
      status: 404,
    });
    const stranger = listen('another-key');
    const error = await new Promise<{ data?: { code?: number } }>((resolve) =>
      stranger.client.connection.bind('error', (each: { error?: object } & object) =>
        resolve((each.error ?? each) as { data?: { code?: number } }),
      ),
    );
    expect(error.data?.code).toBe(4001);
  });

  test('works in a browser as well', async ({ tandem, alice }) => {
    const remote = await tandem.newList();
    // The page names no icon, so the browser requests the default one.
    alice.expects(/^Failed to load resource: .*\b404\b/);
    await inBrowser(alice.page, tandem, remote);
    const milk = await remote.add('buy milk');
    await remote.update(milk.id, { isdone: true });
    await remote.destroy(milk.id);
    await expect
      .poll(() => alice.page.evaluate(() => (window as unknown as { heard: string[] }).heard))
      .toEqual(['created', 'updated', 'destroyed']);
  });
});

/** Has a page of the server that is none of the app's listen by the official client's build for browsers. */
async function inBrowser(page: Page, tandem: Tandem, remote: RemoteList): Promise<void> {
  const source = await readFile(createRequire(import.meta.url).resolve('pusher-js/dist/web/pusher.min.js'), 'utf8');
  // Pages of the server run none but their own scripts; this file of it says nothing of the kind.
  await page.goto('/service-worker.js');
  await page.addScriptTag({ content: source });
  await page.evaluate(
    async ([port, channelName]) => {
      const { Pusher: Client } = window as unknown as { Pusher: typeof Pusher };
      const client = new Client('tandem', {
        cluster: '',
        wsHost: location.hostname,
        wsPort: Number(port),
        forceTLS: false,
        enableStats: false,
        enabledTransports: ['ws'],
      });
      const heard: string[] = [];
      Object.assign(window, { heard });
      const channel = client.subscribe(channelName);
      for (const event of ['created', 'updated', 'destroyed']) channel.bind(event, () => heard.push(event));
      await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
    },
    [new URL(tandem.address).port, `list-${remote.token}`] as const,
  );
}
