// SPDX-License-Identifier: MIT
//
// Key: the text of a credential, `sk_test_<30 base62><6 base62>`. The last six are the CRC-32 of what stands before
// them, so a key that was not copied whole is told apart without asking the database. Only its SHA-256 is ever
// stored.
import { createHash, randomInt } from 'node:crypto';

const kinds = ['sk', 'rk', 'ek', 'pk'] as const;
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const shape = /^(sk|rk|ek|pk)_(test|live)_[0-9A-Za-z]{36}$/;

/** Secret, restricted, a user's session (ephemeral), publishable. */
export type KeyKind = (typeof kinds)[number];

export interface Key {
  token: string;
  kind: KeyKind;
  live: boolean;
  /** What may be shown of it. */
  prefix: string;
  /** What is stored of it: SHA-256 in hex. */
  hash: string;
}

export function mintKey(kind: KeyKind, live = false): Key {
  let token = `${kind}_${live ? 'live' : 'test'}_`;
  for (let i = 0; i < 30; i++) token += alphabet[randomInt(alphabet.length)];
  return describe(token + checksum(token));
}

/** Undefined: not a key, or not all of it. */
export function readKey(token: string): Key | undefined {
  if (!shape.test(token) || checksum(token.slice(0, -6)) !== token.slice(-6)) return undefined;
  return describe(token);
}

function describe(token: string): Key {
  const hash = createHash('sha256').update(token).digest('hex');
  const [kind, plane] = token.split('_');
  return { token, kind: kind as KeyKind, live: plane === 'live', prefix: token.slice(0, 12), hash };
}

function checksum(text: string): string {
  let crc = ~0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  let digits = '';
  for (let rest = ~crc >>> 0; digits.length < 6; rest = Math.floor(rest / 62)) digits = alphabet[rest % 62] + digits;
  return digits;
}
