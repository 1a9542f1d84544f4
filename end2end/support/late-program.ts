import { expect, type Page, type Route } from '@playwright/test';

/** Holds back the page's program until it is released. */
export class LateProgram {
  private arrive: (how: 'runs' | 'fails') => void = () => {};
  private readonly how: Promise<'runs' | 'fails'>;

  private constructor() {
    this.how = new Promise((resolve) => (this.arrive = resolve));
  }

  static async of(page: Page): Promise<LateProgram> {
    const program = new LateProgram();
    await page.route(/\.wasm$/, (route) => program.answer(route));
    return program;
  }

  private async answer(route: Route): Promise<void> {
    if ((await this.how) === 'runs') await route.continue();
    else await route.abort('connectionreset');
  }

  arrives(): void {
    this.arrive('runs');
  }

  /** Lets the program never arrive. */
  fails(): void {
    this.arrive('fails');
  }
}

/** Opens a page whose program is still on the way. */
export async function opensEarly(page: Page, path: string): Promise<LateProgram> {
  const program = await LateProgram.of(page);
  await page.goto(path, { waitUntil: 'commit' });
  await expect(page.locator('.new-todo')).toBeVisible();
  await expect(page.locator('body[data-hydrated]')).not.toBeAttached();
  return program;
}
