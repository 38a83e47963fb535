import { Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { collectionName } from '../collections/collection-name.ts';
import { useCollections } from '../collections/collections.queries.ts';
import { MembershipReasons } from '../collections/MembershipReasons.tsx';

/** The collections of a machine, and why it is, or is not, in any of them. */
export function MachineCollections({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const collections = useCollections();
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <div className="tk-columns">
      <section className="tk-panel">
        <h2>{t('machines.memberOf')}</h2>
        <div className="tk-panel-body">
          {machine.collections.length === 0 ? <p className="tk-muted">{t('machines.memberOfNone')}</p> : null}
          <ul className="tk-list-plain tk-stack">
            {machine.collections.map(({ id, name }) => (
              <li key={id}>
                <Link to="/collections/$collectionId" params={{ collectionId: id }}>
                  {collectionName(t, { id, name })}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      </section>
      <section className="tk-panel">
        <h2>{t('machines.why')}</h2>
        <div className="tk-panel-body tk-stack">
          <Select
            label={t('machines.whyChoose')}
            searchable
            data={(collections.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={asked}
            onChange={setAsked}
          />
          {asked ? <MembershipReasons collectionId={asked} machineId={machine.id} /> : null}
        </div>
      </section>
    </div>
  );
}
