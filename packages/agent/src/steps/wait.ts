import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import { type StepHandler, skipped, succeeded } from './step.ts';

/** Waits; after a crash or restart only for what remains, whatever the clock was set to meanwhile. */
export const wait: StepHandler<'wait'> = async ({ startedAt, now, signal }, { seconds }) => {
  const whole = seconds * 1000;
  await pause(Math.max(0, Math.min(startedAt + whole - now(), whole)), signal);
  signal.throwIfAborted();
  return succeeded({ hasNotActed: true });
};

/** The server wakes a machine that is off; this one is on. */
export const wake: StepHandler<'wake'> = async () => skipped('already-on');
