/**
 * The site's clock as the answers' `Date` headers tell it, so that a countdown ends when the site acts and not when
 * this computer's clock says so (BSCN-17). The header has whole seconds and comes late: of the last answers the one
 * that is furthest ahead is the closest to the truth.
 */
export interface SiteClock {
  /** Takes the `Date` header of an answer that has just come. */
  hear(date: string | null): void;
  /** Epoch milliseconds of the site, now. */
  now(): number;
}

const keptAnswers = 20;
/** A clock that jumps (sleep, a changed time) makes older answers worthless. */
const jumpMs = 5000;

export function createSiteClock(local: () => number): SiteClock {
  let leads: number[] = [];
  return {
    hear(date) {
      const told = date === null ? Number.NaN : Date.parse(date);
      if (Number.isNaN(told)) return;
      const lead = told - local();
      const best = Math.max(...leads, Number.NEGATIVE_INFINITY);
      const isJump = leads.length > 0 && Math.abs(lead - best) > jumpMs;
      leads = [...(isJump ? [] : leads), lead].slice(-keptAnswers);
    },
    now: () => local() + (leads.length === 0 ? 0 : Math.max(...leads)),
  };
}

export const siteClock = createSiteClock(Date.now);
