// The requester's pages: plain words, answer, confirm, reopen, and never a note.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiSession, makePerson, openPage, shot, signIn, startBrowser, startServer } from './support.mjs';

let server;
let browser;
let agent;
const stamp = Date.now() % 100000;
const login = `grace${stamp}`;
const SECRET = 'Secret rekey timer';
const PHONE = { width: 390, height: 844 };

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const admin = await apiSession(server.url, 'admin');
  await makePerson(admin, server.url, { login, name: 'Grace Kim Test', roles: ['requester'] });
  await makePerson(admin, server.url, { login: `agent${stamp}`, name: 'Ben Agent Test', roles: ['agent'] });
  agent = await apiSession(server.url, `agent${stamp}`);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

test('report, read, answer, reopen, confirm', async () => {
  const page = await openPage(browser, PHONE);
  await signIn(page, server.url, login);
  await page.waitForURL(/\/portal$/);
  await page.getByRole('heading', { name: 'What do you need, Grace?' }).waitFor();
  await page.getByRole('link', { name: 'Report a problem' }).click();
  await page.getByRole('button', { name: 'Send to IT help' }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
  await page.getByLabel('In one line').fill('Out-of-office replies sent twice');
  await page.getByLabel(/Anything that helps/).fill('Customers get my reply two times.');
  await page.getByRole('button', { name: 'Send to IT help' }).click();
  await page.waitForURL(/\/portal\/items\/INC/);
  await page.getByText('We have it. Somebody will take it soon.').waitFor();
  const number = page.url().split('/').at(-1);

  await agent('POST', `/incidents/${number}/assign`, { assigned_to: `agent${stamp}` });
  await agent('POST', `/incidents/${number}/work-notes`, { text: SECRET });
  await agent('POST', `/incidents/${number}/comments`, { text: 'There are two rules in your mailbox.' });
  await page.getByText('Ben is working on it.').waitFor();
  await page.getByText('There are two rules in your mailbox.').waitFor();
  await page.getByLabel('Write to Ben').fill('Great, go ahead.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.b.me').getByText('Great, go ahead.').waitFor();
  await shot(page, 'flow-portal-item');

  const fields = await agent('GET', '/fields?kind=incident');
  const code = fields.items.find((field) => field.name === 'close_code')?.choices?.[0]?.code ?? 'solved';
  await agent('POST', `/incidents/${number}/resolve`, { close_code: code, close_notes: 'Removed the old rule.' });
  await page.getByRole('button', { name: 'It is still wrong' }).click();
  await page.getByRole('button', { name: 'No, leave it as done' }).click();
  await page.getByText('it closes by itself after 7 days', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'It is still wrong' }).click();
  await page.getByRole('button', { name: 'Tell us' }).click();
  await page.getByText('Say what is still wrong', { exact: false }).waitFor();
  await page.getByLabel('What is still wrong?').fill('It happened again.');
  await page.getByRole('button', { name: 'Tell us' }).click();
  await page.locator('.b.me').getByText('It happened again.').waitFor();
  await page.getByText('Ben is working on it.').waitFor();

  await agent('POST', `/incidents/${number}/resolve`, { close_code: code, close_notes: 'Removed the other one too.' });
  await page.getByRole('button', { name: 'It works now' }).click();
  await page.getByText('Thank you. It is done.').waitFor();
  await page.getByText(/^Done today\.$/).waitFor();
  assert.equal(await overflow(page), 0);

  const words = await page.locator('body').innerText();
  assert.ok(!words.includes(SECRET), 'a requester must not see a note');
  assert.doesNotMatch(words, /in progress|on hold|resolved|\bP[1-5]\b|priority/i, 'no process words in the portal');
  await page.goto(`${server.url}/portal`);
  await page.getByText('Out-of-office replies sent twice').waitFor();
  assert.ok(!(await page.locator('body').innerText()).includes(SECRET));
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('a requester sees no note by any way the browser has', async () => {
  const api = await apiSession(server.url, login);
  const { number } = await api('POST', '/incidents', { short_description: 'Hidden note test' });
  await agent('POST', `/incidents/${number}/work-notes`, { text: SECRET });
  const page = await openPage(browser, PHONE);
  const seen = [];
  page.on('response', async (response) => {
    if (response.url().includes('/api/v1/') && !response.url().includes('/live')) seen.push(await response.text().catch(() => ''));
  });
  await signIn(page, server.url, login);
  await page.goto(`${server.url}/portal/items/${number}`);
  await page.getByRole('heading', { name: 'Hidden note test' }).waitFor();
  await page.goto(`${server.url}/incidents/${number}`);
  await page.waitForURL(/\/portal/);
  assert.ok(seen.length > 0);
  for (const body of seen) assert.ok(!body.includes(SECRET));
  await page.context().close();
});

test('the portal fits a screen of 320', async () => {
  const page = await openPage(browser, { width: 320, height: 640 });
  await signIn(page, server.url, login);
  for (const path of ['/portal', '/portal/report', '/portal/account']) {
    await page.goto(server.url + path);
    await page.locator('main').waitFor();
    await page.waitForTimeout(300);
    assert.equal(await overflow(page), 0, path);
  }
  await page.context().close();
});
