import type { Page } from '@playwright/test';

/** Waits until the page has painted what it shows now. */
export async function paints(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
}
