/** Which numbered requirements have a passing test: what the requirement files define against what a report says. */

export interface ReportedTest {
  readonly file: string;
  readonly path: readonly string[];
  readonly outcome: 'passed' | 'failed' | 'skipped';
}

export interface AreaCoverage {
  /** Name of the requirement file, without its ending. */
  readonly area: string;
  /** A passing test carries it, and no failing one. */
  readonly covered: readonly string[];
  readonly failing: readonly string[];
  /** Only skipped tests carry it. */
  readonly skipped: readonly string[];
  readonly missing: readonly string[];
}

export interface Coverage {
  readonly areas: readonly AreaCoverage[];
  /** Ids that tests carry and no file here defines: a slip, or an area whose file has not moved here yet. */
  readonly unknown: readonly string[];
}

const definition = /^- \*\*([A-Z]+-\d+)\*\*/gm;
const idsAtStart = /^([A-Z]+-\d+(?:, ?[A-Z]+-\d+)*):/;

/** The ids at the start of a test's name: `BPKG-05, BPKG-06: what it shows`. */
export function idsOf(name: string): readonly string[] {
  return idsAtStart.exec(name)?.[1]?.split(/, ?/) ?? [];
}

/** @param documents text of each requirement file, by area */
export function coverage(documents: ReadonlyMap<string, string>, tests: readonly ReportedTest[]): Coverage {
  const outcomes = outcomesById(tests);
  const has = (id: string, outcome: ReportedTest['outcome']) => outcomes.get(id)?.has(outcome) === true;
  const areas = [...documents].map(([area, text]): AreaCoverage => {
    const ids = [...text.matchAll(definition)].map((match) => match[1] ?? '');
    const failing = ids.filter((id) => has(id, 'failed'));
    const covered = ids.filter((id) => has(id, 'passed') && !has(id, 'failed'));
    const skipped = ids.filter((id) => has(id, 'skipped') && !has(id, 'passed') && !has(id, 'failed'));
    return { area, covered, failing, skipped, missing: ids.filter((id) => !outcomes.has(id)) };
  });
  const defined = new Set(
    areas.flatMap(({ covered, failing, skipped, missing }) => [
      ...covered,
      ...failing,
      ...skipped,
      ...missing,
    ]),
  );
  return { areas, unknown: [...outcomes.keys()].filter((id) => !defined.has(id)).sort() };
}

function outcomesById(tests: readonly ReportedTest[]): Map<string, Set<ReportedTest['outcome']>> {
  const outcomes = new Map<string, Set<ReportedTest['outcome']>>();
  for (const { path, outcome } of tests) {
    for (const id of path.flatMap(idsOf)) outcomes.set(id, (outcomes.get(id) ?? new Set()).add(outcome));
  }
  return outcomes;
}
