import { ActionIcon, Button, NumberInput, Select } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { UpdateRing } from '@tenkai/domain/update/policy.ts';
import { useTranslation } from 'react-i18next';
import { useCollections } from '../collections/collections.queries.ts';

interface Props {
  readonly rings: readonly UpdateRing[];
  readonly onChange: (rings: UpdateRing[]) => void;
}

/** Who gets a package first, and when the next ones follow (BAUT-25). */
export function RingsField({ rings, onChange }: Props) {
  const { t } = useTranslation();
  const collections = useCollections().data?.items ?? [];
  const replace = (at: number, more: Partial<UpdateRing>) =>
    onChange(rings.map((ring, index) => (index === at ? { ...ring, ...more } : ring)));
  return (
    <fieldset className="tk-stack" style={{ border: 0, margin: 0, padding: 0 }}>
      <legend>{t('updates.fields.rings')}</legend>
      {rings.map((ring, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rings have no identity but their place
        <div className="tk-row" key={index} style={{ alignItems: 'end' }}>
          <Select
            flex={2}
            label={t('updates.rings.collection')}
            searchable
            data={collections.map(({ id, name }) => ({ value: id, label: name }))}
            value={ring.collectionId || null}
            onChange={(collectionId) => collectionId && replace(index, { collectionId })}
          />
          <NumberInput
            flex={1}
            label={t('updates.rings.successPercent')}
            min={1}
            max={100}
            value={ring.successPercent}
            onChange={(value) => typeof value === 'number' && replace(index, { successPercent: value })}
          />
          <NumberInput
            flex={1}
            label={t('updates.rings.soakMinutes')}
            min={0}
            max={43_200}
            value={ring.soakMinutes}
            onChange={(value) => typeof value === 'number' && replace(index, { soakMinutes: value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            aria-label={t('common.remove')}
            onClick={() => onChange(rings.filter((_, at) => at !== index))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...rings, { collectionId: '', successPercent: 80, soakMinutes: 1440 }])}
        >
          {t('updates.rings.add')}
        </Button>
      </div>
    </fieldset>
  );
}
