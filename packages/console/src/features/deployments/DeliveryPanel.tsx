import { Button } from '@mantine/core';
import { type DeliverySettings, deliveryOf } from '@tenkai/domain/deployment/delivery.ts';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { useMay } from '../session/session.queries.ts';
import { DeliveryForm } from './DeliveryForm.tsx';
import { useChangeDelivery, useWaves } from './deployments.queries.ts';

/** The delivery settings that count, what is ignored and why, and the waves so far. */
export function DeliveryPanel({ deployment }: { readonly deployment: DeploymentRow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { reasonText } = useSentences();
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  const { delivery, warnings, status } = deployment;
  const asked = deliveryOf(deployment.draft);
  const ignoredReason = (field: (typeof delivery.ignored)[number]['field']) => {
    const found = delivery.ignored.find((each) => each.field === field);
    return found ? <span className="tk-muted">{reasonText(found.reason)}</span> : null;
  };
  const waves = useWaves(deployment.id).data?.items ?? [];
  return (
    <section className="tk-panel" aria-label={t('deployments.delivery.title')}>
      <h2>{t('deployments.delivery.title')}</h2>
      <Facts
        facts={[
          { label: t('deployments.delivery.method'), value: t(`deployments.delivery.${delivery.method}`) },
          {
            label: t('deployments.delivery.maxTargets'),
            value: (
              <>
                {asked.maxTargets === null ? '–' : formats.number(asked.maxTargets)}{' '}
                {ignoredReason('maxTargets')}
              </>
            ),
          },
          {
            label: t('deployments.delivery.maxWait'),
            value: (
              <>
                {asked.maxWaitMinutes === null ? '–' : formats.number(asked.maxWaitMinutes)}{' '}
                {ignoredReason('maxWaitMinutes')}
              </>
            ),
          },
          {
            label: t('deployments.delivery.address'),
            value: (
              <>
                {asked.address ?? '–'} {ignoredReason('address')}
              </>
            ),
          },
          {
            label: t('deployments.group.waves'),
            value:
              waves.length === 0
                ? ''
                : waves.map((wave) => (
                    <div key={wave.id}>
                      {t('deployments.group.waveLine', {
                        count: wave.machineCount,
                        number: formats.number(wave.number),
                        machines: formats.number(wave.machineCount),
                        time: formats.dateTime(wave.startedAt),
                        cause: t(`deployments.waveCauses.${wave.cause}`),
                      })}
                      {wave.startedBy === null ? '' : ` · ${wave.startedBy}`}
                    </div>
                  )),
          },
        ]}
      />
      {warnings.length > 0 ? (
        <ul className="tk-warnings" aria-label={t('whatIf.warnings')}>
          {warnings.map((warning) => (
            <li key={warning.code}>{reasonText(warning)}</li>
          ))}
        </ul>
      ) : null}
      {may('operate') && status !== 'cancelled' ? (
        <div className="tk-panel-body">
          <Button variant="default" onClick={() => setOpen(true)}>
            {t('deployments.delivery.change')}
          </Button>
        </div>
      ) : null}
      {isOpen ? <ChangeDelivery id={deployment.id} before={asked} onClose={() => setOpen(false)} /> : null}
    </section>
  );
}

interface ChangeProps {
  readonly id: string;
  readonly before: DeliverySettings;
  readonly onClose: () => void;
}

function ChangeDelivery({ id, before, onClose }: ChangeProps) {
  const { t } = useTranslation();
  const [value, setValue] = useState(before);
  const change = useChangeDelivery(id);
  return (
    <ConfirmAct
      title={t('deployments.delivery.change')}
      act={t('common.save')}
      size="lg"
      onAct={() => change.mutateAsync(value)}
      onClose={onClose}
    >
      <p>{t('deployments.delivery.changeText')}</p>
      <DeliveryForm value={value} onChange={setValue} />
    </ConfirmAct>
  );
}
