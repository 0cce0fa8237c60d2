// The proposals of the server, and the paths and titles of their revisions. This file does not depend on VS Code.

export interface Choice {
  readonly message: string;
  readonly cautions: readonly string[];
  readonly diff: string;
  readonly revised: string;
}

/** How likely the first revision is right, as a sentence. Without `sure`, `question` may say what to decide. */
export interface Confidence {
  readonly sure: boolean;
  readonly text: string;
  readonly question: string;
}

export interface Proposal {
  readonly id: string;
  readonly uri: string;
  readonly qualname: string;
  readonly objective: string;
  readonly message: string;
  readonly verified: boolean;
  readonly confidence?: Confidence | null;
  readonly before: { readonly passed: number; readonly total: number };
  readonly after: { readonly passed: number; readonly total: number };
  readonly original: string;
  readonly choices: readonly Choice[];
}

/** The proposals that wait, oldest first. */
export class Proposals {
  private readonly waiting = new Map<string, Proposal>();
  private readonly orphans = new Set<string>();

  add(proposal: Proposal): void {
    this.waiting.set(proposal.id, proposal);
  }

  remove(id: string): void {
    this.waiting.delete(id);
    this.orphans.delete(id);
  }

  /** The server has ended: its proposals are from now on applied and discarded without it. */
  orphan(): void {
    for (const id of this.waiting.keys()) {
      this.orphans.add(id);
    }
  }

  /** Whether the server of a proposal has ended. */
  isOrphan(id: string): boolean {
    return this.orphans.has(id);
  }

  /** The proposals of ended servers that a new one replaces. The running server closes only its own proposals. */
  outdatedBy(proposal: Proposal): string[] {
    return [...this.orphans].filter((id) => {
      const other = this.waiting.get(id);
      return other?.uri === proposal.uri && other.qualname === proposal.qualname;
    });
  }

  get(id: string): Proposal | undefined {
    return this.waiting.get(id);
  }

  get latest(): Proposal | undefined {
    return [...this.waiting.values()].at(-1);
  }
}

/** The title of the diff that shows the revision `number` (from 0) of a proposal. */
export function title(proposal: Proposal, number: number): string {
  const { before, after, choices, objective } = proposal;
  const change = `${String(before.passed)}/${String(before.total)} → ${String(after.passed)}/${String(after.total)} tests`;
  const which = choices.length > 1 ? ` (${String(number + 1)} of ${String(choices.length)})` : '';
  return objective === 'fix' ? `ReLoc: ${proposal.qualname}: ${change}${which}` : `ReLoc: ${proposal.message}${which}`;
}

/** What the user should check in the revision `number` before applying it; undefined if the server names nothing. */
export function caution(proposal: Proposal, number: number): string | undefined {
  const cautions = proposal.choices[number]?.cautions ?? [];
  return cautions.length > 0 ? `ReLoc: ${proposal.qualname}: ${cautions.join(' ')}` : undefined;
}

/** How likely the revision `number` of a proposal is right, and what to decide; undefined if that is not known. */
export function certainty(proposal: Proposal, number: number): string | undefined {
  const { confidence, qualname } = proposal;
  if (number !== 0 || !confidence) {
    return undefined;
  }
  const question = confidence.question === '' ? '' : ` ${confidence.question} Which one do you mean?`;
  return `ReLoc: ${qualname}: ${confidence.text}${question}`;
}

/** The path of the virtual document for the revision `number` of a proposal. It ends with the name of the file. */
export function pathOf(proposal: Proposal, number: number): string {
  const file = proposal.uri.split('/').at(-1) ?? 'revised.py';
  return `/${proposal.id}/${String(number)}/${decodeURIComponent(file)}`;
}

/** The id and the number in such a path. */
export function partsOf(path: string): { id: string; number: number } | undefined {
  const found = /^\/([^/]+)\/(\d+)\//.exec(path);
  return found?.[1] === undefined ? undefined : { id: found[1], number: Number(found[2]) };
}
