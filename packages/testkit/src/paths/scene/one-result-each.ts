import assert from 'node:assert/strict';
import { parseJournal } from '@tenkai/agent/engine/journal-text.ts';
import type { RunDetail } from '@tenkai/protocol';
import type { SystemdMachine } from '../../rig/systemd-machine.ts';

/** The journal on the machine is sound, with one end and one result for each step, as the site has. */
export async function assertOneResultEach(vm: Pick<SystemdMachine, 'ask'>, run: RunDetail): Promise<void> {
  const folder = `${run.id}-${run.attempt}`;
  const text = await vm.ask(`cat /var/lib/tenkai-agent/runs/${folder}/journal.jsonl`);
  const { entries, soundBytes } = parseJournal(Buffer.from(`${text}\n`), folder);
  assert.equal(soundBytes, Buffer.byteLength(text) + 1, 'every line of the journal is sound');
  assert.deepEqual(
    entries.flatMap((entry) => (entry.event === 'step-finished' ? [entry.index] : [])),
    run.steps.map(({ step }) => step.index),
    'one result for each step, in order',
  );
  assert.ok(run.steps.every(({ result }) => result !== null));
  assert.equal(entries.filter(({ event }) => event === 'finished').length, 1, 'one end');
}
