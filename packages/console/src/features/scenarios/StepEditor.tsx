import { Checkbox, TextInput } from '@mantine/core';
import type { StepCondition, StepNode } from '@tenkai/domain/scenario/scenario.ts';
import type { ScenarioDetail } from '@tenkai/protocol/api/scenarios.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { ConditionTreeEditor } from '../../ui/ConditionTreeEditor.tsx';
import { SeverityLabel } from '../status/SeverityLabel.tsx';
import { StepConditionFields, type StepQuestion, useStepQuestions } from './StepConditionFields.tsx';
import { StepFields } from './StepFields.tsx';

interface Props {
  readonly step: StepNode;
  readonly problems: ScenarioDetail['problems'];
  readonly onChange: (step: StepNode) => void;
}

/** One step: its name, what its kind needs, when it runs, and what is wrong with it. */
export function StepEditor({ step, problems, onChange }: Props) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  const choices = useStepQuestions();
  return (
    <section className="tk-panel" aria-label={t('scenarios.step')}>
      <h2>{t(`scenarios.kinds.${step.kind}`)}</h2>
      <div className="tk-panel-body tk-stack">
        {problems
          .filter(({ stepId }) => stepId === step.id)
          .map((problem) => (
            <p key={problem.code} style={{ margin: 0 }}>
              <SeverityLabel severity={problem.severity === 'error' ? 'error' : 'warning'} />{' '}
              {reasonText(problem)}
            </p>
          ))}
        <TextInput
          label={t('common.name')}
          required
          maxLength={127}
          value={step.name}
          onChange={(event) => onChange({ ...step, name: event.currentTarget.value })}
        />
        <StepFields step={step} onChange={onChange} />
        <Checkbox
          label={t('scenarios.continueOnError')}
          description={t('scenarios.continueOnErrorText')}
          checked={step.continueOnError === true}
          onChange={(event) => onChange({ ...step, continueOnError: event.currentTarget.checked })}
        />
        <h3 className="tk-form-section">{t('scenarios.condition')}</h3>
        <ConditionTreeEditor<StepQuestion>
          value={step.condition ?? null}
          onChange={(condition) => onChange(withCondition(step, condition as StepCondition | null))}
          choices={choices}
          renderLeaf={(leaf, change) => <StepConditionFields leaf={leaf} onChange={change} />}
        />
      </div>
    </section>
  );
}

function withCondition(step: StepNode, condition: StepCondition | null): StepNode {
  const { condition: _before, ...rest } = step;
  return (condition === null ? rest : { ...rest, condition }) as StepNode;
}
