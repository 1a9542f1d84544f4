import type { BrowserContext, Page } from '@playwright/test';

import { networkTrouble, type Person } from './person.ts';

/** A server whose pages can be had and nothing else: no change gets through, either way. */
export class Outage {
  private over = false;

  private constructor(private readonly context: BrowserContext) {}

  static async begins(person: Person): Promise<Outage> {
    person.expects(...networkTrouble);
    const outage = new Outage(person.context);
    await person.context.route(/\/rpc\//, (route) => (outage.over ? route.fallback() : route.abort('connectionreset')));
    // What a page sends on its way out goes past the routes.
    await person.context.addInitScript(takeBeacons);
    for (const page of person.context.pages()) await page.evaluate(takeBeacons);
    await person.context.routeWebSocket(/\/app\//, (socket) => {
      if (outage.over) socket.connectToServer();
      else void socket.close({ code: 4100, reason: 'an outage' });
    });
    return outage;
  }

  /** It is over, and the browser says so to its pages. */
  async ends(): Promise<void> {
    this.over = true;
    for (const page of this.context.pages()) await looksAround(page);
  }
}

/** What a page hears when the browser believes that there is a network again. */
export async function looksAround(page: Page): Promise<void> {
  await page.evaluate(() => void window.dispatchEvent(new Event('online')));
}

function takeBeacons(): void {
  navigator.sendBeacon = () => false;
}
