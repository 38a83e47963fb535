import type { RunDeps } from './run-deps.ts';

/** What was said reaches the server before the machine goes off, or this time passes. */
const tellBeforePowerOffMs = 60_000;

/** @param isRecorded the journal has it already, from before a crash in this boot */
export async function powerOff(deps: RunDeps, isRecorded: boolean): Promise<void> {
  const { order, recorder, platform, stop, boundary, log } = deps;
  await recorder.told(tellBeforePowerOffMs);
  stop.throwIfAborted();
  if (!isRecorded) await recorder.record({ event: 'powering-off', bootId: platform.bootId() });
  boundary('before-power-off');
  await platform.power.shutDown(stop).catch((error: unknown) => {
    stop.throwIfAborted();
    log.error({ err: error }, 'the machine could not be switched off');
    recorder.tell({ severity: 'error', code: 'power-off-failed', params: { runId: order.runId } });
  });
}
