import { expect, type Page } from '@playwright/test';

/** What the service worker has kept on this device, as a page sees it. */
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

  /** The hashed files that a kept page names. */
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

  /** Keeps a page in the worker's stead. */
  async put(path: string, html: string): Promise<void> {
    await this.page.evaluate(
      async ([key, text]) => {
        const headers = { 'content-type': 'text/html; charset=utf-8' };
        await (await caches.open('tandem-pages')).put(key, new Response(text, { headers }));
      },
      [path, html] as const,
    );
  }

  /** Waits until a page is kept, and shows this. */
  async has(path: string, text = ''): Promise<void> {
    await expect.poll(() => this.pages(), `the kept pages`).toContain(path);
    await expect.poll(() => this.html(path), `the kept page`).toContain(text);
  }

  async hasNot(path: string): Promise<void> {
    await expect.poll(() => this.pages(), `the kept pages`).not.toContain(path);
  }
}
