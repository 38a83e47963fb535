/** Answers that cost a computation over the whole fleet, kept for a moment so that their lists can be paged. */
export interface KeptAnswers<T extends { readonly askedAt: number }> {
  /** The answer of that time to that question while it is kept; else a new one. */
  get(question: string, asOf: number | undefined, compute: () => Promise<T>): Promise<T>;
}

const keptMs = 60_000;
/** Each may hold a row for every machine of the site. */
const mostKept = 4;

/** @param now epoch milliseconds */
export function createKeptAnswers<T extends { readonly askedAt: number }>(now: () => number): KeptAnswers<T> {
  let kept: { readonly question: string; readonly answer: T; readonly keptAt: number }[] = [];
  return {
    async get(question, asOf, compute) {
      kept = kept.filter(({ keptAt }) => Math.abs(now() - keptAt) < keptMs);
      const known = kept.find((one) => one.question === question && one.answer.askedAt === asOf);
      if (known) return known.answer;
      const answer = await compute();
      kept = [{ question, answer, keptAt: now() }, ...kept].slice(0, mostKept);
      return answer;
    },
  };
}
