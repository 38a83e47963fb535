import { createSealer } from './datagram.ts';
import { leaveDatagrams } from './reports.ts';
import type { MemberTerms } from './session.ts';
import { openOwnSocket, type Place } from './sockets.ts';

export type Declining = Pick<
  MemberTerms,
  'session' | 'member' | 'memberKey' | 'senderAddress' | 'senderPort'
>;

/**
 * Tells the sender that this machine cannot hear the group, so that the others do not wait for it. Where that cannot be
 * told, or is lost, they wait as long as for any that is expected and says nothing.
 */
export async function declineSession(terms: Declining, place: Place): Promise<void> {
  const socket = await openOwnSocket(0, place).catch(() => undefined);
  if (!socket) return;
  const speaker = { sealer: createSealer(terms.memberKey), counter: 0 };
  for (const datagram of leaveDatagrams(speaker, { ...terms, epoch: Date.now() }, 'silent')) {
    await new Promise<void>((resolve) => {
      socket.send(datagram, terms.senderPort, terms.senderAddress, () => resolve());
    });
  }
  socket.close();
}
