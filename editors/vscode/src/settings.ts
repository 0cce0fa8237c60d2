// The settings as the server receives them. This file does not depend on VS Code.

/** The section `reloc` for the server: without the settings of this extension, and with the project's interpreter. */
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

/** Whether a Python version `major.minor` can run the server. */
export function newEnough(version: string): boolean {
  const found = /^(\d+)\.(\d+)/.exec(version);
  return found !== null && (Number(found[1]) > 3 || (Number(found[1]) === 3 && Number(found[2]) >= 11));
}
