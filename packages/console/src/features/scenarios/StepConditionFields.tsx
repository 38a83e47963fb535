import { Select, TextInput } from '@mantine/core';
import type { StepCondition } from '@tenkai/domain/scenario/scenario.ts';
import { useTranslation } from 'react-i18next';
import type { LeafChoice } from '../../ui/ConditionTreeEditor.tsx';
import { QueryField } from '../collections/QueryField.tsx';

/** A question that decides whether a step runs. */
export type StepQuestion = Exclude<StepCondition, { kind: 'all' | 'any' | 'not' }>;

interface Props {
  readonly leaf: StepQuestion;
  readonly onChange: (leaf: StepQuestion) => void;
}

const operators = ['=', '!=', 'exists'] as const;

export function useStepQuestions(): LeafChoice<StepQuestion>[] {
  const { t } = useTranslation();
  return [
    { label: t('scenarios.questions.query'), first: { kind: 'query', query: '' } },
    {
      label: t('scenarios.questions.variable'),
      first: { kind: 'variable', name: '', operator: '=', value: '' },
    },
    { label: t('scenarios.questions.previous-step'), first: { kind: 'previous-step', outcome: 'succeeded' } },
  ];
}

export function StepConditionFields({ leaf, onChange }: Props) {
  const { t } = useTranslation();
  if (leaf.kind === 'query') {
    return (
      <div className="tk-form-wide">
        <QueryField
          label={t('scenarios.questions.query')}
          value={leaf.query}
          onChange={(query) => onChange({ ...leaf, query })}
        />
      </div>
    );
  }
  if (leaf.kind === 'previous-step') {
    return (
      <Select
        label={t('scenarios.questions.previous-step')}
        allowDeselect={false}
        data={(['succeeded', 'failed'] as const).map((value) => ({
          value,
          label: t(`runs.outcome.${value}`),
        }))}
        value={leaf.outcome}
        onChange={(outcome) => onChange({ ...leaf, outcome: outcome as typeof leaf.outcome })}
      />
    );
  }
  return (
    <>
      <TextInput
        label={t('scenarios.variable')}
        value={leaf.name}
        onChange={(event) => onChange({ ...leaf, name: event.currentTarget.value })}
      />
      <Select
        label={t('collections.operator')}
        allowDeselect={false}
        data={operators.map((value) => ({ value, label: t(`operators.${value}`) }))}
        value={leaf.operator}
        onChange={(operator) => onChange({ ...leaf, operator: operator as typeof leaf.operator })}
      />
      {leaf.operator === 'exists' ? null : (
        <TextInput
          label={t('collections.value')}
          value={leaf.value}
          onChange={(event) => onChange({ ...leaf, value: event.currentTarget.value })}
        />
      )}
    </>
  );
}
