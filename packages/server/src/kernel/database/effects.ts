/** Runs what a committed transaction promised. A faulty effect must not turn a durable commit into an error. */
export function runEffects(effects: readonly (() => void)[]) {
  for (const effect of effects) {
    try {
      effect();
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'AfterCommitEffect');
    }
  }
}
