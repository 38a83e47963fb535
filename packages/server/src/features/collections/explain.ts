import {
  explainMembership,
  explanationText,
  type Membership,
  type MembershipReason,
  reasonSentence,
} from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { MembershipExplanation } from '@tenkai/protocol/api/collections.ts';
import type { Deps } from './needs.ts';

/**
 * Why a machine is, or is not, in a collection: what speaks for and against it, references followed.
 * @throws Failure not-found
 */
export async function explain(
  { db, machines, ruleBook }: Deps,
  collectionId: string,
  machineId: string,
): Promise<MembershipExplanation> {
  const rules = await ruleBook.refresh(db.read);
  const collection = rules.collections.get(collectionId);
  if (!collection) throw new Failure('not-found', { what: 'collection', id: collectionId });
  const facts = (await machines.factsOf([machineId])).get(machineId);
  if (!facts) throw new Failure('not-found', { what: 'machine', id: machineId });
  if (!(await machines.enrolledAmong([machineId])).has(machineId)) {
    const reason = { code: 'machine-not-enrolled', params: {} };
    return { isMember: false, reasons: [{ ...reason, sentence: reasonSentence(reason) }] };
  }
  const membership = explainMembership(collection, facts, (id) => rules.collections.get(id));
  return { isMember: membership.isMember, reasons: flatten(membership) };
}

function flatten({ reasons }: Membership): MembershipExplanation['reasons'] {
  return reasons
    .filter(({ code }) => code !== 'not-in-excluded')
    .flatMap((reason) => [
      { code: reason.code, params: reason.params, sentence: sentenceOf(reason) },
      ...(reason.through ? flatten(reason.through) : []),
    ]);
}

function sentenceOf(reason: MembershipReason): string {
  const sentence = reasonSentence(reason);
  return reason.because ? `${sentence} ${explanationText(reason.because)}` : sentence;
}
