import { ActionIcon, Button, Select, TagsInput, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { Comparison, ComparisonOperator } from '@tenkai/domain/collection/rule.ts';
import { useTranslation } from 'react-i18next';
import {
  attributeNames,
  type BuiltQuery,
  firstComparison,
  isKeyed,
  operatorsFor,
  withAttribute,
  withOperator,
} from './query-builder.ts';
import './QueryBuilder.css';

interface Props {
  readonly value: BuiltQuery;
  readonly onChange: (value: BuiltQuery) => void;
}

/** Comparisons as rows: attribute, operator, value. */
export function QueryBuilder({ value, onChange }: Props) {
  const { t } = useTranslation();
  const { join, comparisons } = value;
  const replace = (index: number, next: Comparison) =>
    onChange({ join, comparisons: comparisons.map((each, at) => (at === index ? next : each)) });
  return (
    <div className="tk-stack">
      {comparisons.length > 1 ? (
        <Select
          aria-label={t('collections.join')}
          w={230}
          allowDeselect={false}
          data={[
            { value: 'and', label: t('collections.joinAnd') },
            { value: 'or', label: t('collections.joinOr') },
          ]}
          value={join}
          onChange={(next) => onChange({ join: next === 'or' ? 'or' : 'and', comparisons })}
        />
      ) : null}
      {comparisons.map((comparison, index) => (
        <ComparisonRow
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          key={index}
          value={comparison}
          onChange={(next) => replace(index, next)}
          onRemove={() => onChange({ join, comparisons: comparisons.filter((_, at) => at !== index) })}
        />
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange({ join, comparisons: [...comparisons, firstComparison] })}
        >
          {t('collections.addComparison')}
        </Button>
      </div>
    </div>
  );
}

interface RowProps {
  readonly value: Comparison;
  readonly onChange: (value: Comparison) => void;
  readonly onRemove: () => void;
}

function ComparisonRow({ value, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const { attribute, operator, values } = value;
  return (
    <div className="tk-comparison">
      <Select
        aria-label={t('collections.attribute')}
        searchable
        allowDeselect={false}
        data={attributeNames.map((name) => ({
          value: name,
          label: t(`attributes.${name.replaceAll('.', '_')}` as never),
        }))}
        value={attribute.name}
        onChange={(name) => name && onChange(withAttribute(value, name))}
      />
      {isKeyed(attribute.name) ? (
        <TextInput
          aria-label={t('collections.key')}
          placeholder={
            attribute.name === 'property' ? t('machines.propertyName') : t('machines.software.name')
          }
          value={attribute.key ?? ''}
          onChange={(event) =>
            onChange({ ...value, attribute: { ...attribute, key: event.currentTarget.value } })
          }
        />
      ) : null}
      <Select
        aria-label={t('collections.operator')}
        allowDeselect={false}
        data={operatorsFor(attribute.name).map((each) => ({
          value: each,
          label: t(`operators.${each}` as never),
        }))}
        value={operator}
        onChange={(next) => next && onChange(withOperator(value, next as ComparisonOperator))}
      />
      <ValueInput value={value} values={values} onChange={onChange} />
      <ActionIcon variant="subtle" color="gray" size={34} aria-label={t('common.remove')} onClick={onRemove}>
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  );
}

interface ValueProps {
  readonly value: Comparison;
  readonly values: readonly string[];
  readonly onChange: (value: Comparison) => void;
}

function ValueInput({ value, values, onChange }: ValueProps) {
  const { t } = useTranslation();
  if (value.operator === 'exists') return null;
  if (value.operator === 'in') {
    return (
      <TagsInput
        aria-label={t('collections.values')}
        value={values.filter((each) => each !== '')}
        onChange={(next) => onChange({ ...value, values: next.length > 0 ? next : [''] })}
      />
    );
  }
  return (
    <TextInput
      aria-label={t('collections.value')}
      value={values[0] ?? ''}
      onChange={(event) => onChange({ ...value, values: [event.currentTarget.value] })}
    />
  );
}
