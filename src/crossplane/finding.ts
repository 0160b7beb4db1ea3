/** Something wrong in what an author wrote: where it shows, and what is wrong and what to do about it. */
export interface Finding {
  /** `compositions/xnetwork: resources[vpc].patches[2].toFieldPath`. */
  readonly place: string;
  readonly message: string;
}

/** Findings without those that say the same of the same place, in the order in which they were made. */
export function distinct(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map(finding => [`${finding.place}\n${finding.message}`, finding])).values()];
}

/** Several findings, as one error that tells them all. */
export class FindingsError extends Error {
  override readonly name = 'FindingsError';
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(findings.map(({ place, message }) => `${place}: ${message}`).join('\n'));
    this.findings = findings;
  }
}
