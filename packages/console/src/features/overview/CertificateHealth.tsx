import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { certificateStates } from '@tenkai/domain/machine/certificate-health.ts';
import type { CertificateHealth as Health } from '@tenkai/protocol/api/certificates.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { StateBar } from '../../ui/StateBar.tsx';
import { certificateKinds } from '../machines/certificate-states.tsx';
import { useCertificateHealth, useRepairCertificates } from '../machines/machines.queries.ts';
import { useMay } from '../session/session.queries.ts';
import './overview.css';

/** Certificates of the fleet (IDENT-15); nothing where all that have told are good. */
export function CertificateHealth() {
  const { t } = useTranslation();
  const { data } = useCertificateHealth();
  if (!data || data.states.good + data.states.unknown === data.machines) return null;
  const parts = certificateStates.map((state) => ({
    key: state,
    kind: certificateKinds[state],
    label: t(`certificates.states.${state}`),
    count: data.states[state],
    to: { to: '/machines', search: { certificates: state } } as const,
  }));
  return (
    <section className="tk-panel" aria-label={t('certificates.title')}>
      <h2>{t('certificates.title')}</h2>
      <div className="tk-panel-body">
        <StateBar parts={parts} label={t('certificates.title')} />
      </div>
      <ul className="tk-overview-list">
        <Remedies remedies={data.remedies} />
      </ul>
    </section>
  );
}

function Remedies({ remedies: { certfix, generator } }: { readonly remedies: Health['remedies'] }) {
  const { t } = useTranslation();
  const may = useMay();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      {certfix > 0 ? (
        <li>
          <span>{t('certificates.certfix', { count: certfix })}</span>
          {may('manage-collections') ? (
            <Button size="xs" onClick={() => setAsked(true)}>
              {t('certificates.repair')}
            </Button>
          ) : null}
        </li>
      ) : null}
      {generator > 0 ? (
        <li>
          <span>
            {t('certificates.generator', { count: generator })}{' '}
            <Link to="/packages">{t('certificates.toPackages')}</Link>
          </span>
        </li>
      ) : null}
      {isAsked ? <Repair count={certfix} onClose={() => setAsked(false)} /> : null}
    </>
  );
}

function Repair({ count, onClose }: { readonly count: number; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const repair = useRepairCertificates();
  const navigate = useNavigate();
  const act = async () => {
    const { deploymentId } = await repair.mutateAsync();
    void navigate({ to: '/deployments/$deploymentId', params: { deploymentId } });
  };
  return (
    <ConfirmAct
      title={t('certificates.repairTitle', { count })}
      act={t('certificates.repair')}
      onAct={act}
      onClose={onClose}
    >
      <p>{t('certificates.repairText')}</p>
    </ConfirmAct>
  );
}
