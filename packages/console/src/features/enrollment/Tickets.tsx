import { Button } from '@mantine/core';
import { IconPlus, IconTicket } from '@tabler/icons-react';
import type { EnrollmentTicket } from '@tenkai/protocol/api/enrollment.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { useNow, When } from '../../ui/When.tsx';
import '../overview/overview.css';
import { useRevokeTicket, useTickets } from './enrollment.queries.ts';
import { NewTicket } from './NewTicket.tsx';

/** One-time permissions to enroll: scope, count and expiry. */
export function Tickets() {
  const { t } = useTranslation();
  const query = useTickets();
  const revoke = useRevokeTicket();
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<EnrollmentTicket>();
  return (
    <section className="tk-panel">
      <h2>{t('enrollment.tickets')}</h2>
      <div className="tk-panel-body tk-row">
        <span className="tk-muted">{t('enrollment.ticketsText')}</span>
        <Button ml="auto" leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
          {t('enrollment.newTicket')}
        </Button>
      </div>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={IconTicket} title={t('enrollment.noTickets')} />
          ) : (
            <ul className="tk-overview-list">
              {items.map((ticket) => (
                <TicketRow key={ticket.id} ticket={ticket} onRevoke={() => setRevoked(ticket)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {isMaking ? <NewTicket onClose={() => setMaking(false)} /> : null}
      {revoked ? (
        <ConfirmAct
          title={t('session.revokeToken', { name: revoked.name })}
          act={t('session.revoke')}
          isDestructive
          onAct={() => revoke.mutateAsync(revoked.id)}
          onClose={() => setRevoked(undefined)}
        >
          <p>{t('enrollment.revokeText', { uses: revoked.uses })}</p>
        </ConfirmAct>
      ) : null}
    </section>
  );
}

interface RowProps {
  readonly ticket: EnrollmentTicket;
  readonly onRevoke: () => void;
}

function TicketRow({ ticket, onRevoke }: RowProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  const state = stateOf(ticket, now);
  return (
    <li>
      <span>
        <b>{ticket.name}</b>{' '}
        <StateLabel
          kind={state === 'good' ? 'succeeded' : 'neutral'}
          text={t(`enrollment.ticketStates.${state}`)}
        />
        <br />
        <span className="tk-muted">
          {t('enrollment.uses', {
            uses: formats.number(ticket.uses),
            most: formats.number(ticket.maxUses),
          })}{' '}
          · {t('session.tokenExpiresAt')} <When at={ticket.expiresAt} />
        </span>
      </span>
      {state === 'good' ? (
        <Button size="compact-sm" variant="default" onClick={onRevoke}>
          {t('session.revoke')}
        </Button>
      ) : null}
    </li>
  );
}

function stateOf(ticket: EnrollmentTicket, now: number): 'good' | 'revoked' | 'expired' | 'usedUp' {
  if (ticket.isRevoked) return 'revoked';
  if (ticket.expiresAt <= now) return 'expired';
  return ticket.uses >= ticket.maxUses ? 'usedUp' : 'good';
}
