import { test as base } from '@playwright/test';

import { Person } from './person.ts';
import { Tandem } from './server.ts';

interface People {
  alice: Person;
  bob: Person;
  carol: Person;
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
});

// Attaches the server's log to the report of a failure.
test.afterEach(async ({ tandem }, testInfo) => {
  if (testInfo.status !== testInfo.expectedStatus && tandem.log.length > 0) {
    await testInfo.attach('server log', { body: tandem.log.join('\n'), contentType: 'text/plain' });
  }
});

export { expect } from '@playwright/test';
