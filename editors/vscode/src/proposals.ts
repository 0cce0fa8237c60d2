// Proposals as the server tells them, and which revision of which one is looked at: nothing of the editor in here.

export interface Choice {
  readonly message: string;
  readonly diff: string;
  readonly revised: string;
}

export interface Proposal {
  readonly id: string;
  readonly uri: string;
  readonly qualname: string;
  readonly objective: string;
  readonly message: string;
  readonly verified: boolean;
  readonly before: { readonly passed: number; readonly total: number };
  readonly after: { readonly passed: number; readonly total: number };
  readonly original: string;
  readonly choices: readonly Choice[];
}

/** The proposals that wait, oldest first. */
export class Proposals {
  private readonly waiting = new Map<string, Proposal>();
  private readonly left = new Set<string>();

  add(proposal: Proposal): void {
    this.waiting.set(proposal.id, proposal);
  }

  remove(id: string): void {
    this.waiting.delete(id);
    this.left.delete(id);
  }

  /** The server has ended: what becomes of the proposals that wait is decided without it. */
  leave(): void {
    for (const id of this.waiting.keys()) {
      this.left.add(id);
    }
  }

  /** Whether the server that made a proposal has ended. */
  isLeft(id: string): boolean {
    return this.left.has(id);
  }

  /** The proposals of ended servers whose place a new one takes: a server knows only its own. */
  outdatedBy(proposal: Proposal): string[] {
    return [...this.left].filter((id) => {
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

/** What a diff's title says of a proposal and the revision of it that is shown, counted from 0. */
export function title(proposal: Proposal, number: number): string {
  const { before, after, choices, objective } = proposal;
  const gain = `${String(before.passed)}/${String(before.total)} → ${String(after.passed)}/${String(after.total)} tests`;
  const which = choices.length > 1 ? ` (${String(number + 1)} of ${String(choices.length)})` : '';
  return objective === 'fix' ? `ReLoc: ${proposal.qualname}: ${gain}${which}` : `ReLoc: ${proposal.message}${which}`;
}

/** The path of a virtual document: the revision `number` of a proposal, under the name of its file. */
export function pathOf(proposal: Proposal, number: number): string {
  const file = proposal.uri.split('/').at(-1) ?? 'revised.py';
  return `/${proposal.id}/${String(number)}/${decodeURIComponent(file)}`;
}

/** The id and number that such a path is made of. */
export function partsOf(path: string): { id: string; number: number } | undefined {
  const found = /^\/([^/]+)\/(\d+)\//.exec(path);
  return found?.[1] === undefined ? undefined : { id: found[1], number: Number(found[2]) };
}
