// The difference of two texts. This file does not depend on VS Code.

export interface Difference {
  /** Offsets in the first text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** The text at that place in the second text. */
  readonly text: string;
}

/** The smallest block of whole lines whose replacement turns `before` into `after`. */
export function difference(before: string, after: string): Difference {
  const old = linesOf(before);
  const revised = linesOf(after);
  const shorter = Math.min(old.length, revised.length);
  let head = 0;
  while (head < shorter && old[head] === revised[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === revised.at(-1 - tail)) {
    tail += 1;
  }
  const start = old.slice(0, head).join('').length;
  const end = before.length - old.slice(old.length - tail).join('').length;
  return { start, end, text: revised.slice(head, revised.length - tail).join('') };
}

/** The lines of a text with their line ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}
