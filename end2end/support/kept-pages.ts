import { expect, type Page } from '@playwright/test';

/** The service worker's cache on this device, as seen by a page. */
export class Kept {
  constructor(private readonly page: Page) {}

  private async paths(cache: 'tandem-pages' | 'tandem-files'): Promise<string[]> {
    return this.page.evaluate(async (name) => {
      const requests = await (await caches.open(name)).keys();
      return requests.map((request) => new URL(request.url).pathname);
    }, cache);
  }

  async pages(): Promise<string[]> {
    return this.paths('tandem-pages');
  }

  async files(): Promise<string[]> {
    return this.paths('tandem-files');
  }

  /** Returns the hashed files that a cached page names. */
  async filesOf(path: string): Promise<string[]> {
    const html = await this.html(path);
    return [...new Set(html.slice(0, html.indexOf('</head>')).match(/\/pkg\/[\w.-]+/g))];
  }

  async html(path: string): Promise<string> {
    return this.page.evaluate(async (key) => {
      const page = await (await caches.open('tandem-pages')).match(key);
      return page ? page.text() : '';
    }, path);
  }

  /** Adds a page to the cache, as the worker does. */
  async put(path: string, html: string): Promise<void> {
    await this.page.evaluate(
      async ([key, text]) => {
        const headers = { 'content-type': 'text/html; charset=utf-8' };
        await (await caches.open('tandem-pages')).put(key, new Response(text, { headers }));
      },
      [path, html] as const,
    );
  }

  /** Waits until a page is cached and contains a text. */
  async has(path: string, text = ''): Promise<void> {
    await expect.poll(() => this.pages(), `the kept pages`).toContain(path);
    await expect.poll(() => this.html(path), `the kept page`).toContain(text);
  }

  async hasNot(path: string): Promise<void> {
    await expect.poll(() => this.pages(), `the kept pages`).not.toContain(path);
  }
}
