import { Button, Stepper } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { useCollections } from '../collections/collections.queries.ts';
import { usePackages } from '../packages/packages.queries.ts';
import { useScenarios } from '../scenarios/scenarios.queries.ts';
import { areVariablesComplete } from '../scenarios/VariablesField.tsx';
import { useCreateDeployment } from './deployments.queries.ts';
import { type DeploymentPlan, isSubjectComplete, newPlan, toDraft } from './new-deployment.ts';
import { WhatIfStep } from './WhatIfStep.tsx';
import { WhatStep } from './WhatStep.tsx';
import { WhenStep } from './WhenStep.tsx';
import { WhereStep } from './WhereStep.tsx';
import { useDeploymentWhatIf } from './what-if.queries.ts';

const route = getRouteApi('/inside/deployments/new');
const steps = ['what', 'where', 'when', 'preview'] as const;
const last = steps.length - 1;

/** What, where, when: then what will happen, and only then the start (BSCN-07). */
export function NewDeploymentPage() {
  const { t } = useTranslation();
  const given = route.useSearch();
  const navigate = route.useNavigate();
  const [plan, setPlan] = useState<DeploymentPlan>(() => planFrom(given));
  const [step, setStep] = useState(() => (given.scenario || given.package ? (given.collection ? 2 : 1) : 0));
  const create = useCreateDeployment();
  const defaultName = useDefaultName(plan);
  const draft = toDraft(plan, defaultName);
  const whatIf = useDeploymentWhatIf(step === last ? draft : undefined);
  const change = (part: Partial<DeploymentPlan>) => setPlan((before) => ({ ...before, ...part }));
  const isComplete = [
    isSubjectComplete(plan.subject),
    plan.collectionId !== undefined,
    areVariablesComplete(plan.variables),
    draft !== undefined,
  ];
  const start = () => {
    if (!draft) return;
    create.mutate(draft, {
      onSuccess: ({ id }) =>
        void navigate({ to: '/deployments/$deploymentId', params: { deploymentId: id } }),
    });
  };
  return (
    <div className="tk-page">
      <PageHeader
        title={t('palette.newDeployment')}
        trail={<Link to="/deployments">{t('nav.deployments')}</Link>}
      />
      <Stepper active={step} onStepClick={setStep} size="sm">
        {steps.map((each, index) => (
          <Stepper.Step
            key={each}
            label={t(`deployments.steps.${each}`)}
            allowStepSelect={isComplete.slice(0, index).every(Boolean)}
          />
        ))}
      </Stepper>
      {step === 0 ? <WhatStep plan={plan} onChange={change} /> : null}
      {step === 1 ? <WhereStep plan={plan} onChange={change} /> : null}
      {step === 2 ? <WhenStep plan={plan} onChange={change} defaultName={defaultName} /> : null}
      {step === last ? <WhatIfStep draft={draft} query={whatIf} /> : null}
      {create.error ? <ProblemView error={create.error} /> : null}
      <div className="tk-row">
        {step > 0 ? (
          <Button variant="default" onClick={() => setStep(step - 1)}>
            {t('common.back')}
          </Button>
        ) : null}
        {step < last ? (
          <Button disabled={!isComplete[step]} onClick={() => setStep(step + 1)}>
            {t('common.next')}
          </Button>
        ) : (
          <Button disabled={!draft || !whatIf.data} loading={create.isPending} onClick={start}>
            {t('deployments.wizard.start')}
          </Button>
        )}
      </div>
    </div>
  );
}

function planFrom(given: { scenario?: string; package?: string; collection?: string }): DeploymentPlan {
  return {
    ...newPlan,
    subject: given.scenario
      ? { kind: 'scenario', scenarioId: given.scenario }
      : given.package
        ? { kind: 'program', packageId: given.package, program: null }
        : undefined,
    collectionId: given.collection,
  };
}

/** `nginx 1.24 to Web servers`, until the user writes a name. */
function useDefaultName({ subject, collectionId }: DeploymentPlan): string {
  const { t } = useTranslation();
  const scenarios = useScenarios().data?.items ?? [];
  const packages = usePackages().data?.items ?? [];
  const collections = useCollections().data?.items ?? [];
  const subjectName =
    subject?.kind === 'scenario'
      ? scenarios.find(({ id }) => id === subject.scenarioId)?.name
      : packages.find(({ id }) => id === subject?.packageId)?.displayName;
  const collectionName = collections.find(({ id }) => id === collectionId)?.name;
  return t('deployments.wizard.defaultName', {
    subject: subjectName ?? '…',
    collection: collectionName ?? '…',
  });
}
