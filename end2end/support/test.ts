import { type Page, test as base } from '@playwright/test';

import { ListPage } from './list-page.ts';
import { hydrated, Person } from './person.ts';
import { Tandem } from './server.ts';

interface People {
  alice: Person;
  bob: Person;
  carol: Person;
  /** A server of the test's own, which it may kill, or whose database it may take away. */
  own: Tandem;
}

interface Servers {
  tandem: Tandem;
}

/** A test with a server and up to three people, each with a browser of their own. */
export const test = base.extend<People, Servers>({
  tandem: [
    async ({}, use) => {
      const tandem = await Tandem.start();
      await use(tandem);
      await tandem.stop();
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ tandem }, use) => use(tandem.address),

  alice: async ({ browser, baseURL: _ }, use) => {
    const alice = await Person.arrives(browser, 'Alice');
    await use(alice);
    await alice.leaves();
  },

  bob: async ({ browser, baseURL: _ }, use) => {
    const bob = await Person.arrives(browser, 'Bob');
    await use(bob);
    await bob.leaves();
  },

  carol: async ({ browser, baseURL: _ }, use) => {
    const carol = await Person.arrives(browser, 'Carol');
    await use(carol);
    await carol.leaves();
  },

  own: async ({}, use) => {
    const own = await Tandem.start();
    await use(own);
    await own.stop();
  },
});

/** Opens a path of the test's own server and waits until the program has taken over. */
export async function goto(page: Page, own: Tandem, path: string): Promise<ListPage> {
  await page.goto(`${own.address}${path}`);
  await hydrated(page);
  return new ListPage(page);
}

// Attaches the server's log to the report of a failure.
test.afterEach(async ({ tandem }, testInfo) => {
  if (testInfo.status !== testInfo.expectedStatus && tandem.log.length > 0) {
    await testInfo.attach('server log', { body: tandem.log.join('\n'), contentType: 'text/plain' });
  }
});

export { expect } from '@playwright/test';
