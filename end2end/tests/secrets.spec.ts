// Links, which nobody may learn but those they were given to.

import { Person } from '../support/person.ts';
import { Tandem } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

test('Nobody gets to know a link: not by logs, errors, health checks or other sites', async ({ browser }) => {
  // A server throws when it stops if its log shows a link; this log has everything.
  const own = await Tandem.start([], 'trace');
  const alice = await Person.arrives(browser, 'Alice', { baseURL: own.address });
  alice.expects(/^Failed to load resource: .*\b404\b/);
  const { page, context, list } = alice;
  await context.route('https://other.example/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: 'hello' }),
  );
  const remote = await own.newList({ title: 'Groceries', items: ['buy milk', 'see https://other.example/cake'] });
  const secrets = [remote.token, remote.viewToken];

  await alice.open(remote);
  await list.live();
  await list.add('bread');
  await list.item('bread').tick();
  await list.item('buy milk').rename('buy oat milk');
  await list.item('bread').destroy();
  await list.live();
  const opened = context.waitForEvent('page');
  await list.row(1).title.getByRole('link').click();
  const other = await opened;
  await expect(other.getByText('hello')).toBeVisible();
  expect(await other.evaluate(() => document.referrer)).toBe('');
  for (const path of ['trash', 'import', 'print', 'nowhere']) await page.goto(`${remote.path}/${path}`);
  for (const path of [`/${remote.viewToken}`, '/', remote.path]) await alice.visit(path);
  await page.evaluate(() => location.assign('https://other.example/left'));
  await expect(page.getByText('hello')).toBeVisible();
  expect(await page.evaluate(() => document.referrer)).toBe('');

  const json = { 'content-type': 'application/json' };
  const asked: [status: number, path: string, request: RequestInit][] = [
    [200, '/healthz', {}],
    [200, '/readyz', {}],
    [404, `/api/lists/${remote.token}/items/nothing`, {}],
    [405, `/api/lists/${remote.token}/items`, { method: 'DELETE' }],
    [403, `/api/lists/${remote.viewToken}/items`, { method: 'POST', headers: json, body: '{"shortdesc":"tea"}' }],
    [422, `/api/lists/${remote.token}/items`, { method: 'POST', headers: json, body: '{"shortdesc":7}' }],
    [400, '/rpc/push', { method: 'POST', headers: json, body: JSON.stringify({ token: remote.token }) }],
  ];
  for (const [status, path, request] of asked) {
    const response = await fetch(`${own.address}${path}`, request);
    expect(response.status, path).toBe(status);
    const told = await response.text();
    for (const secret of secrets) expect(told, path).not.toContain(secret);
  }

  // Both visits to the other site were seen.
  expect(alice.foreign).toEqual(['https://other.example/cake from nowhere', 'https://other.example/left from nowhere']);
  await alice.leaves();
  await own.stop();
});
