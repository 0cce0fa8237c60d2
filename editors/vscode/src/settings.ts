// What the server is told of the settings, apart from where they come from.

/** The section `reloc` as the server wants it: without what is for this extension, and with a known interpreter. */
export function forServer(section: unknown, interpreter: string | undefined): unknown {
  if (typeof section !== 'object' || section === null) {
    return section;
  }
  const values: Record<string, unknown> = { ...section };
  delete values['server'];
  delete values['trace'];
  const evaluation: Record<string, unknown> = { ...(values['evaluation'] as object | undefined) };
  evaluation['interpreter'] ??= interpreter ?? null;
  values['evaluation'] = evaluation;
  return values;
}

/** Whether `major.minor` as Python prints it is new enough to run the server. */
export function newEnough(version: string): boolean {
  const found = /^(\d+)\.(\d+)/.exec(version);
  return found !== null && (Number(found[1]) > 3 || (Number(found[1]) === 3 && Number(found[2]) >= 11));
}
