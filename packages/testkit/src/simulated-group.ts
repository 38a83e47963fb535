/**
 * A multicast group without a network: one sender, members behind lossy, slow or late lines, a clock that the test
 * turns. Everything random comes from the seed, so a run is the same each time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { CHUNK_SIZE_BYTES, type Manifest, sealManifest } from '@tenkai/transfer';
import { DATAGRAM_BYTES } from '@tenkai/transfer/multicast/layout.ts';
import { createReceiver, type Receiver } from '@tenkai/transfer/multicast/receiver.ts';
import { segmentsOf } from '@tenkai/transfer/multicast/segments.ts';
import { createSender, type Sender } from '@tenkai/transfer/multicast/sender.ts';
import type { SenderOptions } from '@tenkai/transfer/multicast/sending.ts';
import { memberKey } from '@tenkai/transfer/multicast/session.ts';

export interface Line {
  /** Share of datagrams to the member that are lost. */
  readonly loss?: number;
  readonly delayMs?: number;
  /** What the line carries; more waits in a queue of `queueBytes`, and what finds it full is lost. */
  readonly bytesPerSecond?: number;
  readonly queueBytes?: number;
  /** How long the member's disk takes for a segment. */
  readonly diskMs?: number;
}

export interface GroupOptions {
  readonly seed: number;
  readonly sizeBytes: number;
  readonly lines: readonly Line[];
  /** A byte of the content that the sender's own copy has wrong. */
  readonly damagedByte?: number;
  /** Whether the sender hears what members send to the group: true, unless told. */
  readonly hearsGroup?: boolean;
  readonly sender?: Partial<
    Pick<SenderOptions, 'window' | 'mostBytesPerSecond' | 'gatherMs' | 'patience' | 'expected'>
  >;
}

export interface SimulatedMember {
  readonly number: number;
  receiver: Receiver;
  /** Bytes of the segments that were handed over. */
  readonly kept: Map<number, Buffer>;
  /** Times that each segment was handed over. */
  deliveries: number;
  isThere: boolean;
  nacks: number;
}

export interface SimulatedGroup {
  readonly sender: Sender;
  readonly members: readonly SimulatedMember[];
  readonly bytes: Buffer;
  readonly manifest: Manifest;
  /** What all members know, and so might an old sender of the same number. */
  readonly groupKey: Buffer;
  readonly now: () => number;
  /** Everything that the sender sent to the group, for those who record and replay. */
  tap: (datagram: Buffer) => void;
  /** Starts a member, or starts it anew with what it has kept. */
  join(index: number): void;
  /** A datagram of a stranger, to one member or to the sender. */
  inject(datagram: Buffer, to: number | 'sender'): void;
  /** As `inject`, but over the member's line: it arrives before what is sent next. */
  post(datagram: Buffer, to: number): void;
  /** Lets time pass until the condition holds. @throws Error when it does not within the limit */
  runUntil(holds: () => boolean, limitMs?: number): Promise<void>;
}

/** A seeded generator of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A content of one file whose bytes follow from the seed. */
export function seededContent(seed: number, sizeBytes: number): { bytes: Buffer; manifest: Manifest } {
  const random = seeded(seed);
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at + 4 <= sizeBytes; at += 4) bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  const chunks = [];
  for (let at = 0; at < sizeBytes; at += CHUNK_SIZE_BYTES) {
    const part = bytes.subarray(at, at + CHUNK_SIZE_BYTES);
    chunks.push({ sha256: createHash('sha256').update(part).digest('hex'), sizeBytes: part.length });
  }
  return { bytes, manifest: sealManifest([{ path: 'a', sizeBytes, isExecutable: false, chunks }]) };
}

export function simulateGroup(options: GroupOptions): SimulatedGroup {
  const { bytes, manifest } = seededContent(options.seed, options.sizeBytes);
  const segments = segmentsOf(manifest);
  const random = seeded(options.seed + 1);
  const sendersBytes = Buffer.from(bytes);
  const { damagedByte } = options;
  if (damagedByte !== undefined) sendersBytes[damagedByte] = (sendersBytes[damagedByte] as number) ^ 1;
  const groupKey = randomBytes(32);
  const masterKey = randomBytes(32);
  const session = 7;
  let now = 0;
  const events = new Map<number, (() => void)[]>();
  const at = (time: number, act: () => void) => {
    const tick = Math.max(now + 1, Math.ceil(time));
    events.set(tick, [...(events.get(tick) ?? []), act]);
  };
  const queueEnds = options.lines.map(() => 0);
  const toMember = (index: number, datagram: Buffer) => {
    const line = options.lines[index] as Line;
    if (random() < (line.loss ?? 0)) return;
    const sent = now + (line.delayMs ?? 0.2);
    let arrives = sent;
    if (line.bytesPerSecond !== undefined) {
      const begins = Math.max(sent, queueEnds[index] as number);
      if (((begins - sent) / 1000) * line.bytesPerSecond > (line.queueBytes ?? 100_000)) return;
      arrives = begins + (datagram.length / line.bytesPerSecond) * 1000;
      queueEnds[index] = arrives;
    }
    const copy = Buffer.from(datagram);
    at(arrives, () => members[index]?.isThere && members[index].receiver.take(copy));
  };
  const toSender = (index: number, datagram: Buffer) =>
    at(now + ((options.lines[index] as Line).delayMs ?? 0.2), () => group.sender.take(datagram));
  const newReceiver = (index: number, kept: ReadonlyMap<number, Buffer>, member: SimulatedMember) =>
    createReceiver({
      terms: {
        session,
        member: index + 1,
        groupKey,
        memberKey: memberKey(masterKey, index + 1),
        window: options.sender?.window ?? 4,
      },
      segments,
      wanted: segments.filter((segment) => !kept.has(segment.index)).map((segment) => segment.index),
      epoch: now + 1,
      credit: 4000,
      ports: {
        now: () => now,
        random,
        sendToSender(datagram, done) {
          toSender(index, datagram);
          done?.();
        },
        sendToGroup(datagram) {
          member.nacks += 1;
          if (options.hearsGroup !== false) toSender(index, datagram);
          for (const other of options.lines.keys()) if (other !== index) toMember(other, datagram);
        },
        deliver(segment, delivered) {
          const copy = Buffer.from(delivered);
          return new Promise((resolve) => {
            at(now + ((options.lines[index] as Line).diskMs ?? 1), () => {
              member.kept.set(segment.index, copy);
              member.deliveries += 1;
              resolve();
            });
          });
        },
      },
    });
  const members: SimulatedMember[] = options.lines.map((_, index) => ({
    ...{ number: index + 1, kept: new Map(), deliveries: 0, isThere: false, nacks: 0 },
    receiver: undefined as unknown as Receiver,
  }));
  const group: SimulatedGroup = {
    sender: createSender({
      ...{ session, groupKey, masterKey, segments, window: 4 },
      expected: options.lines.map((_, index) => index + 1),
      ...options.sender,
      ports: {
        now: () => now,
        send(train, release) {
          for (let at = 0; at < train.length; at += DATAGRAM_BYTES) {
            const datagram = train.subarray(at, at + DATAGRAM_BYTES);
            group.tap(datagram);
            for (const index of options.lines.keys()) toMember(index, datagram);
          }
          release();
        },
        read(segment, into) {
          sendersBytes.copy(into, 0, segment.index * CHUNK_SIZE_BYTES);
          return Promise.resolve();
        },
      },
    }),
    ...{ members, bytes, manifest, groupKey, now: () => now, tap: () => undefined },
    join(index) {
      const member = members[index] as SimulatedMember;
      member.receiver = newReceiver(index, member.kept, member);
      member.isThere = true;
    },
    inject: (datagram, to) =>
      to === 'sender' ? group.sender.take(datagram) : members[to]?.receiver.take(datagram),
    post: (datagram, to) => toMember(to, datagram),
    async runUntil(holds, limitMs = 120_000) {
      const limit = now + limitMs;
      while (!holds()) {
        if (now >= limit) throw new Error(`not within ${limitMs} ms of the simulated clock`);
        now += 1;
        for (const act of events.get(now) ?? []) act();
        events.delete(now);
        group.sender.pump();
        for (const { receiver, isThere } of members) if (isThere) receiver.tick();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
  return group;
}
