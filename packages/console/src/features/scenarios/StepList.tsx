import { IconAlertTriangle, IconCircleX, IconGripVertical } from '@tabler/icons-react';
import type { StepNode } from '@tenkai/domain/scenario/scenario.ts';
import type { ScenarioDetail } from '@tenkai/protocol/api/scenarios.ts';
import { type DragEvent, type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './StepList.css';
import { stepIcons } from './step-icons.ts';
import { type Direction, type DropPlace, dropped, linesOf, moved, type StepLine } from './step-tree.ts';

interface Props {
  readonly steps: readonly StepNode[];
  readonly problems: ScenarioDetail['problems'];
  readonly selectedId: string | undefined;
  readonly onSelect: (id: string) => void;
  readonly onChange: (steps: StepNode[]) => void;
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowRight: 'in',
  ArrowLeft: 'out',
};

/** The steps in order; moved by dragging, or with Alt and the arrow keys. */
export function StepList({ steps, problems, selectedId, onSelect, onChange }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const [dragged, setDragged] = useState<string>();
  const [target, setTarget] = useState<{ id: string; place: DropPlace }>();
  const lines = linesOf(steps);
  const focus = (id: string) =>
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-step="${id}"]`)?.focus());
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const id = lines[index]?.node.id ?? '';
    const direction = directions[event.key];
    if (direction === undefined) return;
    if (event.altKey) {
      event.preventDefault();
      onChange(moved(steps, id, direction));
      focus(id);
      return;
    }
    const next = lines[direction === 'up' ? index - 1 : index + 1];
    if ((direction !== 'up' && direction !== 'down') || !next) return;
    event.preventDefault();
    onSelect(next.node.id);
    focus(next.node.id);
  };
  const drop = () => {
    if (dragged && target) onChange(dropped(steps, dragged, target.id, target.place));
    setDragged(undefined);
    setTarget(undefined);
  };
  const activeId = selectedId ?? lines[0]?.node.id;
  return (
    <ul className="tk-steps" ref={list} aria-label={t('scenarios.steps')}>
      {lines.map((line, index) => (
        <li key={line.node.id}>
          <button
            type="button"
            draggable
            data-step={line.node.id}
            data-drop={target?.id === line.node.id ? target.place : undefined}
            tabIndex={line.node.id === activeId ? 0 : -1}
            aria-current={line.node.id === selectedId ? 'true' : undefined}
            className="tk-step"
            style={{ paddingInlineStart: 8 + line.depth * 20 }}
            onClick={() => onSelect(line.node.id)}
            onKeyDown={(event) => onKeyDown(event, index)}
            onDragStart={() => setDragged(line.node.id)}
            onDragOver={(event) => {
              event.preventDefault();
              setTarget({ id: line.node.id, place: placeOf(event, line) });
            }}
            onDrop={drop}
            onDragEnd={drop}
          >
            <StepContent line={line} problems={problems} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function StepContent({ line, problems }: { readonly line: StepLine; readonly problems: Props['problems'] }) {
  const { t } = useTranslation();
  const { node, number } = line;
  const Shape = stepIcons[node.kind];
  const own = problems.filter(({ stepId }) => stepId === node.id);
  const isWrong = own.some(({ severity }) => severity === 'error');
  return (
    <>
      <IconGripVertical size={14} className="tk-step-grip" aria-hidden="true" />
      <span className="tk-muted">{number}</span>
      <Shape size={16} stroke={1.6} aria-hidden="true" />
      <span className="tk-step-name">{node.name || '–'}</span>
      <span className="tk-muted tk-step-kind">{t(`scenarios.kinds.${node.kind}`)}</span>
      {node.condition ? <span className="tk-step-if">{t('scenarios.if')}</span> : null}
      {isWrong ? (
        <IconCircleX size={16} className="tk-state-failed" aria-label={t('severity.error')} />
      ) : own.length > 0 ? (
        <IconAlertTriangle size={16} className="tk-state-waiting" aria-label={t('severity.warning')} />
      ) : null}
    </>
  );
}

/** The upper third of a line is before it, the lower third behind; the middle of a group is inside. */
function placeOf(event: DragEvent<HTMLElement>, { node }: StepLine): DropPlace {
  const { top, height } = event.currentTarget.getBoundingClientRect();
  const fraction = (event.clientY - top) / height;
  if (node.kind === 'group' && fraction > 0.3 && fraction < 0.7) return 'inside';
  return fraction < 0.5 ? 'before' : 'after';
}
