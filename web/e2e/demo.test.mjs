// What `make run` shows: the real log with its numbers right, and whom one can be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser, startServer } from './support.mjs';

let server;
let browser;

before(async () => {
  server = await startServer(['--demo']);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the demonstration holds the real log with its numbers, and the sign-in page names whom one can be', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/sign-in`);
  const people = page.locator('.demo button');
  await people.first().waitFor();
  const shown = (await people.allTextContents()).join('\n');
  for (const login of ['agent', 'manager', 'requester']) assert.match(shown, new RegExp(`${login} / steward-demo`));
  await people.filter({ hasText: 'Alex Agent' }).click();
  await page.waitForURL((at) => !at.pathname.endsWith('/sign-in'));

  // The queue that is not empty is a click away, and the numbers are those of the data's README.
  await page.getByRole('link', { name: 'All, with closed' }).first().click();
  await page.getByText('24,918').first().waitFor();
  const counts = await page.evaluate(async () => {
    const count = async (q) => {
      const answer = await fetch(`/api/v1/incidents?count=true&limit=1&q=${encodeURIComponent(q)}`);
      return (await answer.json()).count;
    };
    const asked = ['', 'priority:1', 'priority:2', 'priority:3', 'priority:4', 'contact_type:phone', 'reopen_count>0', 'resolved_at:any', 'state:open'];
    return Promise.all(asked.map(count));
  });
  assert.deepEqual(counts, [24918, 270, 408, 23466, 774, 24688, 275, 23362, 0]);
  assert.deepEqual(page.faults, []);
});
