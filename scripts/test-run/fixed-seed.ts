/**
 * Loaded before each test file: properties draw the same examples in every run, so that a change is judged by what it
 * changes and not by its luck. `TENKAI_SEED=random` looks for new ones, `TENKAI_SEED=<number>` repeats a run.
 */
import fc from 'fast-check';

const wanted = process.env.TENKAI_SEED ?? '20261121';

// A property that fails prints its own seed.
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
