// The desk in a real browser: from sign-in to a closed incident, by keyboard.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { apiSession, makePerson, openPage, PASSWORD, shot, signIn, startBrowser, startServer } from './support.mjs';

let server;
let browser;
let admin;
const login = `ben${Date.now() % 100000}`;
const requester = `jonas${Date.now() % 100000}`;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  admin = await apiSession(server.url, 'admin');
  await makePerson(admin, server.url, { login, name: 'Ben Adeyemi Test', roles: ['agent'] });
  await makePerson(admin, server.url, { login: requester, name: 'Jonas Lindqvist Test', roles: ['requester'] });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A new incident of the requester, made over the API. */
async function incident(short_description) {
  const api = await apiSession(server.url, requester);
  return (await api('POST', '/incidents', { short_description })).number;
}
/** Goes to the element with Tab alone, as somebody without a pointer does. */
async function reach(page, element) {
  const handle = await element.elementHandle();
  for (let step = 0; step < 40; step += 1) {
    if (await handle.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail('not reached by Tab');
}
const settled = (page) => page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});

describe('signing in', () => {
  test('a wrong password is told next to the field, the right one opens the queue', async () => {
    const page = await openPage(browser);
    await page.goto(`${server.url}/sign-in`);
    await page.getByLabel('Login').fill(login);
    await page.getByLabel('Password', { exact: true }).fill('not it');
    await page.keyboard.press('Enter');
    await page.getByText('Login or password is not right.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My work' }).waitFor();
    assert.match(page.url(), /\/queue\?q=/);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('a page behind the sign-in comes back after it', async () => {
    const page = await openPage(browser);
    await page.goto(`${server.url}/people`);
    await page.waitForURL(/sign-in/);
    await page.getByLabel('Login').fill(login);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'People' }).waitFor();
    await page.context().close();
  });
});

describe('an incident from call to closure', () => {
  test('create, assign, note, reply, resolve, close, all by keyboard', async () => {
    const page = await openPage(browser);
    await signIn(page, server.url, login);
    await page.getByRole('heading', { name: 'My work' }).waitFor();
    const { keyboard } = page;

    await keyboard.press('c');
    await page.getByRole('heading', { name: 'New incident' }).waitFor();
    await keyboard.press('Control+Enter');
    await page.locator('[aria-invalid="true"]').first().waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true');
    await keyboard.type('Printer on floor 2 prints blank pages');
    await keyboard.press('Tab');
    await keyboard.type('Jonas Lindqvist T');
    await keyboard.press('Enter');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await keyboard.press('Tab');
    await keyboard.type('Since this morning, every page.');
    await keyboard.press('Control+Enter');
    await page.waitForURL(/\/incidents\/INC\d+/);
    await page.getByRole('heading', { name: 'Printer on floor 2 prints blank pages' }).waitFor();

    await keyboard.press('a');
    await page.getByRole('dialog').waitFor();
    await keyboard.type('Ben Adeyemi T');
    await keyboard.press('Enter');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /Assign: Ben Adeyemi Test/ }).waitFor();

    await keyboard.press('n');
    await page.locator('.comp[data-mode="note"] textarea:focus').waitFor();
    await keyboard.type('Drum unit is worn, spare in the cellar.');
    await page.getByRole('button', { name: 'Save internal note' }).waitFor();
    await keyboard.press('Control+Enter');
    const note = page.locator('.msg.internal');
    await note.getByText('Drum unit is worn').waitFor();
    await note.getByText('Only agents can read this').waitFor();

    await keyboard.press('Escape');
    await keyboard.press('r');
    await page.locator('.comp[data-mode="reply"] textarea:focus').waitFor();
    await keyboard.type('We change the drum at noon.');
    await page.getByRole('button', { name: 'Send to Jonas' }).waitFor();
    await keyboard.press('Control+Enter');
    await page.locator('.msg.pub-out').getByText('We change the drum at noon.').waitFor();
    await shot(page, 'flow-ticket');

    await keyboard.press('Escape');
    await keyboard.press('s');
    await page.getByRole('dialog').waitFor();
    await reach(page, page.getByRole('dialog').getByRole('button', { name: /^Resolve/ }));
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Resolve: INC/ }).waitFor();
    await keyboard.press('Control+Enter');
    await page.getByRole('dialog').locator('[aria-invalid="true"]').first().waitFor();
    await shot(page, 'flow-resolve');
    const code = page.getByLabel('Resolution code');
    await reach(page, code);
    if (await code.evaluate((node) => node.tagName === 'SELECT')) await keyboard.press('ArrowDown');
    else await keyboard.type('solved');
    await keyboard.press('Tab');
    await keyboard.type('New drum, test page is fine.');
    await keyboard.press('Control+Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('.th .st', { hasText: 'Resolved' }).waitFor();

    await keyboard.press('s');
    await page.getByRole('dialog').waitFor();
    await reach(page, page.getByRole('dialog').getByRole('button', { name: /^Close Nothing is left/ }));
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Close: INC/ }).waitFor();
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('.th .st', { hasText: 'Closed' }).waitFor();
    const number = page.url().split('/').at(-1);
    assert.equal((await admin('GET', `/incidents/${number}`)).state, 'closed');
    // Its fields are done with; whom it is told to is not.
    const watching = page.locator('.sec', { hasText: 'Watching' });
    for (const name of ['Watch', 'Add']) assert.ok(await watching.getByRole('button', { name, exact: true }).isEnabled(), name);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('the header names the way to another state, on a phone too', async () => {
    const number = await incident('Header test');
    for (const [width, word] of [[1440, 'Change state'], [700, 'Change state'], [390, 'Change']]) {
      const page = await openPage(browser, { width });
      await signIn(page, server.url, login);
      await page.goto(`${server.url}/incidents/${number}`);
      const button = page.locator('.th').getByRole('button', { name: 'Change state', exact: true });
      await button.waitFor();
      assert.equal(await button.innerText(), word);
      assert.ok((await page.locator('.th > .row').first().boundingBox()).height < 40, `one line at ${width}`);
      await button.click();
      await page.getByRole('dialog').getByRole('heading', { name: /^Change state/ }).waitFor();
      await page.context().close();
    }
  });

  test('the queue moves by J and K, opens by Enter, and its condition is in the URL', async () => {
    const first = await incident('Queue test one');
    await incident('Queue test two');
    const page = await openPage(browser);
    await signIn(page, server.url, login);
    await page.getByRole('heading', { name: 'My work' }).waitFor();
    await page.keyboard.press('/');
    await page.locator('.filters input:focus').waitFor();
    await page.keyboard.type('state:new queue test');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('q') === 'state:new queue test');
    await page.locator(`[data-number="${first}"]`).waitFor();
    const current = () => page.locator('.q.current').getAttribute('data-number');
    await page.locator('.q.current').waitFor();
    const before = await current();
    await page.keyboard.press('j');
    await page.waitForFunction((old) => document.querySelector('.q.current')?.dataset.number !== old, before);
    const second = await current();
    await page.keyboard.press('k');
    await page.waitForFunction((old) => document.querySelector('.q.current')?.dataset.number !== old, second);
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/incidents/${before}`));
    await page.locator('.th h1').waitFor();
    await page.keyboard.press('j');
    await page.waitForURL(new RegExp(`/incidents/${second}`));
    await page.goto(`${server.url}/queue?q=${encodeURIComponent('priorty:1')}`);
    await page.locator('.filter-error').waitFor();
    await shot(page, 'filter-error');
    await page.getByRole('heading', { name: 'Nothing is shown' }).waitFor();
    await page.getByRole('link', { name: 'Show all open' }).click();
    await page.locator('.q.current').waitFor();
    await page.context().close();
  });

  test('Ctrl+K finds its field however long the queue takes to come', async () => {
    const number = await incident('Find test');
    const page = await openPage(browser);
    await signIn(page, server.url, login);
    let release;
    const released = new Promise((resolve) => (release = resolve));
    await page.route(/\/assets\/QueuePage-[^/]*\.js$/, async (route) => {
      await released;
      await route.continue();
    });
    await page.clock.install();
    await page.goto(`${server.url}/incidents/${number}`);
    await page.locator('.th h1').waitFor();
    await page.keyboard.press('Control+k');
    await page.clock.runFor(5000);
    release();
    await page.locator('.filters input:focus').waitFor();
    await page.context().close();
  });

  test('every field a condition can name has a word of its own', async () => {
    const words = Object.assign({}, ...['ticket', 'incident'].map((name) => JSON.parse(readFileSync(new URL(`../src/locales/en/${name}.json`, import.meta.url))).field));
    const { items } = await admin('GET', '/fields?kind=incident');
    assert.deepEqual(items.filter((field) => !field.custom && !words[field.name]).map((field) => field.name), []);
  });
});

describe('speed', () => {
  test('the next incident and its page are there before one asks for them', async () => {
    for (const name of ['one', 'two', 'three', 'four']) await incident(`Ahead test ${name}`);
    const page = await openPage(browser);
    await signIn(page, server.url, login);
    await page.goto(`${server.url}/queue?q=${encodeURIComponent('state:open "ahead test"')}`);
    await page.locator('.pv .fact').first().waitFor();
    await settled(page);
    // From now on the server answers nothing about an incident and sends no script.
    await page.route(/\/api\/v1\/incidents\/INC|\/assets\//, () => {});
    const next = await page.locator('.q').nth(1).getAttribute('data-number');
    await page.keyboard.press('j');
    await page.locator('.pv', { hasText: next }).locator('.fact').first().waitFor({ timeout: 2000 });
    await page.keyboard.press('Enter');
    await page.locator('.th', { hasText: next }).waitFor({ timeout: 2000 });
    await page.locator('.tl .fact').first().waitFor({ timeout: 2000 });
    await page.context().close();
  });
});

describe('what one typed', () => {
  test('a draft survives a reload and is gone after sending', async () => {
    const number = await incident('Draft test');
    const page = await openPage(browser);
    await signIn(page, server.url, login);
    await page.goto(`${server.url}/incidents/${number}`);
    await page.getByRole('heading', { name: 'Draft test' }).waitFor();
    await page.keyboard.press('r');
    await page.keyboard.type('Half a sentence');
    await page.getByText('Draft saved').waitFor();
    await page.reload();
    const area = page.locator('.comp textarea');
    await area.waitFor();
    assert.equal(await area.inputValue(), 'Half a sentence');
    await page.getByRole('tab', { name: /Internal note/ }).click();
    assert.equal(await area.inputValue(), '', 'a reply must never slip into a note, nor the other way round');
    await page.getByRole('tab', { name: /Reply/ }).click();
    await area.focus();
    await page.keyboard.press('Control+Enter');
    await page.locator('.msg.pub-out').getByText('Half a sentence').waitFor();
    await page.reload();
    await area.waitFor();
    assert.equal(await area.inputValue(), '');
    await page.context().close();
  });

  test('on a phone one press on the tab turns the folded composer into note paper', async () => {
    const number = await incident('Folded composer test');
    const page = await openPage(browser, { width: 390, height: 844 });
    await signIn(page, server.url, login);
    await page.goto(`${server.url}/incidents/${number}`);
    await page.locator('.comp').waitFor();
    await settled(page);
    await page.getByRole('tab', { name: /Internal note/ }).click();
    await page.locator('.comp[data-mode="note"]').waitFor();
    await page.getByRole('button', { name: 'Save internal note' }).waitFor();
    await page.context().close();
  });
});

describe('live', () => {
  test('what one agent does, another sees without a reload; new rows wait in a pill', async () => {
    const number = await incident('Live test');
    const one = await openPage(browser);
    const two = await openPage(browser);
    await signIn(one, server.url, login);
    await signIn(two, server.url, 'admin');
    await two.goto(`${server.url}/incidents/${number}`);
    await two.getByRole('heading', { name: 'Live test' }).waitFor();
    await one.goto(`${server.url}/incidents/${number}`);
    await one.getByRole('heading', { name: 'Live test' }).waitFor();
    await settled(two);
    await one.keyboard.press('n');
    await one.keyboard.type('Seen by both');
    await one.keyboard.press('Control+Enter');
    await two.locator('.msg.internal').getByText('Seen by both').waitFor();

    await two.goto(`${server.url}/queue?q=${encodeURIComponent('state:open live')}`);
    await two.locator(`[data-number="${number}"]`).waitFor();
    await settled(two);
    const rows = await two.locator('.q').count();
    const fresh = await incident('Live newcomer');
    await two.getByRole('button', { name: '1 new' }).waitFor();
    assert.equal(await two.locator('.q').count(), rows, 'nothing may move by itself');
    await shot(two, 'queue-new-rows');
    await two.getByRole('button', { name: '1 new' }).click();
    await two.locator(`[data-number="${fresh}"]`).waitFor();
    await one.context().close();
    await two.context().close();
  });
});
