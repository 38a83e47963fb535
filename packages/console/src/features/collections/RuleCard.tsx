import { ActionIcon, Select, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { CollectionRule, QueryRule } from '@tenkai/domain/collection/collection.ts';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import { useTranslation } from 'react-i18next';
import { DirectRuleEditor } from './DirectRuleEditor.tsx';
import { QueryField } from './QueryField.tsx';
import './RuleCard.css';

interface Props {
  readonly rule: CollectionRule;
  readonly others: readonly CollectionRow[];
  readonly onChange: (rule: CollectionRule) => void;
  readonly onRemove: () => void;
}

/** One rule of a collection. */
export function RuleCard({ rule, others, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const kind = t(`collections.kinds.${rule.kind}`);
  return (
    <fieldset className="tk-rule">
      <legend>{kind}</legend>
      <ActionIcon
        className="tk-rule-remove"
        variant="subtle"
        color="gray"
        aria-label={t('collections.removeRule', { kind })}
        onClick={onRemove}
      >
        <IconTrash size={16} />
      </ActionIcon>
      {rule.kind === 'query' ? <QueryRuleEditor rule={rule} others={others} onChange={onChange} /> : null}
      {rule.kind === 'direct' ? <DirectRuleEditor rule={rule} onChange={onChange} /> : null}
      {rule.kind === 'include' || rule.kind === 'exclude' ? (
        <Select
          label={t('machines.collection')}
          description={t(`collections.kindTexts.${rule.kind}`)}
          searchable
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          value={rule.collectionId || null}
          onChange={(collectionId) => onChange({ ...rule, collectionId: collectionId ?? '' })}
        />
      ) : null}
    </fieldset>
  );
}

interface QueryProps {
  readonly rule: QueryRule;
  readonly others: readonly CollectionRow[];
  readonly onChange: (rule: CollectionRule) => void;
}

function QueryRuleEditor({ rule, others, onChange }: QueryProps) {
  const { t } = useTranslation();
  return (
    <div className="tk-stack">
      <TextInput
        label={t('collections.ruleName')}
        maxLength={255}
        value={rule.name}
        onChange={(event) => onChange({ ...rule, name: event.currentTarget.value })}
      />
      <QueryField
        label={t('collections.query')}
        value={rule.query}
        onChange={(query) => onChange({ ...rule, query })}
      />
      <Select
        label={t('collections.limitRule')}
        searchable
        clearable
        placeholder={t('collections.noLimit')}
        data={others.map(({ id, name }) => ({ value: id, label: name }))}
        value={rule.limitingCollectionId ?? null}
        onChange={(limitingCollectionId) => onChange({ ...rule, limitingCollectionId })}
      />
    </div>
  );
}
