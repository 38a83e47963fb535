import type { FieldProblem } from '../failure.ts';
import { type Boundary, parseAddressSpan } from './boundary.ts';
import { type PropertyName, propertyRefusal, readProperties, shown, splitProperties } from './properties.ts';

/** A site that an image brings with it, for the machines of one part of the network (MASTER-15). */
export interface SiteCandidate extends Boundary {
  readonly managementPoint: string;
  /** Of that site alone; undefined: the root key that the machine has pinned. */
  readonly rootFingerprint?: string;
}

const needed = ['SITECODE', 'MP'] as const satisfies PropertyName[];
const known: readonly string[] = [...needed, 'ROOTFINGERPRINT'];
const mostCandidates = 1000;

/**
 * Reads candidates, one in a line: `10.1.0.0/16 SITECODE=TKY MP=mp.tokyo.example ROOTFINGERPRINT=3f9a…`; a line that
 * begins with `#` is for people.
 * @throws Failure properties-invalid, with everything that is wrong and its line
 */
export function readSiteCandidates(text: string): SiteCandidate[] {
  const problems: FieldProblem[] = [];
  const candidates = text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.trimStart().startsWith('#')) return [];
    const read = readLine(line);
    problems.push(...read.problems.map((each) => ({ ...each, field: `${index + 1}: ${each.field}` })));
    return read.candidate ? [read.candidate] : [];
  });
  if (candidates.length > mostCandidates)
    problems.push(problem('file', 'candidates-too-many', { limit: mostCandidates }));
  if (problems.length > 0) throw propertyRefusal(problems);
  return candidates;
}

const problem = (field: string, code: string, params: FieldProblem['params']): FieldProblem => ({
  field,
  code,
  params,
});

function readLine(line: string): { candidate?: SiteCandidate; problems: readonly FieldProblem[] } {
  const [range = '', ...words] = splitProperties(line);
  const { properties, problems: wrong } = readProperties(words);
  const { SITECODE: siteCode, MP: managementPoint, ROOTFINGERPRINT: pin } = properties;
  const problems = [
    ...wrong,
    ...(parseAddressSpan(range) ? [] : [problem('range', 'candidate-range-wrong', { value: shown(range) })]),
    ...Object.keys(properties)
      .filter((name) => !known.includes(name))
      .map((name) => problem(name, 'candidate-property-unfit', { name, known: known.join(', ') })),
    ...needed
      .filter((name) => !properties[name] && !wrong.some(({ field }) => field === name))
      .map((name) => problem(name, 'candidate-incomplete', { name })),
  ];
  if (problems.length > 0 || !siteCode || !managementPoint) return { problems };
  const pinned = pin ? { rootFingerprint: pin } : {};
  return {
    candidate: { name: range, range, siteCode, managementPoint, isForAssignment: true, ...pinned },
    problems,
  };
}
