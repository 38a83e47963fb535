import { Link } from '@tanstack/react-router';
import type { TimingDraft } from '@tenkai/domain/scenario/run-settings.ts';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Facts } from '../../ui/Facts.tsx';
import { When } from '../../ui/When.tsx';
import { collectionName } from '../collections/collection-name.ts';
import { describeSchedule } from '../schedules/describe-schedule.ts';
import { DeliveryPanel } from './DeliveryPanel.tsx';

/** What was decided about a deployment, and the waves in which its machines began. */
export function DeploymentSettings({ deployment }: { readonly deployment: DeploymentRow }) {
  return (
    <div className="tk-stack">
      <Decided deployment={deployment} />
      <DeliveryPanel deployment={deployment} />
    </div>
  );
}

function Decided({ deployment }: { readonly deployment: DeploymentRow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { draft } = deployment;
  const yesNo = (value: boolean) => (value ? t('common.yes') : t('common.no'));
  return (
    <section className="tk-panel">
      <Facts
        facts={[
          {
            label: t('deployments.columns.subject'),
            value:
              draft.subject.kind === 'scenario' ? (
                <Link to="/scenarios/$scenarioId" params={{ scenarioId: draft.subject.scenarioId }}>
                  {deployment.subjectName}
                </Link>
              ) : (
                <Link to="/packages/$packageId" params={{ packageId: draft.subject.packageId }}>
                  {deployment.subjectName}
                </Link>
              ),
          },
          {
            label: t('deployments.columns.collection'),
            value: collectionName(t, { id: deployment.draft.collectionId, name: deployment.collectionName }),
          },
          { label: t('deployments.wizard.purpose'), value: t(`deployments.${draft.purpose}`) },
          {
            label: t('deployments.wizard.schedule'),
            value: describeSchedule(t, formats, draft.schedule),
          },
          ...timingFacts(t, draft),
          { label: t('deployments.wizard.respectsWindows'), value: yesNo(draft.respectsWindows) },
          {
            label: t('deployments.wizard.concurrency'),
            value: draft.concurrency === null ? '–' : formats.number(draft.concurrency),
          },
          { label: t('deployments.wizard.wakesMachines'), value: yesNo(draft.wakesMachines) },
          { label: t('deployments.wizard.retries'), value: draft.retries },
          {
            label: t('deployments.wizard.variables'),
            value: draft.variables.map(({ name, value }) => (
              <div key={name} className="tk-mono">
                {name}={value}
              </div>
            )),
          },
          {
            label: t('common.created'),
            value: (
              <>
                <When at={deployment.createdAt} /> · {deployment.createdBy}
              </>
            ),
          },
        ]}
      />
    </section>
  );
}

/** What the deployment says itself; the rest is the scenario's. */
function timingFacts(t: TFunction, draft: TimingDraft) {
  const {
    timing = 'after-delivery',
    restartAtStart,
    restartAfter,
    powerOffAtEnd,
    restartPostponement,
  } = draft;
  const yesNo = (value: boolean | undefined) =>
    value === undefined ? t('deployments.timing.byScenario') : value ? t('common.yes') : t('common.no');
  const powerOff =
    powerOffAtEnd === undefined
      ? t('deployments.timing.byScenario')
      : t(`deployments.timing.powerOffs.${powerOffAtEnd}`);
  return [
    { label: t('deployments.timing.title'), value: t(`deployments.timing.${timing}`) },
    { label: t('deployments.timing.restartAtStart'), value: yesNo(restartAtStart) },
    { label: t('deployments.timing.restartAfter'), value: yesNo(restartAfter) },
    { label: t('deployments.timing.powerOffAtEnd'), value: powerOff },
    { label: t('deployments.timing.postponement'), value: postponementText(t, restartPostponement) },
  ];
}

function postponementText(t: TFunction, postponement: TimingDraft['restartPostponement']): string {
  if (postponement === undefined) return t('deployments.timing.byScenario');
  if (postponement === null) return t('deployments.timing.postponementNo');
  return t('deployments.timing.postponementLimits', { count: postponement.times, hours: postponement.hours });
}
