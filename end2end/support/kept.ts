import { expect, type Page } from '@playwright/test';

type Store = 'lists' | 'outboxes';

/** The keys of what the browser keeps: lists by their token, unsent changes by `token:client:number`,
 * and, beside these, what was refused and not read yet by `refused:token:id`. */
export async function kept(page: Page, store: Store): Promise<string[]> {
  return page.evaluate(
    (name) =>
      new Promise<string[]>((resolve, reject) => {
        const open = indexedDB.open('tandem');
        // There is none yet, and tests must not create one.
        open.onupgradeneeded = () => open.transaction?.abort();
        open.onerror = () => resolve([]);
        open.onsuccess = () => {
          const keys = open.result.transaction(name).objectStore(name).getAllKeys();
          keys.onsuccess = () => resolve(keys.result.map(String));
          keys.onerror = () => reject(new Error(String(keys.error)));
          open.result.close();
        };
      }),
    store,
  );
}

/** Returns the version of the stored list. */
export async function keptHead(page: Page, token: string): Promise<number> {
  return page.evaluate(
    (key) =>
      new Promise<number>((resolve) => {
        const open = indexedDB.open('tandem');
        open.onupgradeneeded = () => open.transaction?.abort();
        open.onerror = () => resolve(-1);
        open.onsuccess = () => {
          const list = open.result.transaction('lists').objectStore('lists').get(key);
          list.onsuccess = () => resolve(Number.parseInt(String(list.result), 10));
          open.result.close();
        };
      }),
    token,
  );
}

/** Changes the stored list, as JSON, and the version before it. */
export async function changeKept(page: Page, token: string, change: (json: string) => string): Promise<void> {
  const value = await keptList(page, token);
  await put(page, 'lists', token, change(value));
}

/** Returns the stored list, as JSON after its version; blank if there is none. */
export async function keptList(page: Page, token: string): Promise<string> {
  return page.evaluate(
    (key) =>
      new Promise<string>((resolve, reject) => {
        const open = indexedDB.open('tandem');
        open.onerror = () => reject(new Error(String(open.error)));
        open.onsuccess = () => {
          const list = open.result.transaction('lists').objectStore('lists').get(key);
          list.onsuccess = () => resolve(String(list.result ?? ''));
          open.result.close();
        };
      }),
    token,
  );
}

/** Keeps an unsent new item, as a tab does that numbers its changes under this client id. */
export async function keepNewItem(
  page: Page,
  token: string,
  client: string,
  seq: number,
  title: string,
): Promise<void> {
  const create = { id: crypto.randomUUID(), draft: { item: { shortdesc: title } }, place: 'end' };
  const value = JSON.stringify([client, { mutation: { seq, op: { create } }, at: Date.now() }]);
  await keep(page, `${token}:${client}:${String(seq).padStart(20, '0')}`, value);
}

/** Puts an entry among the unsent changes that the browser stores. */
export async function keep(page: Page, key: string, value: string): Promise<void> {
  await put(page, 'outboxes', key, value);
}

async function put(page: Page, store: Store, key: string, value: string): Promise<void> {
  await page.evaluate(
    ([store, key, value]) =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('tandem');
        open.onerror = () => reject(new Error(String(open.error)));
        open.onsuccess = () => {
          const transaction = open.result.transaction(store, 'readwrite');
          transaction.objectStore(store).put(value, key);
          transaction.oncomplete = () => resolve();
          transaction.onabort = () => reject(new Error(String(transaction.error)));
          open.result.close();
        };
      }),
    [store, key, value] as const,
  );
}

/** Waits until the browser has stored this number of unsent changes. */
export async function keeps(page: Page, changes: number, timeout = 10_000): Promise<void> {
  await expect
    .poll(async () => (await kept(page, 'outboxes')).filter((key) => !isRefusal(key)).length, {
      message: 'unsent changes kept',
      timeout,
    })
    .toBe(changes);
}

const isRefusal = (key: string): boolean => key.startsWith('refused:');

/** Waits until the browser has stored this number of unread refusals. */
export async function keepsRefusals(page: Page, refusals: number): Promise<void> {
  await expect
    .poll(async () => (await kept(page, 'outboxes')).filter(isRefusal).length, 'refusals kept')
    .toBe(refusals);
}
