// Makes docs/pictures anew from the demonstration: the real log, and a few incidents with a conversation.
//
//     STEWARD_BIN=../target/debug/steward node e2e/pictures.mjs
import { mkdirSync } from 'node:fs';
import { apiSession, openPage, signIn, startBrowser, startServer } from './support.mjs';

const OUT = new URL('../../docs/pictures/', import.meta.url).pathname;
const PASSWORD = 'steward-demo';
const VPN = 'VPN drops every 20 minutes from the office';
/** What stands in the queue: words, impact, urgency, whose work it is. */
const INCIDENTS = [
  ['SAP: goods receipt posts twice from the scanner', 1, 1, 'agent'],
  ['Conference room Kiln 2 has no network', 1, 2, 'agent'],
  ['Label printer ZD421 prints blank labels', 2, 1, null],
  ['New starter on Monday: laptop not in stock', 2, 2, 'hold'],
  ['Shared mailbox quality@ missing for six people', 2, 2, null],
  ['Cannot open drawings in Vault after the update', 2, 3, 'agent'],
  ['Exchange: out-of-office replies sent twice', 3, 2, 'resolved'],
  ['Badge reader at gate 3 is slow', 3, 3, null],
  ['Second monitor flickers at desk 4-112', 3, 3, 'agent'],
  ['Request access to the floor plans', 3, 3, null],
];

/** A small drawing of an error message, as a caller would send it. */
async function screenOfTheCaller(browser) {
  const page = await browser.newPage({ viewport: { width: 480, height: 200 } });
  await page.setContent(`<body style="margin:0;background:#3a6ea5;display:grid;place-items:center;height:200px;font:14px system-ui">
    <div style="background:#f3f3f3;border:1px solid #888;width:360px"><div style="background:#fff;padding:6px 10px">VPN client</div>
    <p style="margin:16px 10px">The connection was closed by the gateway.<br>Reason: rekey timer expired (1200 s)</p>
    <p style="text-align:right;margin:0;padding:8px 10px"><button>Reconnect</button></p></div>`);
  const picture = await page.screenshot();
  await page.close();
  return picture;
}

async function attach(url, login, number, entry, name, type, bytes) {
  const signedIn = await fetch(`${url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login, password: PASSWORD }) });
  const form = new FormData();
  form.append('entry', entry);
  form.append('file', new Blob([bytes], { type }), name);
  const headers = { cookie: signedIn.headers.get('set-cookie').split(';')[0], 'x-csrf-token': (await signedIn.json()).csrf_token };
  const answer = await fetch(`${url}/api/v1/incidents/${number}/attachments`, { method: 'POST', headers, body: form });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Fills the demonstration; gives the number of the incident with the conversation. */
async function seed(url, browser) {
  const requester = await apiSession(url, 'requester', PASSWORD);
  const agent = await apiSession(url, 'agent', PASSWORD);
  const code = (await agent('GET', '/fields?kind=incident')).items.find((field) => field.name === 'close_code').choices[0].code;
  const me = await agent('GET', '/people/requester');
  for (const [short_description, impact, urgency, whose] of INCIDENTS) {
    const { number } = await agent('POST', '/incidents', { short_description, impact, urgency, caller: me.id, contact_type: 'phone' });
    if (whose) await agent('POST', `/incidents/${number}/assign`, { assigned_to: 'agent' });
    if (whose === 'hold') await agent('POST', `/incidents/${number}/hold`, { on_hold_reason: 'awaiting_caller', comment: 'Which size shall it be, 14 or 16 inch?' });
    if (whose === 'resolved') await agent('POST', `/incidents/${number}/resolve`, { close_code: code, close_notes: 'Removed the old rule.' });
  }
  const { number } = await requester('POST', '/incidents', { short_description: VPN, description: 'The VPN cuts out about every 20 minutes. By mobile it holds.' });
  const path = `/incidents/${number}`;
  await agent('POST', `${path}/assign`, { assignment_group: 'Group 70', assigned_to: 'agent' });
  await agent('POST', `${path}/comments`, { text: 'Thank you, Robin. Does it also drop when you plug in by cable? I am checking the gateway meanwhile.' });
  const answer = await requester('POST', `${path}/comments`, { text: 'Cable is fine, only the tunnel drops. It just happened again in the audit call; three others on my floor see the same.' });
  await attach(url, 'requester', number, answer.id, 'vpn-message.png', 'image/png', await screenOfTheCaller(browser));
  await agent('POST', `${path}/work-notes`, { text: 'Rekey timer on vpn-gw-got-01 is 1200 s since last night; before it was 28800 s. Rolling back takes 2 minutes and drops every session once.' });
  return number;
}

const server = await startServer(['--demo']);
const browser = await startBrowser();
mkdirSync(OUT, { recursive: true });
const take = async (page, name, sign) => {
  await page.locator(sign).first().waitFor();
  // Pictures and fonts arrive after the words.
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${OUT}${name}.png` });
  console.log(`docs/pictures/${name}.png`);
};
try {
  const number = await seed(server.url, browser);
  for (const scheme of ['light', 'dark']) {
    const page = await openPage(browser, { scheme });
    await signIn(page, server.url, 'agent', PASSWORD);
    await page.goto(`${server.url}/queue?q=${encodeURIComponent('state:open')}&at=${number}`);
    await take(page, `queue-${scheme}`, '.pv .msg.internal');
    await page.goto(`${server.url}/incidents/${number}`);
    await page.locator('.msg.internal').waitFor();
    await page.keyboard.press(scheme === 'dark' ? 'n' : 'r');
    await page.keyboard.type(scheme === 'dark' ? 'Rollback agreed with Priya for 11:40.' : 'We found the cause: a setting changed last night. We set it back at 11:40; you will be disconnected once.');
    await take(page, `ticket-${scheme}`, '.msg.internal');
    if (scheme === 'light') {
      await page.goto(`${server.url}/queue?q=${encodeURIComponent('opened_at>=2016-05 priority<=2')}`);
      await take(page, 'log-light', '.pv .fact');
    }
    await page.context().close();
  }
  const admin = await openPage(browser);
  await signIn(admin, server.url, 'admin');
  await admin.goto(`${server.url}/permissions`);
  await take(admin, 'permissions-light', '.matrix');
  const phone = await openPage(browser, { width: 390, height: 844 });
  await signIn(phone, server.url, 'requester', PASSWORD);
  await phone.goto(`${server.url}/portal`);
  await take(phone, 'portal', '.sheet');
  await phone.goto(`${server.url}/portal/items/${number}`);
  await take(phone, 'portal-item', '.b img');
} finally {
  await browser.close();
  await server.stop();
}
