// Files: by button, by paste, by drag; in their message, for their audience.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiSession, axe, makePerson, openPage, shot, signIn, startBrowser, startServer } from './support.mjs';

let server;
let browser;
let number;
const stamp = Date.now() % 100000;
const agent = `files${stamp}`;
const requester = `grace${stamp}`;
/** A picture of one pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const admin = await apiSession(server.url, 'admin');
  await makePerson(admin, server.url, { login: agent, name: 'Fay Files Test', roles: ['agent'] });
  await makePerson(admin, server.url, { login: requester, name: 'Grace Kim Test', roles: ['requester'] });
  const api = await apiSession(server.url, requester);
  number = (await api('POST', '/incidents', { short_description: 'File test' })).number;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Hands a file to an element the way the browser does after a drag or a paste. */
async function hand(page, selector, kind, name, type) {
  await page.evaluate(
    ([where, how, file, mime]) => {
      const data = new DataTransfer();
      data.items.add(new File(['x'.repeat(2000)], file, { type: mime }));
      const element = document.querySelector(where);
      const init = { bubbles: true, cancelable: true };
      if (how === 'paste') element.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: data }));
      else for (const step of how) element.dispatchEvent(new DragEvent(step, { ...init, dataTransfer: data }));
    },
    [selector, kind, name, type],
  );
}

test('a file attached to a note is internal, stands in the note and says so', async () => {
  const page = await openPage(browser);
  await signIn(page, server.url, agent);
  await page.goto(`${server.url}/incidents/${number}`);
  await page.locator('.th h1').waitFor();
  await page.keyboard.press('n');
  await page.locator('.comp[data-mode="note"]').waitFor();
  await page.locator('.comp input[type="file"]').setInputFiles({ name: 'gateway.log', mimeType: 'text/plain', buffer: Buffer.from('rekey 1200 s') });
  await page.locator('.staged', { hasText: 'gateway.log' }).waitFor();
  await page.getByRole('tab', { name: /Reply/ }).click();
  assert.equal(await page.locator('.staged').count(), 0, 'a file for agents must not wait in the reply');
  await page.getByRole('tab', { name: /Internal note/ }).click();
  await page.keyboard.type('The log of the gateway.');
  await page.keyboard.press('Control+Enter');
  const note = page.locator('.msg.internal', { hasText: 'The log of the gateway.' });
  const chip = note.locator('.file');
  await chip.getByText('gateway.log').waitFor();
  assert.match(await chip.innerText(), /Internal file/);
  assert.match(await chip.innerText(), /Text, 12 B/);
  assert.equal(await page.locator('.staged').count(), 0);
  const asRequester = await apiSession(server.url, requester);
  assert.deepEqual((await asRequester('GET', `/incidents/${number}/attachments`)).items, []);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('files are dropped and pasted, a picture shows itself, what is refused says why and stays', async () => {
  const page = await openPage(browser);
  await signIn(page, server.url, agent);
  await page.goto(`${server.url}/incidents/${number}`);
  await page.locator('.th h1').waitFor();
  await page.keyboard.press('r');
  await hand(page, '.comp', ['dragenter', 'dragover'], 'dropped.log', 'text/plain');
  await page.locator('.drop-here', { hasText: 'Drop to send it to Grace' }).waitFor();
  await hand(page, '.comp', ['drop'], 'dropped.log', 'text/plain');
  await page.locator('.drop-here').waitFor({ state: 'detached' });
  await hand(page, '.comp textarea', 'paste', 'pasted.csv', 'text/csv');
  await page.locator('.comp input[type="file"]').setInputFiles({ name: 'screen.png', mimeType: 'image/png', buffer: PNG });
  await page.locator('.staged li').nth(2).waitFor();
  await shot(page, 'files-staged');
  assert.deepEqual(await axe(page), []);
  await page.keyboard.type('All three.');
  await page.keyboard.press('Control+Enter');
  const reply = page.locator('.msg.pub-out', { hasText: 'All three.' });
  await reply.locator('.file').nth(2).waitFor();
  const picture = reply.getByAltText('Picture screen.png');
  await picture.scrollIntoViewIfNeeded();
  await picture.evaluate((node) => node.complete || new Promise((resolve) => node.addEventListener('load', resolve)));
  assert.ok((await picture.evaluate((node) => node.naturalWidth)) > 0, 'the browser could show the picture');
  await shot(page, 'files-message');
  assert.deepEqual(await axe(page), []);

  await page.locator('.comp input[type="file"]').setInputFiles({ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') });
  await page.keyboard.press('r');
  await page.locator('.comp textarea').focus();
  await page.keyboard.type('With a program.');
  await page.keyboard.press('Control+Enter');
  await page.locator('.msg.pub-out', { hasText: 'With a program.' }).waitFor();
  await page.locator('.staged .failed', { hasText: 'Not attached' }).waitFor();
  await page.getByRole('button', { name: 'Remove setup.exe' }).click();
  assert.equal(await page.locator('.staged').count(), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('a slow upload says how far it is and can be stopped', async () => {
  const page = await openPage(browser);
  await signIn(page, server.url, agent);
  await page.goto(`${server.url}/incidents/${number}`);
  await page.locator('.th h1').waitFor();
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 });
  await page.locator('.comp input[type="file"]').setInputFiles({ name: 'long.log', mimeType: 'text/plain', buffer: Buffer.alloc(3_000_000, 'x') });
  await page.getByRole('button', { name: 'Send to Grace' }).click();
  await page.locator('.staged progress').waitFor();
  await page.locator('.staged', { hasText: /[1-9]\d* %/ }).waitFor();
  await page.getByRole('button', { name: 'Stop sending long.log' }).click();
  await page.locator('.staged').waitFor({ state: 'detached' });
  await page.context().close();
});

test('in the portal a file stands in the message it came with', async () => {
  const page = await openPage(browser, { width: 390, height: 844 });
  await signIn(page, server.url, requester);
  await page.goto(`${server.url}/portal/items/${number}`);
  await page.locator('.dock textarea').fill('Here is a photo.');
  await page.locator('.dock input[type="file"]').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: PNG });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.b.me', { hasText: 'Here is a photo.' }).locator('.file', { hasText: 'photo.png' }).waitFor();
  assert.ok(!(await page.locator('body').innerText()).includes('gateway.log'), 'an internal file must not show');
  assert.deepEqual(await axe(page), []);
  await page.context().close();
});
