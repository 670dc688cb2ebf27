import { hash, randomBytes } from 'node:crypto';
import type { SignInCodeRecord } from './sign-in-records.ts';

/** Crockford's base 32: no letter that is read as another, or as a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 75 random bits: nobody guesses one at the door, and nobody finds one from its digest. */
const symbols = 15;

/** How long the code of a first start is good, and one that an operator asks for. Milliseconds. */
export const firstCodeLife = 7 * 86_400_000;
export const codeLife = 3_600_000;

/**
 * A code such as `7KQ2M-X4R9D-0HTBW` that signs one browser in, once, as the API key `key` (as an Identity names it), and
 * the record that recognises it. The code is kept nowhere else.
 */
export function makeCode(key: string, at: Date, life: number): { code: string; record: SignInCodeRecord } {
  const plain = Array.from(randomBytes(symbols), (byte) => alphabet[byte % alphabet.length]).join('');
  const code = plain.replace(/(.{5})(?=.)/g, '$1-');
  return { code, record: { hash: digest(plain), key, expiresAt: new Date(at.getTime() + life) } };
}

/** What the record of a code is found by; null for text that no code can be. Case, hyphens and spaces make no difference. */
export function codeHash(text: string): string | null {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return plain.length === symbols && [...plain].every((each) => alphabet.includes(each))
    ? digest(plain)
    : null;
}

function digest(plain: string): string {
  return hash('sha256', plain, 'hex');
}
