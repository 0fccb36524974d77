// What the browser tests share: the real binary on a free port, a browser, axe, screenshots.
//
// STEWARD_BIN            the binary under test
// STEWARD_TEST_DATABASE  postgres://... instead of SQLite in a temporary directory
// STEWARD_URL            a server that runs already (then STEWARD_BIN is not needed)
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

export const PASSWORD = 'correct horse battery';
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const READY_MS = 240_000;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SHOTS = new URL('./shots/', import.meta.url).pathname;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts `steward serve`, with `more` arguments, and waits until it is ready. */
export async function startServer(more = []) {
  if (process.env.STEWARD_URL) return { url: process.env.STEWARD_URL, stop: async () => {} };
  if (!process.env.STEWARD_BIN) throw new Error('STEWARD_BIN names the binary to test');
  // It runs in a directory of its own, so that a path from here is not one from there.
  const binary = resolve(process.env.STEWARD_BIN);
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'steward-e2e-'));
  const url = `http://127.0.0.1:${port}`;
  const database = process.env.STEWARD_TEST_DATABASE;
  const store = database ? ['--database', database] : ['--data', dir];
  let log = '';
  let child;
  let ended;
  /** Ends the server and keeps its data. */
  const halt = async () => {
    // Another may have been started when the time is up.
    const one = child;
    one.kill('SIGTERM');
    await Promise.race([ended, wait(10_000).then(() => one.kill('SIGKILL'))]);
  };
  const stop = async () => {
    await halt();
    rmSync(dir, { recursive: true, force: true });
  };
  /** Starts it, at first and after `halt`. */
  const start = async () => {
    child = spawn(binary, ['serve', ...store, '--listen', `127.0.0.1:${port}`, ...more], {
      env: { ...process.env, STEWARD_ADMIN_PASSWORD: PASSWORD },
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk) => (log += chunk));
    child.stderr.on('data', (chunk) => (log += chunk));
    ended = new Promise((resolve) => child.on('exit', resolve));
    const until = Date.now() + READY_MS;
    while (Date.now() < until && child.exitCode === null) {
      if (await fetch(`${url}/readyz`).then((r) => r.ok).catch(() => false)) return;
      await wait(100);
    }
    await stop();
    throw new Error(`the server was not ready:\n${log}`);
  };
  await start();
  return { url, start, halt, stop, log: () => log };
}

export function startBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
}

/** A session over the API alone, to prepare what a test needs. */
export async function apiSession(url, login, password = PASSWORD) {
  const signIn = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password }),
  });
  if (!signIn.ok) throw new Error(`sign-in of ${login}: ${signIn.status} ${await signIn.text()}`);
  const cookie = signIn.headers.get('set-cookie').split(';')[0];
  const me = await signIn.json();
  return async (method, path, body) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { cookie, 'content-type': 'application/json', 'x-csrf-token': me.csrf_token },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
}

/** Makes a person who can sign in with PASSWORD. */
export async function makePerson(api, url, { login, name, roles, teams }) {
  await api('POST', '/people', { login, name, email: `${login}@example.org`, roles, ...(teams ? { teams } : {}) });
  const { token } = await api('POST', `/people/${login}/password-reset`, {});
  const reset = await fetch(`${url}/api/v1/password-reset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, new_password: PASSWORD }),
  });
  if (!reset.ok) throw new Error(`password of ${login}: ${reset.status} ${await reset.text()}`);
}

/** A page of its own session; anything the console reports as an error fails the test at the end. */
export async function openPage(browser, { width = 1440, height = 900, scheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('console', (message) => {
    // A refused request is the server's business and shown on the page; a blocked style or script is ours.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) page.faults.push(message.text());
  });
  return page;
}

export async function signIn(page, url, login, password = PASSWORD) {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((at) => !at.pathname.endsWith('/sign-in'));
}

/** The findings of axe on the page, as lines; an empty list is a clean page. */
export async function axe(page) {
  // The content security policy forbids inline scripts, so axe comes in through the debugger.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }),
    AXE_TAGS,
  );
  return violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${v.help} at ${node.target.join(' ')}: ${node.any[0]?.message ?? node.failureSummary}`));
}

export async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}
