import { ActionIcon, Button, Menu, Select } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { asGroup, type ConditionTree, type GroupKind, groupKinds, withParts } from './condition-tree.ts';
import './ConditionTreeEditor.css';

export interface LeafChoice<L> {
  readonly label: string;
  /** What the question begins with. */
  readonly first: L;
}

interface Shared<L> {
  readonly choices: readonly LeafChoice<L>[];
  readonly renderLeaf: (leaf: L, onChange: (leaf: L) => void) => ReactNode;
}

interface Props<L> extends Shared<L> {
  /** Null: no condition. */
  readonly value: ConditionTree<L> | null;
  readonly onChange: (value: ConditionTree<L> | null) => void;
}

/** Conditions joined freely by *all*, *any* and *none* (BPKG-51). */
export function ConditionTreeEditor<L extends { kind: string }>({ value, onChange, ...shared }: Props<L>) {
  const { t } = useTranslation();
  if (value !== null) return <Node {...shared} value={value} onChange={onChange} />;
  return (
    <div className="tk-stack">
      <p className="tk-muted tk-condition-none">{t('conditions.none')}</p>
      <AddPart choices={shared.choices} onAdd={onChange} />
    </div>
  );
}

interface NodeProps<L> extends Shared<L> {
  readonly value: ConditionTree<L>;
  readonly onChange: (value: ConditionTree<L> | null) => void;
}

function Node<L extends { kind: string }>({ value, onChange, ...shared }: NodeProps<L>) {
  const { t } = useTranslation();
  const group = asGroup<L>(value);
  const remove = (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={t('conditions.remove')}
      onClick={() => onChange(null)}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
  if (!group) {
    return (
      <div className="tk-condition">
        <div className="tk-form">{shared.renderLeaf(value as L, onChange)}</div>
        <div className="tk-row">
          {remove}
          <Button size="compact-sm" variant="default" onClick={() => onChange(withParts('all', [value]))}>
            {t('conditions.combine')}
          </Button>
        </div>
      </div>
    );
  }
  const setPart = (index: number, part: ConditionTree<L> | null) => {
    const parts = group.parts.flatMap((each, at) => (at === index ? (part ? [part] : []) : [each]));
    onChange(parts.length === 0 ? null : withParts(group.kind, parts));
  };
  return (
    <div className="tk-condition">
      <div className="tk-row">
        <Select
          aria-label={t('conditions.group')}
          w={240}
          allowDeselect={false}
          data={groupKinds.map((kind) => ({ value: kind, label: t(`conditions.groups.${kind}`) }))}
          value={group.kind}
          onChange={(kind) => onChange(withParts(kind as GroupKind, group.parts))}
        />
        {remove}
      </div>
      {group.parts.map((part, index) => (
        <Node<L>
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          key={index}
          {...shared}
          value={part}
          onChange={(next) => setPart(index, next)}
        />
      ))}
      <AddPart
        choices={shared.choices}
        onAdd={(part) => onChange(withParts(group.kind, [...group.parts, part]))}
      />
    </div>
  );
}

interface AddProps<L> {
  readonly choices: readonly LeafChoice<L>[];
  readonly onAdd: (part: ConditionTree<L>) => void;
}

function AddPart<L>({ choices, onAdd }: AddProps<L>) {
  const { t } = useTranslation();
  const [first] = choices;
  return (
    <div>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />}>
            {t('conditions.add')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {choices.map((choice) => (
            <Menu.Item key={choice.label} onClick={() => onAdd(choice.first)}>
              {choice.label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => first && onAdd(withParts('any', [first.first]))}>
            {t('conditions.addGroup')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
