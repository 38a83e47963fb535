import type { MulticastSessionRow } from '@tenkai/protocol/api/multicast.ts';
import { useTranslation } from 'react-i18next';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';

const kinds: Readonly<Record<NonNullable<MulticastSessionRow['outcome']>, StateKind>> = {
  ended: 'succeeded',
  stopped: 'neutral',
  failed: 'failed',
  interrupted: 'neutral',
};

/** Whether a session still sends, and else how it ended. */
export function SessionState({ session }: { readonly session: Pick<MulticastSessionRow, 'outcome'> }) {
  const { t } = useTranslation();
  const { outcome } = session;
  if (outcome === null) return <StateLabel kind="running" text={t('multicast.outcomes.running')} />;
  return <StateLabel kind={kinds[outcome]} text={t(`multicast.outcomes.${outcome}`)} />;
}

const memberKinds: Readonly<Record<MulticastSessionRow['members'][number]['state'], StateKind>> = {
  active: 'running',
  complete: 'succeeded',
  left: 'waiting',
};
const causes = ['silent', 'disk', 'link', 'loss', 'cancelled'] as const;

/** What became of a machine in a session; who was left out says why. */
export function MemberState({ member }: { readonly member: MulticastSessionRow['members'][number] }) {
  const { t } = useTranslation();
  const cause = causes.find((known) => known === member.cause);
  const state = t(`multicast.members.${member.state}`);
  const text = cause === undefined ? state : `${state}: ${t(`multicast.causes.${cause}`)}`;
  return <StateLabel kind={memberKinds[member.state]} text={text} />;
}
