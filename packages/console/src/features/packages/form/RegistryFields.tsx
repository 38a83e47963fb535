import { Select, TextInput } from '@mantine/core';
import type { RegistryOperator, RegistryRule, RegistryView } from '@tenkai/domain/software/registry-rule.ts';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly rule: RegistryRule;
  readonly error?: string | null | undefined;
  readonly onChange: (rule: RegistryRule) => void;
}

const types = ['REG_SZ', 'REG_EXPAND_SZ', 'REG_MULTI_SZ', 'REG_DWORD', 'REG_QWORD', 'REG_BINARY'];
const operators = ['exists', 'missing', '=', '!=', '<', '<=', '>', '>='] as const;
const bothViews = 'both';
const views = [bothViews, '64', '32'] as const;

/** キー名, 名前, データ, Type, condition and view of a question to the registry (BPKG-48, BPKG-50). */
export function RegistryFields({ rule, error, onChange }: Props) {
  const { t } = useTranslation();
  const operator = rule.operator ?? 'exists';
  const isCompared = operator !== 'exists' && operator !== 'missing';
  const isUnfinished = rule.key === '' || (isCompared && !rule.data);
  const set = (part: Partial<Record<keyof RegistryRule, string>>) => onChange(ruleOf({ ...rule, ...part }));
  const mayLack = (label: string) => (isCompared ? label : `${label} (${t('common.optional')})`);
  return (
    <>
      <TextInput
        className="tk-form-wide"
        label={t('packages.condition.registryKey')}
        required
        maxLength={1024}
        spellCheck={false}
        error={isUnfinished ? null : error}
        value={rule.key}
        onChange={(event) => set({ key: event.currentTarget.value })}
      />
      <TextInput
        label={mayLack(t('packages.condition.registryName'))}
        required={isCompared}
        maxLength={1024}
        spellCheck={false}
        value={rule.name ?? ''}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Select
        label={t('packages.condition.condition')}
        allowDeselect={false}
        data={operators.map((value) => ({
          value,
          label: t(`packages.condition.operators.${value}` as never),
        }))}
        value={operator}
        onChange={(next) => set({ operator: next as RegistryOperator })}
      />
      <TextInput
        label={mayLack(t('packages.condition.registryData'))}
        required={isCompared}
        maxLength={8192}
        spellCheck={false}
        {...(isCompared ? { description: t('packages.condition.comparing') } : {})}
        value={rule.data ?? ''}
        onChange={(event) => set({ data: event.currentTarget.value })}
      />
      <Select
        label={`${t('packages.condition.registryType')} (${t('common.optional')})`}
        clearable
        data={types}
        value={rule.type ?? null}
        onChange={(type) => set({ type: type ?? '' })}
      />
      <Select
        label={t('packages.condition.view')}
        allowDeselect={false}
        data={views.map((value) => ({ value, label: t(`packages.condition.views.${value}` as never) }))}
        value={rule.view ?? bothViews}
        onChange={(view) => set({ view: view === bothViews ? '' : (view as RegistryView) })}
      />
    </>
  );
}

/** What is empty is not written, nor what says no more than its absence. */
function ruleOf({ key, ...optional }: Partial<Record<keyof RegistryRule, string>>): RegistryRule {
  const given = Object.entries(optional).filter(([name, value]) =>
    name === 'operator'
      ? value !== 'exists'
      : ['name', 'data', 'type', 'view'].includes(name) && value !== '',
  );
  return { key: key ?? '', ...(Object.fromEntries(given) as Omit<RegistryRule, 'key'>) };
}
