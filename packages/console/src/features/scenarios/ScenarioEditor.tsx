import { Button, Checkbox, Menu, Tabs, Textarea, TextInput } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconIndentDecrease,
  IconIndentIncrease,
  IconListTree,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react';
import type { ScenarioDraft, StepNode } from '@tenkai/domain/scenario/scenario.ts';
import type { ScenarioDetail } from '@tenkai/protocol/api/scenarios.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../ui/Empty.tsx';
import { ProblemList } from '../../ui/ProblemList.tsx';
import '../packages/form/form.css';
import { isStepComplete, newStep, stepKinds } from './new-step.ts';
import { RunFirstField, withRunFirst } from './RunFirstField.tsx';
import { StepActs } from './StepActs.tsx';
import { StepEditor } from './StepEditor.tsx';
import { StepList } from './StepList.tsx';
import { stepIcons } from './step-icons.ts';
import { findStep, insertedAfter, linesOf, moved, withoutStep, withStep } from './step-tree.ts';
import { areVariablesComplete, VariablesField } from './VariablesField.tsx';

interface Props {
  readonly draft: ScenarioDraft;
  readonly problems: ScenarioDetail['problems'];
  readonly onChange: (draft: ScenarioDraft) => void;
  readonly onSave: () => void;
  readonly isSaving: boolean;
  readonly error: unknown;
}

const options = ['restartAtStart', 'restartAfter', 'powerOffAtEnd'] as const;

/** A scenario: steps (パッケージ), variables and options (オプション). */
export function ScenarioEditor({ draft, problems, onChange, onSave, isSaving, error }: Props) {
  const { t } = useTranslation();
  const isComplete =
    draft.name.trim() !== '' &&
    draft.steps.length > 0 &&
    draft.steps.every(isStepComplete) &&
    areVariablesComplete(draft.variables);
  return (
    <div className="tk-stack">
      {error ? <ProblemList error={error} labelOf={(field) => stepNameOf(draft.steps, field)} /> : null}
      <section className="tk-panel tk-panel-body tk-form">
        <TextInput
          label={t('scenarios.name')}
          required
          maxLength={127}
          value={draft.name}
          onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
        />
        <Textarea
          label={t('common.description')}
          autosize
          maxLength={2048}
          value={draft.description}
          onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
        />
      </section>
      <Tabs defaultValue="steps" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="steps">{t('scenarios.tabs.steps')}</Tabs.Tab>
          <Tabs.Tab value="variables">{t('scenarios.tabs.variables')}</Tabs.Tab>
          <Tabs.Tab value="options">{t('scenarios.tabs.options')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="steps" pt="md">
          <Steps
            steps={draft.steps}
            problems={problems}
            onChange={(steps) => onChange({ ...draft, steps })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="variables" pt="md">
          <section className="tk-panel tk-panel-body tk-stack">
            <p className="tk-muted" style={{ margin: 0 }}>
              {t('scenarios.variablesText', { example: variableExample })}
            </p>
            <VariablesField
              value={draft.variables}
              onChange={(variables) => onChange({ ...draft, variables })}
            />
          </section>
        </Tabs.Panel>
        <Tabs.Panel value="options" pt="md">
          <section className="tk-panel tk-panel-body tk-stack">
            {options.map((option) => (
              <Checkbox
                key={option}
                label={t(`scenarios.options.${option}`)}
                description={t(`scenarios.optionTexts.${option}`)}
                checked={draft.options[option]}
                onChange={(event) =>
                  onChange({
                    ...draft,
                    options: { ...draft.options, [option]: event.currentTarget.checked },
                  })
                }
              />
            ))}
            <RunFirstField
              value={draft.options.runFirst}
              onChange={(runFirst) => onChange({ ...draft, options: withRunFirst(draft.options, runFirst) })}
            />
          </section>
        </Tabs.Panel>
      </Tabs>
      <div className="tk-row">
        <Button disabled={!isComplete} loading={isSaving} onClick={onSave}>
          {t('common.save')}
        </Button>
        {isComplete ? null : <span className="tk-muted">{t('scenarios.incomplete')}</span>}
      </div>
    </div>
  );
}

const variableExample = ['$', '{NAME}'].join('');

interface StepsProps {
  readonly steps: readonly StepNode[];
  readonly problems: ScenarioDetail['problems'];
  readonly onChange: (steps: StepNode[]) => void;
}

function Steps({ steps, problems, onChange }: StepsProps) {
  const { t } = useTranslation();
  const [selectedId, setSelectedId] = useState<string | undefined>(steps[0]?.id);
  const selected = selectedId === undefined ? undefined : findStep(steps, selectedId);
  const add = (kind: StepNode['kind']) => {
    const step = newStep(kind, t(`scenarios.kinds.${kind}`));
    onChange(insertedAfter(steps, selected?.id, step));
    setSelectedId(step.id);
  };
  return (
    <div className="tk-scenario">
      <section className="tk-panel" aria-label={t('scenarios.steps')}>
        <div className="tk-panel-body tk-row">
          <Menu position="bottom-start">
            <Menu.Target>
              <Button size="xs" leftSection={<IconPlus size={14} />}>
                {t('scenarios.addStep')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {stepKinds.map((kind) => {
                const Shape = stepIcons[kind];
                return (
                  <Menu.Item
                    key={kind}
                    leftSection={<Shape size={16} stroke={1.6} />}
                    onClick={() => add(kind)}
                  >
                    {t(`scenarios.kinds.${kind}`)}
                  </Menu.Item>
                );
              })}
            </Menu.Dropdown>
          </Menu>
          <StepActs
            isDisabled={!selected}
            acts={[
              { icon: IconArrowUp, label: t('common.moveUp'), act: 'up' },
              { icon: IconArrowDown, label: t('common.moveDown'), act: 'down' },
              { icon: IconIndentIncrease, label: t('scenarios.moveIn'), act: 'in' },
              { icon: IconIndentDecrease, label: t('scenarios.moveOut'), act: 'out' },
              { icon: IconTrash, label: t('common.remove'), act: 'remove' },
            ]}
            onAct={(act) => {
              if (!selected) return;
              onChange(act === 'remove' ? withoutStep(steps, selected.id) : moved(steps, selected.id, act));
            }}
          />
        </div>
        {steps.length === 0 ? (
          <Empty icon={IconListTree} title={t('scenarios.noSteps')} text={t('scenarios.noStepsText')} />
        ) : (
          <StepList
            steps={steps}
            problems={problems}
            selectedId={selected?.id}
            onSelect={setSelectedId}
            onChange={onChange}
          />
        )}
      </section>
      {selected ? (
        <StepEditor
          key={selected.id}
          step={selected}
          problems={problems}
          onChange={(step) => onChange(withStep(steps, step))}
        />
      ) : null}
    </div>
  );
}

/** `step <id>` of the site's answer as the number and name that the list shows. */
function stepNameOf(steps: readonly StepNode[], field: string): string {
  const id = field.replace(/^step /, '');
  const line = linesOf(steps).find(({ node }) => node.id === id);
  return line ? `${line.number} ${line.node.name}` : field;
}
