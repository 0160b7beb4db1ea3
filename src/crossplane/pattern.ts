import { compilePattern } from './schema.ts';

/** What can be said of the texts that an RE2 pattern matches. */
export type Admitted =
  /** Of the characters that were asked for, those that may stand in such a text. */
  | { readonly characters: readonly string[] }
  /** Why the pattern says nothing of the whole text, or could not be read. */
  | { readonly unknown: string };

/**
 * Which of `characters` a text may hold that an RE2 pattern matches. Nothing is tried by samples: every part of the pattern
 * that takes a character (a class, an escape, a letter) is asked for each, so what is not named can stand in no such text.
 */
export function admitted(pattern: string, characters: readonly string[]): Admitted {
  const known = patterns.get(pattern) ?? read(pattern);
  patterns.set(pattern, known);
  if ('unknown' in known) return known;
  return { characters: characters.filter(character => known.takers.some(taker => taker(character))) };
}

type Taker = (character: string) => boolean;

const patterns = new Map<string, { readonly takers: readonly Taker[] } | { readonly unknown: string }>();

function read(pattern: string): { readonly takers: readonly Taker[] } | { readonly unknown: string } {
  try {
    compilePattern(pattern);
    const reader = new Reader(pattern);
    const { begins, ends } = reader.alternatives();
    if (!reader.done) return { unknown: 'its parentheses do not close' };
    if (!begins || !ends) return { unknown: 'it is not anchored at both ends (^…$), so anything may stand around it' };
    return { takers: reader.takers };
  } catch (error) {
    return { unknown: error instanceof Error ? error.message : `${error}` };
  }
}

/** Whether a part of a pattern matches only at the beginning, or only at the end, of the whole text. */
interface Anchors {
  readonly begins: boolean;
  readonly ends: boolean;
}

/** Reads a pattern from left to right and collects what takes a character. What it does not know it refuses. */
class Reader {
  readonly takers: Taker[] = [];
  readonly #text: string;
  #at = 0;
  #insensitive = false;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('(?i)')) {
      this.#insensitive = true;
      this.#at = 4;
    }
  }

  get done(): boolean {
    return this.#at === this.#text.length;
  }

  /** Anchored where each of the alternatives is. */
  alternatives(): Anchors {
    const all = [this.#sequence()];
    while (this.#take('|')) all.push(this.#sequence());
    return { begins: all.every(({ begins }) => begins), ends: all.every(({ ends }) => ends) };
  }

  #sequence(): Anchors {
    const parts: Anchors[] = [];
    while (!this.done && !/^[|)]/.test(this.#rest())) {
      const part = this.#part();
      const [quantifier = '', least] = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(this.#rest()) ?? [];
      this.#at += quantifier.length;
      const optional = /^[*?]/.test(quantifier) || least === '0';
      parts.push(optional ? { begins: false, ends: false } : part);
    }
    return { begins: parts[0]?.begins ?? false, ends: parts.at(-1)?.ends ?? false };
  }

  #part(): Anchors {
    if (this.#take('^') || this.#take('\\A')) return { begins: true, ends: false };
    if (this.#take('$') || this.#take('\\z')) return { begins: false, ends: true };
    if (this.#take('(')) {
      if (this.#rest().startsWith('?') && !this.#take('?:')) {
        const [name] = /^\?P?<\w+>/.exec(this.#rest()) ?? [];
        if (!name) throw new Error(`its group (${this.#rest().slice(0, 4)}… is of a kind that is not read here`);
        this.#at += name.length;
      }
      const inner = this.alternatives();
      if (!this.#take(')')) throw new Error('its parentheses do not close');
      return inner;
    }
    this.takers.push(this.#taker());
    return { begins: false, ends: false };
  }

  #taker(): Taker {
    const one = (pattern: RegExp) => pattern.exec(this.#rest())?.[0];
    const source =
      one(/^\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]/) ??
      one(/^\\(?:[pP](?:\{\^?\w+\}|\w)|x\{[0-9A-Fa-f]+\}|x..|[^QE])/) ??
      one(/^[^\\[\]]/u);
    if (source === undefined) throw new Error(`its part ${this.#rest().slice(0, 8)} is not read here`);
    this.#at += source.length;
    return taking(source, this.#insensitive);
  }

  #take(text: string): boolean {
    if (!this.#rest().startsWith(text)) return false;
    this.#at += text.length;
    return true;
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }
}

/** RE2's classes of space, which JavaScript draws otherwise, and what JavaScript does not have. */
function taking(source: string, insensitive: boolean): Taker {
  if (source === '.') return character => character !== '\n';
  if (/^\\[bB]$/.test(source)) return () => false;
  if (/\\S|\[:\^|\\[pP]\{\^|^\[\^?\]/.test(source) && source !== '\\S') {
    throw new Error(`its part ${source} is not read here: write the characters out`);
  }
  const space = '\\t\\n\\f\\r ';
  const inJs = source
    .replace(/^\\S$/, `[^${space}]`)
    .replace(/^\\s$/, `[${space}]`)
    .replaceAll('\\s', space)
    .replace(/\\x\{([0-9A-Fa-f]+)\}/g, '\\u{$1}');
  const unicode = /\\[pPu]/.test(inJs) ? 'u' : '';
  const { source: translated } = compilePattern(`^(?:${inJs})$`);
  const pattern = new RegExp(translated, unicode + (insensitive ? 'i' : ''));
  return character => pattern.test(character);
}
