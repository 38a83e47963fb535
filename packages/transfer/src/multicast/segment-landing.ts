import { createHash } from 'node:crypto';
import { type Assembly, completeAssembly, digestOf, throwOutFalse } from './assembly.ts';
import type { Receiving } from './receiving.ts';
import { reportStatus } from './reports.ts';
import { closeTurn, forget } from './requests.ts';
import type { Segment } from './segments.ts';

/** All shards of a segment are here, or can be computed: its bytes go on where they are what the manifest promises. */
export function finish(state: Receiving, assembly: Assembly): void {
  const { segment } = assembly;
  state.figures.repaired += assembly.repairCount;
  completeAssembly(assembly);
  const bytes = assembly.memory.bytes.subarray(assembly.at, assembly.at + segment.sizeBytes);
  if (isWhole(assembly, bytes)) handOver(state, segment, bytes);
  else distrust(state, assembly);
}

function handOver(state: Receiving, segment: Segment, bytes: Buffer): void {
  forget(state, segment.index);
  state.places.startDelivery(segment.index, state.options.ports.now());
  state.options.ports.deliver(segment, bytes).then(
    () => delivered(state, segment),
    // What could not be kept stays wanted, and comes another way.
    () => state.places.endDelivery(segment.index, state.options.ports.now()),
  );
}

function delivered(state: Receiving, segment: Segment): void {
  state.figures.diskWaitMs += state.places.endDelivery(segment.index, state.options.ports.now());
  wantNoMore(state, segment.index);
}

function wantNoMore(state: Receiving, segment: number): void {
  state.wanted.delete(segment);
  state.reports.isDue = true;
  if (state.wanted.size > 0) return;
  state.outcome ??= { kind: state.givenUp.size === 0 ? 'complete' : 'ended' };
  reportStatus(state);
}

function isWhole(assembly: Assembly, bytes: Buffer): boolean {
  const { chunks } = assembly.segment;
  const [only] = chunks;
  if (only && chunks.length === 1) return digestOf(assembly) === only.sha256;
  let at = 0;
  for (const { sha256, sizeBytes } of chunks) {
    if (
      createHash('sha256')
        .update(bytes.subarray(at, at + sizeBytes))
        .digest('hex') !== sha256
    )
      return false;
    at += sizeBytes;
  }
  return true;
}

/** The bytes are not what the manifest promises: somebody sends false shards, or the sender's own are damaged. */
function distrust(state: Receiving, assembly: Assembly): void {
  const { index } = assembly.segment;
  const falseOnes = throwOutFalse(assembly, state.options.terms.session, state.group);
  state.figures.refused += falseOnes;
  const isHopeless = assembly.incompleteBlocks === 0 || (falseOnes === 0 && state.isWary);
  state.isWary = true;
  if (isHopeless) giveUp(state, index);
  else closeTurn(state, { segment: index, turn: state.header.turn });
}

function giveUp(state: Receiving, segment: number): void {
  state.places.giveUp(segment);
  forget(state, segment);
  state.givenUp.add(segment);
  wantNoMore(state, segment);
}
