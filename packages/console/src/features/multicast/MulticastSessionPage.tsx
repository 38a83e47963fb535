import { getRouteApi, Link } from '@tanstack/react-router';
import type { MulticastSessionRow } from '@tenkai/protocol/api/multicast.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useMulticastSession } from './multicast.queries.ts';
import { MemberState, SessionState } from './SessionState.tsx';

const route = getRouteApi('/inside/multicast/$sessionId');
const datagramBytes = 1472;

/** One session: how fast it sends, how much was repaired, and what became of each machine. */
export function MulticastSessionPage() {
  const { sessionId } = route.useParams();
  const query = useMulticastSession(sessionId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(session) => <Content session={session} />}</Loaded>
    </div>
  );
}

interface Props {
  readonly session: MulticastSessionRow;
}

function Content({ session }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={`${session.address}:${session.port}`}
        trail={<Link to="/multicast">{t('nav.multicast')}</Link>}
      />
      <div className="tk-columns">
        <SessionFacts session={session} />
        <Members session={session} />
      </div>
    </>
  );
}

function SessionFacts({ session }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { contentBytes, datagrams, repairs, bytesPerSecond, lineBytes } = session;
  const times = contentBytes === 0 ? 0 : (datagrams * datagramBytes) / contentBytes;
  return (
    <section className="tk-panel">
      <h2>{t('multicast.session')}</h2>
      <Facts
        facts={[
          { label: t('users.state'), value: <SessionState session={session} /> },
          { label: t('multicast.started'), value: formats.dateTime(session.startedAt) },
          { label: t('multicast.ended'), value: session.endedAt && formats.dateTime(session.endedAt) },
          { label: t('multicast.detail'), value: session.detail },
          { label: t('multicast.content'), value: formats.bytes(contentBytes) },
          { label: t('multicast.rate'), value: bytesPerSecond && formats.rate(bytesPerSecond) },
          {
            label: t('multicast.sent'),
            value: t('multicast.times', {
              bytes: formats.bytes(datagrams * datagramBytes),
              times: times.toFixed(2),
            }),
          },
          {
            label: t('multicast.repaired'),
            value: t('multicast.share', {
              datagrams: formats.number(repairs),
              share: formats.percent(datagrams === 0 ? 0 : repairs / datagrams),
            }),
          },
          { label: t('multicast.sender'), value: <Sender session={session} /> },
          { label: t('multicast.line'), value: lineBytes === null ? null : formats.bytes(lineBytes) },
          {
            label: t('nav.deployments'),
            value: (
              <Link to="/deployments/$deploymentId" params={{ deploymentId: session.deploymentId }}>
                {t('multicast.deployment')}
              </Link>
            ),
          },
        ]}
      />
    </section>
  );
}

const merits = ['failures', 'named', 'content', 'power', 'cable', 'link', 'disk', 'name', 'only'] as const;

function Sender({ session: { representative, subnet, interface: address } }: Props) {
  const { t } = useTranslation();
  if (!representative) return t('multicast.siteAt', { address });
  const merit = merits.find((known) => known === representative.chosenBy);
  return (
    <>
      <Link to="/machines/$machineId" params={{ machineId: representative.machineId }}>
        {representative.machineName}
      </Link>{' '}
      {t('multicast.forNetwork', { network: subnet ?? '' })}
      {merit === undefined ? '' : ` · ${t(`multicast.merits.${merit}`)}`}
    </>
  );
}

function Members({ session: { members } }: Props) {
  const { t } = useTranslation();
  return (
    <section className="tk-panel" aria-label={t('nav.machines')}>
      <h2>{t('nav.machines')}</h2>
      <Facts
        facts={members.map((member) => ({
          label: member.machineName,
          value: (
            <Link to="/runs/$runId" params={{ runId: member.runId }}>
              <MemberState member={member} />
            </Link>
          ),
        }))}
      />
    </section>
  );
}
