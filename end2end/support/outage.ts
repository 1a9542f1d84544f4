import type { BrowserContext, Page } from '@playwright/test';

import { networkTrouble, type Person } from './person.ts';

/** An outage of all but the pages: no change gets through, in either direction. */
export class Outage {
  private over = false;

  private constructor(private readonly context: BrowserContext) {}

  static async begins(person: Person): Promise<Outage> {
    person.expects(...networkTrouble);
    const outage = new Outage(person.context);
    await person.context.route(/\/rpc\//, (route) => (outage.over ? route.fallback() : route.abort('connectionreset')));
    // Beacons of a closing page bypass the routes.
    await person.context.addInitScript(takeBeacons);
    for (const page of person.context.pages()) await page.evaluate(takeBeacons);
    await person.context.routeWebSocket(/\/app\//, (socket) => {
      if (outage.over) socket.connectToServer();
      else void socket.close({ code: 4100, reason: 'an outage' });
    });
    return outage;
  }

  /** Ends the outage, and lets the browser tell its pages. */
  async ends(): Promise<void> {
    this.over = true;
    for (const page of this.context.pages()) await looksAround(page);
  }
}

/** Dispatches the event of a network that is back. */
export async function looksAround(page: Page): Promise<void> {
  await page.evaluate(() => void window.dispatchEvent(new Event('online')));
}

function takeBeacons(): void {
  navigator.sendBeacon = () => false;
}
