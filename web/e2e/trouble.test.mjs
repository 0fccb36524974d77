// When something fails: what happened, what is safe, what to do next.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiSession, axe, makePerson, openPage, shot, signIn, startBrowser, startServer } from './support.mjs';

let server;
let browser;
let number;
const stamp = Date.now() % 100000;
const agent = `trouble${stamp}`;
const requester = `jonas${stamp}`;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const admin = await apiSession(server.url, 'admin');
  await makePerson(admin, server.url, { login: agent, name: 'Ben Trouble Test', roles: ['agent'] });
  await makePerson(admin, server.url, { login: requester, name: 'Jonas Lindqvist Test', roles: ['requester'] });
  const api = await apiSession(server.url, requester);
  number = (await api('POST', '/incidents', { short_description: 'Trouble test' })).number;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const problem = (status, detail) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: 'Refused', status, detail, errors: [], request_id: '01a210d3-8c9c-72e6-bfbd-c88ba1401a45' }),
});

async function ticket() {
  const page = await openPage(browser);
  await signIn(page, server.url, agent);
  await page.goto(`${server.url}/incidents/${number}`);
  await page.locator('.th h1').waitFor();
  return page;
}

test('each refusal is named and says what to do next, and what was typed is kept', async () => {
  const page = await ticket();
  const words = { 403: 'An administrator can change', 409: 'look at it again', 429: 'Wait a moment', 500: 'tell an administrator the code', 503: 'Try again in a moment', 507: 'until an administrator makes room' };
  let status = 0;
  await page.route('**/comments', (route) => (route.request().method() === 'POST' ? route.fulfill(problem(status, 'the reason of the server')) : route.continue()));
  await page.keyboard.press('r');
  await page.keyboard.type('Words that must not be lost');
  for (const [code, next] of Object.entries(words)) {
    status = Number(code);
    await page.locator('.comp textarea').focus();
    await page.keyboard.press('Control+Enter');
    const banner = page.locator('.comp .ban', { hasText: next });
    await banner.waitFor();
    if (code === '403') assert.equal(await banner.getByRole('button').count(), 0, 'a refusal stays one');
    const said = await banner.innerText();
    assert.match(said, /Your reply was not sent/, code);
    assert.match(said, /The reason of the server\./, code);
    assert.match(said, /Code a1401a45/, code);
    assert.equal(await page.locator('.comp textarea').inputValue(), 'Words that must not be lost', code);
  }
  assert.deepEqual(await axe(page), []);
  await page.unroute('**/comments');
  await page.locator('.comp .ban').getByRole('button', { name: 'Try again' }).click();
  await page.locator('.msg.pub-out', { hasText: 'Words that must not be lost' }).waitFor();
  await page.context().close();
});

test('a list that cannot be read offers to try again', async () => {
  const page = await openPage(browser);
  await signIn(page, server.url, agent);
  await page.route('**/api/v1/incidents?*', (route) => route.fulfill(problem(503, 'the server is stopping')));
  await page.goto(`${server.url}/queue?q=state:open`);
  await page.getByText('The server is busy or restarting').waitFor();
  await page.unroute('**/api/v1/incidents?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.q').first().waitFor();
  await page.context().close();
});

test('of two who change one field neither is lost', async () => {
  const page = await ticket();
  const admin = await apiSession(server.url, 'admin');
  await page.getByRole('button', { name: /Change Impact/ }).click();
  // Somebody else is faster, between the opening of the field and the choice.
  await page.route(`**/api/v1/incidents/${number}`, (route) => (route.request().method() === 'PATCH' ? route.fulfill(problem(412, 'it changed')) : route.continue()), { times: 1 });
  const { version } = await admin('GET', `/incidents/${number}`);
  const session = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login: agent, password: 'correct horse battery' }) });
  const cookie = session.headers.get('set-cookie').split(';')[0];
  const { csrf_token } = await session.json();
  const other = await fetch(`${server.url}/api/v1/incidents/${number}`, {
    method: 'PATCH',
    headers: { cookie, 'x-csrf-token': csrf_token, 'content-type': 'application/merge-patch+json', 'if-match': `"${version}"` },
    body: JSON.stringify({ impact: 1 }),
  });
  assert.equal(other.status, 200, await other.text());
  await page.locator('.editing select').selectOption('2');
  await page.getByText('Somebody changed this while you were editing').waitFor();
  await page.getByText('It is now 1 high.', { exact: false }).waitFor();
  await shot(page, 'conflict');
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'Save mine' }).click();
  await page.locator('.editing').waitFor({ state: 'detached' });
  assert.equal((await admin('GET', `/incidents/${number}`)).impact, 2);
  await page.context().close();
});

test('while the server is away the page says since when, keeps what is typed, and goes on by itself', async (context) => {
  if (!server.halt) {
    context.skip('the server is not ours to stop');
    return;
  }
  const page = await ticket();
  await server.halt();
  await page.locator('.offline', { hasText: 'No connection since' }).waitFor();
  await page.keyboard.press('r');
  await page.keyboard.type('Typed without a server');
  await page.keyboard.press('Control+Enter');
  await page.locator('.comp .ban', { hasText: 'No connection: your reply is not sent.' }).waitFor();
  await shot(page, 'offline');
  assert.deepEqual(await axe(page), []);
  await server.start();
  await page.locator('.offline').waitFor({ state: 'detached' });
  assert.equal(await page.locator('.comp textarea').inputValue(), 'Typed without a server');
  await page.locator('.comp .ban').getByRole('button', { name: 'Try now' }).click();
  await page.locator('.msg.pub-out', { hasText: 'Typed without a server' }).waitFor();
  await page.context().close();
});

test('a browser without a connection says so at once, and sends nothing by itself', async () => {
  const page = await ticket();
  await page.keyboard.press('r');
  await page.keyboard.type('Typed in a tunnel');
  await page.context().setOffline(true);
  await page.keyboard.press('Control+Enter');
  const banner = page.locator('.comp .ban', { hasText: 'No connection: your reply is not sent.' });
  await banner.waitFor();
  await banner.getByRole('button', { name: 'Stop' }).click();
  await banner.waitFor({ state: 'detached' });
  await page.context().setOffline(false);
  await page.waitForTimeout(1500);
  assert.equal(await page.locator('.msg.pub-out', { hasText: 'Typed in a tunnel' }).count(), 0);
  assert.equal(await page.locator('.comp textarea').inputValue(), 'Typed in a tunnel');
  await page.keyboard.press('r');
  await page.keyboard.press('Control+Enter');
  await page.locator('.msg.pub-out', { hasText: 'Typed in a tunnel' }).waitFor();
  await page.context().close();
});

test('a caller who was typed but not chosen is not dropped', async () => {
  const page = await openPage(browser);
  await signIn(page, server.url, agent);
  await page.goto(`${server.url}/incidents/new`);
  await page.getByText('Empty means you, Ben Trouble Test.').waitFor();
  await page.getByLabel('Short description').fill('Caller test');
  await page.getByLabel('Caller').fill('Nobody Atall');
  await page.keyboard.press('Control+Enter');
  await page.getByText('No person matches “Nobody Atall”.').waitFor();
  assert.deepEqual(await axe(page), []);
  assert.match(page.url(), /incidents\/new$/);
  await page.getByLabel('Caller').fill('');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/incidents\/INC/);
  await page.context().close();
});

test('no page of the desk is wider than a phone', async () => {
  const page = await openPage(browser, { width: 320, height: 640 });
  await signIn(page, server.url, agent);
  for (const path of ['/queue?q=state:open', `/incidents/${number}`, '/incidents/new', '/people', `/people/${agent}`, '/people/new', '/teams', '/teams/new', '/permissions', '/account']) {
    await page.goto(server.url + path);
    await page.locator('main').waitFor();
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, path);
    assert.deepEqual(await axe(page), [], path);
  }
  await page.getByRole('button', { name: 'Queues and places' }).click();
  await page.getByRole('dialog').getByRole('link', { name: /All open/ }).click();
  await page.getByRole('heading', { name: 'All open' }).waitFor();
  await page.goto(`${server.url}/queue?q=${encodeURIComponent('state:open "trouble test"')}`);
  await page.locator(`[data-number="${number}"]`).click();
  await page.waitForURL(new RegExp(`/incidents/${number}`));
  await page.context().close();
});
