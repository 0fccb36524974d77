// Every page, in both themes, through axe; a screenshot of each for the eye. A page left out fails a test.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { apiSession, axe, makePerson, openPage, shot, signIn, startBrowser, startServer } from './support.mjs';

let server;
let browser;
let number;
let teamId;
const stamp = Date.now() % 100000;
const requester = `axe${stamp}`;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const admin = await apiSession(server.url, 'admin');
  await makePerson(admin, server.url, { login: requester, name: 'Axe Requester', roles: ['requester'] });
  const api = await apiSession(server.url, requester);
  ({ number } = await api('POST', '/incidents', { short_description: 'VPN drops every 20 minutes', description: 'Since last night.' }));
  await api('POST', '/incidents', { short_description: 'Label printer prints blank labels' });
  const team = await admin('POST', '/teams', { name: `Axe team ${stamp}` }).catch(() => null);
  teamId = team?.id ?? (await admin('GET', '/teams?limit=1')).items[0].id;
  await admin('POST', `/incidents/${number}/assign`, { assigned_to: 'admin' });
  await admin('POST', `/incidents/${number}/comments`, { text: 'Does it also drop by cable?' });
  await admin('POST', `/incidents/${number}/work-notes`, { text: 'Rekey timer is 1200 s since last night.' });
  await api('POST', `/incidents/${number}/comments`, { text: 'Cable is fine.' });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const PUBLIC = [
  ['sign-in', () => '/sign-in', 'form'],
  ['password-reset', () => '/password-reset?token=x', 'form'],
  ['portal-sign-in', () => '/portal/sign-in', 'form'],
];
const AGENT = [
  ['queue', () => `/queue?q=${encodeURIComponent('state:open')}`, '.q'],
  ['queue-empty', () => `/queue?q=${encodeURIComponent('state:open nothingmatchesthis')}`, '.state'],
  ['ticket', () => `/incidents/${number}`, '.msg.internal'],
  ['new-incident', () => '/incidents/new', 'form.create'],
  ['people', () => '/people', '.tbl'],
  ['person', () => `/people/${requester}`, '.cols'],
  ['new-person', () => '/people/new', 'form'],
  ['teams', () => '/teams', '.tbl'],
  ['team', () => `/teams/${teamId}`, '.cols'],
  ['new-team', () => '/teams/new', 'form'],
  ['permissions', () => '/permissions', '.matrix'],
  ['account', () => '/account', '.cols'],
  ['not-found', () => '/nothing/here', '.state'],
];
const PORTAL = [
  ['portal-home', () => '/portal', '.sheet'],
  ['portal-report', () => '/portal/report', 'form'],
  ['portal-item', () => `/portal/items/${number}`, '.b'],
  ['portal-account', () => '/portal/account', 'form'],
  ['portal-not-found', () => '/portal/nothing', '.state'],
];

/** Whom one can be, as `serve --demo` says it: the whole demonstration takes minutes to make, and the page shows no more. */
const DEMO = ['agent', 'manager', 'requester', 'admin'].map((login) => ({
  login,
  password: 'steward-demo',
  name: `${login[0].toUpperCase()}${login.slice(1)} of the demonstration`,
  note: 'Works on incidents, member of Group 70',
}));

/** The pages that the routers know, `$` standing for what differs from record to record. */
function routes() {
  const source = ['app/router.tsx', 'features/portal/router.tsx'].map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8')).join('\n');
  const made = [...source.matchAll(/\bpath: '([^']+)'|\bpage\('([^']+)'/g)].map(([, path, page]) => path ?? page);
  return made.map((path) => path.replaceAll(/\$[a-z]+/gi, '$'));
}

test('no page exists that axe does not see', () => {
  const known = routes();
  assert.ok(known.length > 15, `only ${known.length} routes found: the search for them is broken`);
  // Of itself it shows nothing: it sends to the queue.
  const sendsOn = new Set(['/']);
  // `$` alone is whatever is no page.
  const fits = (route, path) => new RegExp(`^${route === '$' ? '/.+' : route.replaceAll('$', '[^/]+')}$`).test(path);
  const seen = [...PUBLIC, ...AGENT, ...PORTAL].map(([, path]) => path().split('?')[0]);
  // A page with a name of its own is not seen by way of one with a number in its place.
  const unseen = known.filter((route) => !sendsOn.has(route) && !seen.some((path) => fits(route, path) && (path === route || !known.includes(path))));
  assert.deepEqual(unseen, []);
});

async function look(page, [name, path, sign], scheme) {
  await page.goto(server.url + path());
  await page.locator(sign).first().waitFor();
  await page.waitForTimeout(250);
  await shot(page, `${name}-${scheme}`);
  assert.deepEqual(await axe(page), [], `${name} in ${scheme}`);
}

for (const scheme of ['light', 'dark']) {
  describe(scheme, () => {
    test('sign-in at both doors and password reset', async () => {
      const page = await openPage(browser, { scheme });
      for (const entry of PUBLIC) await look(page, entry, scheme);
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });

    test('sign-in of the demonstration', async () => {
      const page = await openPage(browser, { scheme });
      await page.route('**/api/v1/sign-in', async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ status: 200, json: { ...(await answer.json()), demo: DEMO } });
      });
      await look(page, ['sign-in-demo', () => '/sign-in', '.demo button'], scheme);
      await page.locator('.demo button').first().hover();
      assert.deepEqual(await axe(page), [], `under the pointer, in ${scheme}`);
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });

    test('the desk', async () => {
      const page = await openPage(browser, { scheme });
      await signIn(page, server.url, 'admin');
      for (const entry of AGENT) await look(page, entry, scheme);
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });

    test('dialogs, the note composer, the bell', async () => {
      const page = await openPage(browser, { scheme });
      await signIn(page, server.url, 'admin');
      await page.goto(`${server.url}/incidents/${number}`);
      await page.locator('.msg.internal').waitFor();
      await page.keyboard.press('n');
      await page.locator('.comp[data-mode="note"]').waitFor();
      await shot(page, `composer-note-${scheme}`);
      assert.deepEqual(await axe(page), []);
      await page.keyboard.press('Escape');
      for (const [key, name] of [['a', 'assign'], ['s', 'state'], ['p', 'priority'], ['?', 'keys']]) {
        await page.keyboard.press(key);
        await page.getByRole('dialog').waitFor();
        await page.waitForTimeout(300);
        await shot(page, `dialog-${name}-${scheme}`);
        assert.deepEqual(await axe(page), [], name);
        await page.keyboard.press('Escape');
        if (name === 'assign' && (await page.getByRole('dialog').count()) > 0) await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      await page.getByRole('button', { name: /otification/ }).click();
      await page.locator('.bell-box').waitFor();
      await shot(page, `bell-${scheme}`);
      assert.deepEqual(await axe(page), [], 'bell');
      await page.context().close();
    });

    test('the portal', async () => {
      const page = await openPage(browser, { scheme, width: 390, height: 844 });
      await signIn(page, server.url, requester);
      for (const entry of PORTAL) await look(page, entry, scheme);
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });
  });
}
