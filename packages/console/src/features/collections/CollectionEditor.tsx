import { Button, Menu, Select, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { CollectionRule } from '@tenkai/domain/collection/collection.ts';
import type { CollectionDraft } from '@tenkai/protocol/api/collections.ts';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { CollectionPreview } from './CollectionPreview.tsx';
import { useCollections } from './collections.queries.ts';
import { emptyRule, isComplete } from './draft.ts';
import { RuleCard } from './RuleCard.tsx';

interface Props {
  /** Undefined: a new collection. */
  readonly id?: string;
  readonly draft: CollectionDraft;
  readonly onChange: (draft: CollectionDraft) => void;
  readonly onSave: () => void;
  readonly isSaving: boolean;
  readonly error: unknown;
}

const ruleKinds = ['query', 'direct', 'include', 'exclude'] as const;
const doNotLimit = '';

/** Name, limit and rules of a collection, with the members that they would make beside them. */
export function CollectionEditor({ id, draft, onChange, onSave, isSaving, error }: Props) {
  const { t } = useTranslation();
  const collections = useCollections();
  const others = (collections.data?.items ?? []).filter((each) => each.id !== id);
  const setRules = (rules: CollectionRule[]) => onChange({ ...draft, rules });
  return (
    <div className="tk-columns">
      <section className="tk-panel" aria-label={t('collections.rules')}>
        <div className="tk-panel-body tk-stack">
          {error ? <ProblemView error={error} /> : null}
          <TextInput
            label={t('common.name')}
            required
            maxLength={127}
            value={draft.name}
            onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
          />
          <Textarea
            label={t('common.description')}
            autosize
            maxLength={2048}
            value={draft.description ?? ''}
            onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
          />
          <Select
            label={t('collections.limit')}
            description={t('collections.limitText')}
            searchable
            allowDeselect={false}
            data={[
              { value: doNotLimit, label: t('collections.noLimit') },
              ...others.map((each) => ({ value: each.id, label: each.name })),
            ]}
            value={draft.limitingCollectionId ?? doNotLimit}
            onChange={(limit) => onChange({ ...draft, limitingCollectionId: limit || null })}
          />
          <h3 className="tk-subtitle">{t('collections.rules')}</h3>
          {draft.rules.length === 0 ? <p className="tk-muted">{t('collections.noRules')}</p> : null}
          {draft.rules.map((rule, index) => (
            <RuleCard
              // biome-ignore lint/suspicious/noArrayIndexKey: rules have no identity but their place
              key={`${index} ${rule.kind}`}
              rule={rule}
              others={others}
              onChange={(next) => setRules(draft.rules.map((each, at) => (at === index ? next : each)))}
              onRemove={() => setRules(draft.rules.filter((_, at) => at !== index))}
            />
          ))}
          <div className="tk-row">
            <Menu position="bottom-start">
              <Menu.Target>
                <Button variant="default" leftSection={<IconPlus size={16} />}>
                  {t('collections.addRule')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {ruleKinds.map((kind) => (
                  <Menu.Item
                    key={kind}
                    onClick={() =>
                      setRules([
                        ...draft.rules,
                        emptyRule(kind, t('collections.queryName', { n: draft.rules.length + 1 })),
                      ])
                    }
                  >
                    {t(`collections.kinds.${kind}`)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            <Button disabled={!isComplete(draft)} loading={isSaving} onClick={onSave} ml="auto">
              {t('common.save')}
            </Button>
          </div>
        </div>
      </section>
      <CollectionPreview draft={draft} id={id} />
    </div>
  );
}
