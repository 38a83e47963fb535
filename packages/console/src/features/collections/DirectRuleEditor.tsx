import { CloseButton } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import type { CollectionRule, DirectRule } from '@tenkai/domain/collection/collection.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { MachinePicker } from '../machines/MachinePicker.tsx';

interface Props {
  readonly rule: DirectRule;
  readonly onChange: (rule: CollectionRule) => void;
}

/** Of more names than this only the number is shown; the member list has them all. */
const mostNamed = 40;

/** Machines by name (DIST-21). */
export function DirectRuleEditor({ rule, onChange }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const shown = rule.machineIds.slice(0, mostNamed);
  const names = useQueries({
    queries: shown.map((id) => ({
      queryKey: ['machines', 'one', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => call(machineRoutes.get, { params: { id }, signal }),
    })),
  });
  const remove = (gone: string) =>
    onChange({ ...rule, machineIds: rule.machineIds.filter((id) => id !== gone) });
  return (
    <div className="tk-stack">
      <MachinePicker
        label={t('collections.addMachine')}
        onPick={(id) => onChange({ ...rule, machineIds: [...new Set([...rule.machineIds, id])] })}
      />
      <ul className="tk-names tk-list-plain">
        {shown.map((id, index) => {
          const name = names[index]?.data?.name ?? id;
          return (
            <li key={id}>
              <span>
                {name}{' '}
                <CloseButton
                  size="xs"
                  component="button"
                  aria-label={t('collections.removeMachine', { name })}
                  onClick={() => remove(id)}
                />
              </span>
            </li>
          );
        })}
      </ul>
      {rule.machineIds.length > mostNamed ? (
        <p className="tk-muted">
          {t('machines.andMore', { rest: formats.number(rule.machineIds.length - mostNamed) })}
        </p>
      ) : null}
    </div>
  );
}
