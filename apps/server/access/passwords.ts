/**
 * Owns passwords: which are taken, how they are kept (scrypt), whether one fits. Bounded: each check takes memory and
 * time on purpose, so only a few go at once. Does not know people.
 */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { Problem } from '../http/problem.ts';

export const LEAST_LENGTH = 12;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** 32 MiB and about a tenth of a second each. */
export const COST_LOG = 15;
const COST = { blockSize: 8, parallel: 3 } as const;
const AT_ONCE = 2;
const MOST_WAITING = 50;

/**
 * What guesses begin with, of those that are long enough to be taken: words and rows of keys that are said twice, or
 * have a number or a year behind them. Compared without case, digits and signs, so that each stands for many.
 */
const COMMON = new Set([
  'password',
  'passwordpassword',
  'passphrase',
  'mypassword',
  'yourpassword',
  'thisismypassword',
  'newpassword',
  'changeme',
  'changemeplease',
  'changemenow',
  'letmein',
  'letmeinplease',
  'welcome',
  'welcomewelcome',
  'welcomehome',
  'administrator',
  'administratoradministrator',
  'admin',
  'adminadmin',
  'adminadminadmin',
  'adminpassword',
  'root',
  'rootroot',
  'rootrootroot',
  'superuser',
  'default',
  'defaultpassword',
  'secret',
  'secretsecret',
  'topsecret',
  'verysecret',
  'supersecret',
  'supersecretpassword',
  'correcthorsebatterystaple',
  'horsebatterystaple',
  'qwerty',
  'qwertyqwerty',
  'qwertyuiop',
  'qwertyuiopasdf',
  'qwertyuiopasdfgh',
  'qwertyuiopasdfghjkl',
  'qwertyuiopasdfghjklzxcvbnm',
  'asdfghjkl',
  'asdfghjklasdf',
  'asdfasdfasdf',
  'asdfasdf',
  'zxcvbnm',
  'zxcvbnmzxcvbnm',
  'qazwsx',
  'qazwsxedc',
  'qazwsxedcrfv',
  'qwertz',
  'qwertzuiop',
  'azerty',
  'azertyuiop',
  'azertyuiopqs',
  'abcdefgh',
  'abcdefghijkl',
  'abcdefghijklm',
  'abcdefghijklmnop',
  'abcdefghijklmnopqrstuvwxyz',
  'abcabcabcabc',
  'iloveyou',
  'iloveyouiloveyou',
  'iloveyousomuch',
  'iloveyoubaby',
  'sunshine',
  'sunshinesunshine',
  'princess',
  'princessprincess',
  'football',
  'footballfootball',
  'baseball',
  'baseballbaseball',
  'basketball',
  'superman',
  'supermansuperman',
  'batman',
  'batmanbatman',
  'starwars',
  'starwarsstarwars',
  'trustno',
  'whatever',
  'whateverwhatever',
  'computer',
  'computercomputer',
  'internet',
  'internetinternet',
  'monkey',
  'monkeymonkey',
  'dragon',
  'dragondragon',
  'master',
  'mastermaster',
  'michael',
  'jennifer',
  'jordan',
  'liverpool',
  'manchesterunited',
  'chelsea',
  'arsenal',
  'testtest',
  'testtesttest',
  'testtesttesttest',
  'testing',
  'testingtesting',
  'testpassword',
  'test',
  'guestguestguest',
  'guest',
  'useruseruser',
  'username',
  'usernamepassword',
  'passwordadmin',
  'temporary',
  'temporarypassword',
  'temppassword',
  'summer',
  'summersummer',
  'winter',
  'winterwinter',
  'spring',
  'autumn',
  'monday',
  'friday',
  'january',
  'december',
  'hellohello',
  'hellohellohello',
  'helloworld',
  'helloworldhello',
  'hello',
  'ihateyou',
  'fuckyou',
  'fuckyoufuckyou',
  'nopassword',
  'idontknow',
  'iforgotmypassword',
  'forgotpassword',
  'opensesame',
  'openplease',
  'rondo',
  'rondorondo',
  'rondorondorondo',
  'rondopassword',
  'rondoadmin',
  'workflow',
  'workflowworkflow',
  'playstation',
  'minecraft',
  'pokemon',
  'pokemonpokemon',
  'naruto',
  'metallica',
  'nintendo',
  'samsung',
  'samsungsamsung',
  'google',
  'googlegoogle',
  'facebook',
  'linkedin',
  'myspace',
  'instagram',
]);

/** Throws Problem 422 for one that is not taken. */
export function checkPassword(password: string, name: string): void {
  const refused = (why: string): Problem =>
    new Problem(422, 'password-weak', why, { more: { fields: [{ path: '/password', message: why }] } });
  if ([...password].length < LEAST_LENGTH) throw refused(`A password has at least ${LEAST_LENGTH} characters.`);
  const folded = password.normalize('NFKC').toLowerCase();
  // Leetspeak is the first thing that is tried, with a number or a year behind it.
  const spelled = folded
    .replace(/[\p{P}\p{S}\p{N}]+$/u, '')
    .replace(/[@4]/g, 'a')
    .replace(/0/g, 'o')
    .replace(/[$5]/g, 's')
    .replace(/3/g, 'e')
    .replace(/1/g, 'i');
  const bare = (text: string): string => text.replace(/[^\p{L}]/gu, '');
  const isCommon = COMMON.has(bare(folded)) || COMMON.has(bare(spelled));
  if (isCommon) throw refused('This password is one of the first that are guessed. Take another one.');
  if (/^\d+$/.test(folded)) throw refused('A password of digits only is guessed too fast. Take another one.');
  if (new Set(folded).size < 5) throw refused('This password repeats a few characters. Take another one.');
  const own = bare(name.normalize('NFKC').toLowerCase());
  if (own !== '' && bare(folded).replaceAll(own, '') === '')
    throw refused('This password is the name. Take another one.');
}

/** Slots for hashing: beyond those that wait, an attempt is refused at once. */
let going = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, bytes: number, options: ScryptOptions): Promise<Buffer> {
  if (going >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) {
      throw new Problem(429, 'rate-limit', 'Too many people sign in at this moment. Try again in a few seconds.', {
        headers: { 'retry-after': '5' },
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    going += 1;
  }
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) going -= 1;
    else next();
  }
}

function optionsOf(log: number, blockSize: number, parallel: number): ScryptOptions {
  return { N: 2 ** log, r: blockSize, p: parallel, maxmem: 2 ** log * blockSize * 128 * 2 };
}

/** What is kept: the costs are beside the hash, so that they can grow later. */
export async function hashPassword(password: string, log = COST_LOG): Promise<string> {
  const { blockSize, parallel } = COST;
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES, optionsOf(log, blockSize, parallel));
  return ['scrypt', log, blockSize, parallel, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** For a name that nobody has: takes the same time, and never fits. */
const nobody = (log: number): string =>
  ['scrypt', log, COST.blockSize, COST.parallel, 'AAAAAAAAAAAAAAAAAAAAAA', ''].join('$');

export async function fitsPassword(password: string, kept: string | null, costLog = COST_LOG): Promise<boolean> {
  const [kind, log, blockSize, parallel, salt = '', key = ''] = (kept ?? nobody(costLog)).split('$');
  if (kind !== 'scrypt') return false;
  const options = optionsOf(Number(log), Number(blockSize), Number(parallel));
  const found = await derive(password, Buffer.from(salt, 'base64url'), KEY_BYTES, options);
  const expected = Buffer.from(key, 'base64url');
  return expected.byteLength === KEY_BYTES && timingSafeEqual(found, expected);
}
