import { createHash } from 'node:crypto';

/** Hex digits, always the same for the same words. */
export function hex(length: number, ...words: readonly string[]): string {
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, length);
}

/** Upper-case letters and digits, always the same for the same words, as in the id of a hosted zone. */
export function capitals(length: number, ...words: readonly string[]): string {
  const digits = createHash('sha512').update(words.join('\n')).digest();
  return [...digits.subarray(0, length)].map(byte => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte % 32)).join('');
}

/** A UUID, always the same for the same words. */
export function uuid(...words: readonly string[]): string {
  return hex(32, ...words).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
