import { existsSync } from 'node:fs';
import { chromium, defineConfig, type LaunchOptions } from '@playwright/test';

const debianChromium = '/usr/bin/chromium';

/** The browser: `TANDEM_CHROMIUM`, or Playwright's own, or Debian's. */
function executablePath(): string | undefined {
  const chosen = process.env['TANDEM_CHROMIUM'];
  if (chosen) return chosen;
  if (existsSync(chromium.executablePath())) return undefined;
  return existsSync(debianChromium) ? debianChromium : undefined;
}

const launchOptions: LaunchOptions = {
  args: [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
const path = executablePath();
if (path) launchOptions.executablePath = path;

const pictures = process.env['TANDEM_SCREENSHOTS'] === '1';

export default defineConfig({
  testDir: 'tests',
  testIgnore: pictures ? [] : ['**/screenshots.spec.ts'],
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./support/closing-line.ts']],
  use: {
    browserName: 'chromium',
    launchOptions,
    viewport: { width: 1100, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    // Tests cannot intercept requests that a service worker answers, so only its own tests allow one.
    serviceWorkers: 'block',
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    // Snapshots of the page say more than a video, and cost less.
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
});
