// Where two texts differ: nothing of the editor in here.

export interface Difference {
  /** Offsets in the first text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** What stands there in the second one. */
  readonly text: string;
}

/** The one run of whole lines that makes `after` of `before`. */
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

/** Lines with their ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}
