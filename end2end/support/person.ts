import { expect, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';

import type { RemoteList } from './api.ts';
import { LandingPage } from './landing-page.ts';
import { ListPage } from './list-page.ts';

/** Console messages of a browser without a network. No others are expected. */
export const networkTrouble = [
  /^Failed to load resource: net::ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION_(RESET|REFUSED|CLOSED|ABORTED)|EMPTY_RESPONSE|NETWORK_CHANGED)/,
  /^WebSocket connection to '[^']*' failed/,
];

/** Console messages of a browser that has preloaded the program and does not run it soon. */
export const programNotRun = /^The resource \S+\.wasm was preloaded using link preload but not used within/;

/** A person with a browser of their own and one open page. */
export class Person {
  /** Errors of the console and of the page. */
  readonly complaints: string[] = [];
  private readonly expected: RegExp[] = [];
  /** Requests to other sites, with their `Referer`. */
  readonly foreign: string[] = [];
  readonly list: ListPage;
  readonly landing: LandingPage;

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    this.list = new ListPage(page);
    this.landing = new LandingPage(page);
  }

  static async arrives(browser: Browser, name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext(options);
    const person = new Person(name, context, await context.newPage());
    if (options.javaScriptEnabled === false) person.expects(programNotRun);
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') person.complain(message.text());
    });
    context.on('weberror', (error) => {
      const thrown = error.error();
      person.complain(thrown.stack ?? String(thrown));
    });
    context.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (!protocol.startsWith('http') || hostname === '127.0.0.1') return;
      person.foreign.push(`${request.url()} from ${request.headers()['referer'] ?? 'nowhere'}`);
    });
    return person;
  }

  private complain(text: string): void {
    // Playwright's own message, in tests that block the worker.
    if (text === 'Service Worker registration blocked by Playwright') return;
    this.complaints.push(text);
  }

  /** Allows an error that a test provokes. */
  expects(...complaints: readonly RegExp[]): this {
    this.expected.push(...complaints);
    return this;
  }

  /** Opens a list and waits until the program has taken over. */
  async open(list: RemoteList, filter: '' | 'active' | 'completed' = ''): Promise<ListPage> {
    await this.visit(filter === '' ? list.path : `${list.path}/${filter}`);
    return this.list;
  }

  /** Opens a path and waits until the program has taken over. */
  async visit(path: string): Promise<void> {
    await this.page.goto(path);
    await this.hydrated();
  }

  async hydrated(): Promise<void> {
    await hydrated(this.page);
  }

  /** Follows the link to the front page. */
  async goesHome(): Promise<void> {
    await this.page.locator('a[href="/"]').first().click();
    await expect(this.page).toHaveURL('/');
  }

  /** Takes away the network. Chromium keeps open sockets open, but silent. */
  async goesOffline(): Promise<void> {
    this.expects(...networkTrouble);
    await this.context.setOffline(true);
  }

  async comesBack(): Promise<void> {
    await this.context.setOffline(false);
  }

  async leaves(): Promise<void> {
    const stayed = this.complaints.length;
    for (const page of this.context.pages()) await comesToRest(page);
    await this.context.unrouteAll({ behavior: 'ignoreErrors' });
    await this.context.close();
    // Whoever leaves interrupts what is under way.
    const expected = (index: number) => (index < stayed ? this.expected : [...this.expected, ...networkTrouble]);
    const surprises = this.complaints.filter((text, index) => !expected(index).some((each) => each.test(text)));
    expect(surprises, `the console of ${this.name}'s browser`).toEqual([]);
    const leaks = this.foreign.filter((request) => /\b[A-Za-z0-9]{24}\b/.test(request));
    expect(leaks, 'links that other sites got to know').toEqual([]);
  }
}

/**
 * Ends what a page is doing. A page that is told to close between the answer to a navigation, such as a reload of
 * its own, and its commit is never closed by Chromium, and the test hangs until its time is up.
 */
async function comesToRest(page: Page): Promise<void> {
  for (let attempt = 0; attempt < 3 && !page.isClosed(); attempt += 1) {
    // Fails if the page navigates at the same moment.
    const isBlank = await page.goto('about:blank', { timeout: 5_000 }).then(
      () => true,
      () => false,
    );
    if (isBlank) break;
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' });
}

/** Opens another tab of the same browser. */
export async function anotherTab(person: Person, path: string): Promise<ListPage> {
  const page = await person.context.newPage();
  await page.goto(path);
  await hydrated(page);
  return new ListPage(page);
}

/** Waits until the program has taken over the page. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('body[data-hydrated]')).toBeAttached();
}
