/**
 * Whether something holds of a machine. *unknown* is what we say before the machine has told us; it is not *no*,
 * so that `not` of it never lets an unknown machine in.
 */
export type Truth = 'yes' | 'no' | 'unknown';

export function truthOf(holds: boolean): Truth {
  return holds ? 'yes' : 'no';
}

export function notTruth(truth: Truth): Truth {
  if (truth === 'unknown') return 'unknown';
  return truth === 'yes' ? 'no' : 'yes';
}

/** One *no* decides, then one *unknown*; *yes* for nothing at all. */
export function allTruth(parts: readonly Truth[]): Truth {
  if (parts.includes('no')) return 'no';
  return parts.includes('unknown') ? 'unknown' : 'yes';
}

/** One *yes* decides, then one *unknown*; *no* for nothing at all. */
export function anyTruth(parts: readonly Truth[]): Truth {
  if (parts.includes('yes')) return 'yes';
  return parts.includes('unknown') ? 'unknown' : 'no';
}
