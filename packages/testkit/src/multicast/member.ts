import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { MulticastAnswer, MulticastAsk, MulticastTerms } from '@tenkai/protocol/agent/multicast.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Manifest } from '@tenkai/transfer';
import { type ReceiveContentOptions, receiveContent } from '@tenkai/transfer/multicast/receive-content.ts';
import type { BareAgent } from '../bare-agent.ts';

/** What a machine whose addresses are these is told. */
export async function askMulticast(
  agent: BareAgent,
  { runId, attempt }: Pick<RunOrder, 'runId' | 'attempt'>,
  contentId: string,
  addresses: readonly string[] = ['127.0.0.1/8'],
  more: Pick<MulticastAsk, 'relay' | 'after'> = {},
): Promise<MulticastAnswer> {
  const body = { runId, attempt, contentId, addresses, ...more };
  return (await agent.call('POST', agentPaths.multicast, body)) as MulticastAnswer;
}

/** Takes part in a session on this machine's own loop; returns how it ended and the bytes by hash. */
export async function takePart(
  manifest: Manifest,
  terms: MulticastTerms,
  more: Partial<Pick<ReceiveContentOptions, 'signal' | 'accept'>> = {},
) {
  const chunks = new Map<string, Buffer>();
  const all = manifest.files.flatMap((file) => file.chunks);
  const keys = {
    groupKey: Buffer.from(terms.groupKey, 'base64'),
    memberKey: Buffer.from(terms.memberKey, 'base64'),
  };
  const { outcome } = await receiveContent({
    ...{ manifest, interfaceAddress: '127.0.0.1', hasLoopback: true, terms: { ...terms, ...keys } },
    wanted: new Set(all.map(({ sha256 }) => sha256)),
    async accept({ sha256 }, bytes) {
      chunks.set(sha256, Buffer.from(bytes));
    },
    ...more,
  });
  return { outcome, chunks };
}
