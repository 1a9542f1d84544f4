import { expect, type Page, type Route } from '@playwright/test';

/** Changes that others make to a page's HTML on its way to the browser. */
export type Rewriting = (html: string) => string;

/** Rewrites the pages at a path on their way to the browser. */
export async function rewritePages(page: Page, path: string, rewrite: Rewriting): Promise<void> {
  // Chromium takes the server of a page that a test fulfils for a machine of the local network.
  await page.context().grantPermissions(['local-network-access']);
  await page.route(path, async (route: Route) => {
    if (route.request().resourceType() !== 'document') return route.fallback();
    const response = await route.fetch();
    const html = await response.text();
    const rewritten = rewrite(html);
    expect(rewritten, 'the page is another').not.toBe(html);
    await route.fulfill({ response, body: rewritten });
  });
}
