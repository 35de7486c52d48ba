import { existsSync, writeFileSync, readFileSync } from 'node:fs';
import { openPage, closeBrowser, breaches } from './browser.ts';
import { setUp, signIn, go, dropFile } from './studio.ts';
const U = 'http://127.0.0.1:4711';
const log = readFileSync('/tmp/ex/log','utf8');
const link = /http\S+setup\?token=\S+/.exec(log)?.[0];
const theme = process.env.THEME === 'dark' ? 'dark' : 'light';
const wide = process.env.WIDE ? { width: 1920, height: 1080 } : { width: 1440, height: 900 };
const opt: any = { colorScheme: theme, viewport: wide };
if (existsSync('/tmp/ex/state.json') ) opt.storageState = '/tmp/ex/state.json';
const w = await openPage(opt);
const { page } = w;
if (link && !opt.storageState) { await setUp(page, link); await page.context().storageState({ path: '/tmp/ex/state.json' }); }
else { await page.goto(U); }
let n = 0;
const shot = async (name = `s${n++}`) => { await page.screenshot({ path: `/tmp/ex/${name}.png` }); console.log('shot', name); };
const body = readFileSync(0, 'utf8');
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
try { await new AsyncFunction('page', 'shot', 'go', 'U', 'w', 'dropFile', body)(page, shot, go, U, w, dropFile); }
catch (e) { console.log(String(e).slice(0, 1500)); await shot('error'); }
console.log('url', page.url()); console.log('troubles', w.troubles.slice(0, 20), await breaches(page).catch(() => '?'));
await w.close(); await closeBrowser(); process.exit(0);
