import { Radio, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { PackageSelect } from '../scenarios/PackageSelect.tsx';
import { ProgramSelect } from '../scenarios/ProgramSelect.tsx';
import { ScenarioProblems } from '../scenarios/ScenarioProblems.tsx';
import { useScenario, useScenarios } from '../scenarios/scenarios.queries.ts';
import type { DeploymentPlan } from './new-deployment.ts';

export interface WizardStepProps {
  readonly plan: DeploymentPlan;
  readonly onChange: (part: Partial<DeploymentPlan>) => void;
}

/** A scenario, or one program of one package. */
export function WhatStep({ plan, onChange }: WizardStepProps) {
  const { t } = useTranslation();
  const { subject } = plan;
  const scenarios = useScenarios();
  const chosen = useScenario(
    subject?.kind === 'scenario' && subject.scenarioId ? subject.scenarioId : undefined,
  );
  return (
    <section className="tk-panel tk-panel-body tk-stack">
      {scenarios.error ? <ProblemView error={scenarios.error} /> : null}
      <Radio.Group
        aria-label={t('deployments.steps.what')}
        value={subject?.kind ?? 'scenario'}
        onChange={(kind) =>
          onChange({
            subject:
              kind === 'scenario'
                ? { kind, scenarioId: '' }
                : { kind: 'program', packageId: '', program: null },
          })
        }
      >
        <div className="tk-row" style={{ gap: 20 }}>
          <Radio value="scenario" label={t('deployments.wizard.scenario')} />
          <Radio value="program" label={t('deployments.wizard.program')} />
        </div>
      </Radio.Group>
      {subject?.kind === 'program' ? (
        <>
          <PackageSelect
            value={subject.packageId || null}
            onChange={(packageId) =>
              onChange({ subject: { kind: 'program', packageId: packageId ?? '', program: null } })
            }
          />
          <ProgramSelect
            packageId={subject.packageId || undefined}
            value={subject.program}
            onChange={(program) => onChange({ subject: { ...subject, program } })}
          />
        </>
      ) : (
        <Select
          label={t('deployments.wizard.chooseScenario')}
          searchable
          required
          allowDeselect={false}
          nothingFoundMessage={t('table.noMatch')}
          data={(scenarios.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={subject?.scenarioId || null}
          onChange={(scenarioId) => {
            const row = scenarios.data?.items.find(({ id }) => id === scenarioId);
            const delivery = { ...plan.delivery, method: row?.deliveryMethod ?? 'auto' };
            onChange({ subject: { kind: 'scenario', scenarioId: scenarioId ?? '' }, delivery });
          }}
        />
      )}
      {chosen.data ? (
        <ScenarioProblems problems={chosen.data.problems} steps={chosen.data.draft.steps} />
      ) : null}
    </section>
  );
}
