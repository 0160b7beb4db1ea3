import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { Environment } from '@marcbachmann/cel-js';
import { compilePattern } from './schema.ts';

/** An address of CEL's `ip()`. */
class Ip {
  readonly bits: 32 | 128;
  readonly number: bigint;
  readonly text: string;

  /** Throws unless `text` is an IPv4 or IPv6 address, without a zone and not IPv4 inside IPv6, as the API server asks. */
  constructor(text: string) {
    const family = isIP(text);
    const canonical = family === 6 && !text.includes('%') ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
    if (family === 0 || text.includes('%')) throw new Error(`"${text}" is not an IP address`);
    if (/^::ffff:[\da-f]+:[\da-f]+$/.test(canonical))
      throw new Error(`"${text}" is IPv4 inside IPv6, not allowed here`);
    this.bits = family === 4 ? 32 : 128;
    this.number = family === 4 ? join(text.split('.').map(Number), 8n) : join(ipv6Groups(canonical), 16n);
    this.text = canonical;
  }
}

function join(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n);
}

function ipv6Groups(text: string): number[] {
  const [head = [], tail = []] = text.split('::').map(half => half.split(':').filter(Boolean));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].map(group => Number.parseInt(group, 16));
}

/** A prefix of CEL's `cidr()`: an address and the length of its mask in bits. Bits after the mask may be set. */
class Cidr {
  readonly ip: Ip;
  readonly length: number;

  constructor(text: string) {
    const [, address = '', length = ''] = /^([^/]*)\/(0|[1-9]\d*)$/.exec(text) ?? [];
    if (length === '') throw new Error(`"${text}" is not a CIDR block`);
    this.ip = new Ip(address);
    this.length = Number(length);
    if (this.length > this.ip.bits) throw new Error(`"${text}" has a mask of more than ${this.ip.bits} bits`);
  }

  get text(): string {
    return `${this.ip.text}/${this.length}`;
  }

  contains(ip: Ip): boolean {
    const shift = BigInt(this.ip.bits - this.length);
    return ip.bits === this.ip.bits && ip.number >> shift === this.ip.number >> shift;
  }

  masked(): Cidr {
    const shift = BigInt(this.ip.bits - this.length);
    return new Cidr(`${textOf((this.ip.number >> shift) << shift, this.ip.bits)}/${this.length}`);
  }
}

function textOf(number: bigint, bits: 32 | 128): string {
  const [count, width, radix, separator] = bits === 32 ? ([4, 8n, 10, '.'] as const) : ([8, 16n, 16, ':'] as const);
  const part = (i: number) => (number >> (BigInt(count - 1 - i) * width)) & ((1n << width) - 1n);
  return Array.from({ length: count }, (_, i) => part(i).toString(radix)).join(separator);
}

function succeeds(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

/** Holders of functions with a dotted name, `sets.contains(a, b)` and `ip.isCanonical(text)`. */
class Sets {}
class IpFunctions {}

type Comparable = bigint | number | string;

function extreme(list: readonly Comparable[], better: (a: Comparable, b: Comparable) => boolean): Comparable {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('min() or max() of an empty list');
  return rest.reduce((best, item) => (better(item, best) ? item : best), first);
}

function sum(list: readonly bigint[] | readonly number[]): bigint | number {
  if (typeof list[0] === 'number') return (list as readonly number[]).reduce((total, item) => total + item, 0);
  return (list as readonly bigint[]).reduce((total, item) => total + item, 0n);
}

const containsCidr = (a: Cidr, b: Cidr) => a.length <= b.length && a.contains(b.ip);

const includes = (list: readonly unknown[], item: unknown) => list.some(one => isDeepStrictEqual(one, item));

const covers = (list: readonly unknown[], other: readonly unknown[]) => other.every(item => includes(list, item));

/** Replaces the first `limit` occurrences, all of them where it is negative. */
function replace(text: string, from: string, to: string, limit: bigint): string {
  const parts = text.split(from);
  const cut = limit < 0n ? parts.length : Math.min(Number(limit) + 1, parts.length);
  return [parts.slice(0, cut).join(to), ...parts.slice(cut)].join(from);
}

const findAll = (text: string, pattern: string) =>
  [...text.matchAll(new RegExp(compilePattern(pattern), 'g'))].map(match => match[0]);

/**
 * CEL as the API server speaks it from 1.31 on, less `quantity`, `url`, `format`, `semver`, `authorizer`, two-variable
 * comprehensions and the newer list functions: a rule that uses one of those does not compile here.
 */
export const environment = new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true })
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn')
  .registerType('net.IP', Ip)
  .registerType('net.CIDR', Cidr)
  .registerType('kubernetes.Sets', Sets)
  .registerType('kubernetes.IpFunctions', IpFunctions)
  .registerConstant('sets', 'kubernetes.Sets', new Sets())
  .registerConstant('ip', 'kubernetes.IpFunctions', new IpFunctions())
  .registerOperator('net.IP == net.IP', (a: Ip, b: Ip) => a.text === b.text)
  .registerOperator('net.CIDR == net.CIDR', (a: Cidr, b: Cidr) => a.text === b.text)
  .registerFunction('ip(string): net.IP', (text: string) => new Ip(text))
  .registerFunction('isIP(string): bool', (text: string) => succeeds(() => new Ip(text)))
  .registerFunction('string(net.IP): string', (ip: Ip) => ip.text)
  .registerFunction('net.IP.family(): int', (ip: Ip) => (ip.bits === 32 ? 4n : 6n))
  .registerFunction('kubernetes.IpFunctions.isCanonical(string): bool', (_, text: string) => new Ip(text).text === text)
  .registerFunction('cidr(string): net.CIDR', (text: string) => new Cidr(text))
  .registerFunction('isCIDR(string): bool', (text: string) => succeeds(() => new Cidr(text)))
  .registerFunction('string(net.CIDR): string', (cidr: Cidr) => cidr.text)
  .registerFunction('net.CIDR.containsIP(string): bool', (cidr: Cidr, ip: string) => cidr.contains(new Ip(ip)))
  .registerFunction('net.CIDR.containsIP(net.IP): bool', (cidr: Cidr, ip: Ip) => cidr.contains(ip))
  .registerFunction('net.CIDR.containsCIDR(string): bool', (a: Cidr, text: string) => containsCidr(a, new Cidr(text)))
  .registerFunction('net.CIDR.containsCIDR(net.CIDR): bool', (a: Cidr, b: Cidr) => containsCidr(a, b))
  .registerFunction('net.CIDR.ip(): net.IP', (cidr: Cidr) => cidr.ip)
  .registerFunction('net.CIDR.masked(): net.CIDR', (cidr: Cidr) => cidr.masked())
  .registerFunction('net.CIDR.prefixLength(): int', (cidr: Cidr) => BigInt(cidr.length))
  .registerFunction('kubernetes.Sets.contains(list, list): bool', (_, a: unknown[], b: unknown[]) => covers(a, b))
  .registerFunction(
    'kubernetes.Sets.equivalent(list, list): bool',
    (_, a: unknown[], b: unknown[]) => covers(a, b) && covers(b, a),
  )
  .registerFunction('kubernetes.Sets.intersects(list, list): bool', (_, a: unknown[], b: unknown[]) =>
    b.some(item => includes(a, item)),
  )
  .registerFunction('list.sum(): dyn', sum)
  .registerFunction('list.min(): dyn', (list: Comparable[]) => extreme(list, (a, b) => a < b))
  .registerFunction('list.max(): dyn', (list: Comparable[]) => extreme(list, (a, b) => a > b))
  .registerFunction('list.isSorted(): bool', (list: Comparable[]) =>
    list.every((item, i) => i === 0 || (list[i - 1] ?? item) <= item),
  )
  .registerFunction('list.indexOf(dyn): int', (list: unknown[], item: unknown) =>
    BigInt(list.findIndex(one => isDeepStrictEqual(one, item))),
  )
  .registerFunction('list.lastIndexOf(dyn): int', (list: unknown[], item: unknown) =>
    BigInt(list.findLastIndex(one => isDeepStrictEqual(one, item))),
  )
  .registerFunction('string.matchesRe2(string): bool', (text: string, pattern: string) =>
    compilePattern(pattern).test(text),
  )
  .registerFunction(
    'string.find(string): string',
    (text: string, pattern: string) => compilePattern(pattern).exec(text)?.[0] ?? '',
  )
  .registerFunction('string.findAll(string): list<string>', findAll)
  .registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, limit: bigint) =>
    limit < 0n ? findAll(text, pattern) : findAll(text, pattern).slice(0, Number(limit)),
  )
  .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    replace(text, from, to, -1n),
  )
  .registerFunction('string.replace(string, string, int): string', replace)
  .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
  .registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
    if (at < 0n || at > text.length) throw new Error(`charAt(${at}) is outside "${text}"`);
    return text.charAt(Number(at));
  });
