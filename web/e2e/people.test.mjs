// People, teams, roles and tokens, made and changed on their screens, in both themes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apiSession, axe, makePerson, openPage, shot, signIn, startBrowser, startServer } from './support.mjs';

let server;
let browser;
let admin;
const stamp = Date.now() % 100000;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  admin = await apiSession(server.url, 'admin');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function desk(scheme) {
  const page = await openPage(browser, { scheme });
  await signIn(page, server.url, 'admin');
  return page;
}

for (const scheme of ['light', 'dark']) {
  describe(scheme, () => {
    const login = `petra-${scheme}-${stamp}`;

    test('a person is made, changed and given a role on their screen', async () => {
      const page = await desk(scheme);
      await page.goto(`${server.url}/people`);
      await page.getByRole('link', { name: 'New person' }).click();
      await page.getByRole('button', { name: 'Create person' }).click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
      await page.getByLabel('Name', { exact: true }).fill(`Petra ${scheme} Malá`);
      await page.getByLabel('Login').fill(login);
      await page.getByLabel('E-mail').fill(`${login}@example.org`);
      await page.getByRole('button', { name: 'Create person' }).click();
      await page.waitForURL(new RegExp(`/people/${login}$`));
      await page.getByRole('heading', { name: `Petra ${scheme} Malá` }).waitFor();
      assert.deepEqual((await admin('GET', `/people/${login}`)).roles, ['requester']);

      await page.getByLabel('Phone').fill('+420 123 456');
      await page.getByLabel('Time zone').selectOption('Europe/Prague');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved', { exact: true }).waitFor();
      const changed = await admin('GET', `/people/${login}`);
      assert.equal(changed.phone, '+420 123 456');
      assert.equal(changed.zone, 'Europe/Prague');

      await page.getByLabel('Role', { exact: true }).selectOption('auditor');
      await page.getByRole('button', { name: 'Give role' }).click();
      await page.locator('.lines li', { hasText: 'Auditor' }).waitFor();
      assert.ok((await admin('GET', `/people/${login}`)).roles.includes('auditor'));
      assert.deepEqual(await axe(page), []);
      await shot(page, `person-with-role-${scheme}`);
      await page.getByRole('button', { name: 'Take away the role Auditor' }).click();
      await page.locator('.lines li', { hasText: 'Auditor' }).waitFor({ state: 'detached' });
      assert.ok(!(await admin('GET', `/people/${login}`)).roles.includes('auditor'));

      await page.getByRole('button', { name: 'Reset password' }).click();
      await page.locator('.secret code', { hasText: '/password-reset?token=' }).waitFor();
      await page.getByRole('button', { name: 'Disable' }).click();
      await page.getByRole('dialog').getByText('Sessions and tokens end at once.', { exact: false }).waitFor();
      assert.deepEqual(await axe(page), []);
      await page.getByRole('button', { name: 'Yes, disable' }).click();
      await page.getByRole('button', { name: 'Enable' }).waitFor();
      assert.equal((await admin('GET', `/people/${login}`)).active, false);
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });

    test('a team is made, renamed and filled on its screen', async () => {
      const page = await desk(scheme);
      await page.goto(`${server.url}/teams`);
      await page.getByRole('link', { name: 'New team' }).click();
      const name = `Network ${scheme} ${stamp}`;
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByRole('button', { name: /Create/ }).click();
      await page.waitForURL(/\/teams\/[0-9a-f-]{36}$/);
      const id = page.url().split('/').at(-1);
      await page.getByRole('heading', { name }).waitFor();
      await page.getByLabel('Name', { exact: true }).fill(`${name} two`);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved', { exact: true }).waitFor();
      assert.equal((await admin('GET', `/teams/${id}`)).name, `${name} two`);

      await page.getByLabel('Add a person').fill('Administrator');
      await page.locator('.picker-list').getByRole('option', { name: /Administrator/ }).first().click();
      await page.getByText('1 member', { exact: true }).waitFor();
      assert.deepEqual((await admin('GET', `/teams/${id}`)).members.map((one) => one.login), ['admin']);
      await page.getByLabel('Role', { exact: true }).selectOption('agent');
      await page.getByRole('button', { name: 'Give role' }).click();
      await page.locator('.lines li', { hasText: 'Agent' }).waitFor();
      assert.deepEqual(await axe(page), []);
      await page.getByRole('button', { name: 'Remove Administrator' }).click();
      await page.getByText('0 members', { exact: true }).waitFor();
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });

    test('a token is made, shown once, works, and is revoked on its screen', async () => {
      const page = await desk(scheme);
      await page.goto(`${server.url}/account`);
      const name = `Script ${scheme} ${stamp}`;
      await page.getByLabel('What it is for').fill(name);
      await page.getByLabel('May', { exact: true }).selectOption('read');
      await page.getByRole('button', { name: 'Create token' }).click();
      const secret = await page.locator('.secret code').innerText();
      assert.match(secret, /^stw_/);
      await shot(page, `token-${scheme}`);
      assert.deepEqual(await axe(page), []);
      const ask = () => fetch(`${server.url}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
      assert.equal((await ask()).status, 200);

      await page.reload();
      await page.locator('.lines li', { hasText: name }).waitFor();
      assert.ok(!(await page.content()).includes(secret), 'it is shown once');
      await page.getByRole('button', { name: `Revoke the token ${name}` }).click();
      await page.getByRole('button', { name: 'Yes, revoke' }).click();
      await page.locator('.lines li', { hasText: name }).waitFor({ state: 'detached' });
      assert.equal((await ask()).status, 401);
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });
  });
}

test('an agent reads why they cannot reset, disable or erase, and whose role can, instead of dead buttons', async () => {
  const login = `reader-${stamp}`;
  await makePerson(admin, server.url, { login, name: 'Rita Reader Test', roles: ['agent'] });
  const page = await openPage(browser);
  await signIn(page, server.url, login);
  await page.goto(`${server.url}/people/admin`);
  await page.getByText('that takes the role Administrator.').waitFor();
  assert.equal(await page.getByRole('button', { name: /Reset|Disable|Erase|Save/ }).count(), 0);
  await page.goto(`${server.url}/people/${login}`);
  const address = page.getByRole('link', { name: `${login}@example.org` });
  await address.waitFor();
  assert.equal(await address.getAttribute('href'), `mailto:${login}@example.org`);
  await page.getByRole('link', { name: 'Their open incidents' }).waitFor();
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('an organisation is named only where there are several to tell apart', async () => {
  const page = await desk('light');
  const { items } = await admin('GET', '/organisations');
  const [home] = items;
  const answer = async (more) => {
    await page.unroute('**/api/v1/organisations?*');
    await page.route('**/api/v1/organisations?*', (route) => route.fulfill({ json: { items: [...items.slice(0, 2), ...more], next: null } }));
  };
  const heads = async (path) => {
    await page.goto(server.url + path);
    await page.locator('.tbl td').first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
    return page.locator('.tbl th').allInnerTexts();
  };
  await answer([]);
  assert.ok(!(await heads('/teams')).includes('Organisation'));
  assert.ok(!(await heads('/people')).includes('Organisation'));
  assert.equal(await page.locator('.tbl').getByText(home.name, { exact: true }).count(), 0);
  await answer([{ ...home, id: '01900000-0000-7000-8000-0000000000ff', name: 'Second' }]);
  assert.ok((await heads('/teams')).includes('Organisation'));
  assert.ok((await heads('/people')).includes('Organisation'));
  await page.locator('.tbl').getByText(home.name, { exact: true }).first().waitFor();
  await page.context().close();
});
