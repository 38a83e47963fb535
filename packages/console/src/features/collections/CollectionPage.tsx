import { Button, Tabs } from '@mantine/core';
import { IconRocket, IconTrash } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { When } from '../../ui/When.tsx';
import { useMay } from '../session/session.queries.ts';
import { CollectionExplain } from './CollectionExplain.tsx';
import { CollectionMembers } from './CollectionMembers.tsx';
import { CollectionRules } from './CollectionRules.tsx';
import { CollectionWindows } from './CollectionWindows.tsx';
import { useCollection } from './collections.queries.ts';
import { RemoveCollection } from './RemoveCollection.tsx';

const route = getRouteApi('/inside/collections/$collectionId');
const tabs = ['members', 'rules', 'windows', 'explain'] as const;

export function CollectionPage() {
  const { collectionId } = route.useParams();
  const query = useCollection(collectionId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(collection) => <Content collection={collection} />}</Loaded>
    </div>
  );
}

function Content({ collection }: { readonly collection: CollectionRow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const { tab = 'members' } = route.useSearch();
  const navigate = route.useNavigate();
  const [isRemoving, setRemoving] = useState(false);
  return (
    <>
      <PageHeader
        title={collection.name}
        trail={<Link to="/collections">{t('nav.collections')}</Link>}
        note={
          <>
            <span>
              {formats.number(collection.memberCount)}{' '}
              {t('collections.members', { count: collection.memberCount })}
            </span>
            <span>
              {t('collections.evaluated')} <When at={collection.evaluatedAt} />
            </span>
            {collection.description ? <span>{collection.description}</span> : null}
          </>
        }
        actions={
          <>
            {may('operate') ? (
              <ButtonLink
                to="/deployments/new"
                search={{ collection: collection.id }}
                leftSection={<IconRocket size={16} />}
              >
                {t('machines.acts.deploy')}
              </ButtonLink>
            ) : null}
            {may('manage-collections') && !collection.isBuiltIn ? (
              <Button
                variant="default"
                leftSection={<IconTrash size={16} />}
                onClick={() => setRemoving(true)}
              >
                {t('common.delete')}
              </Button>
            ) : null}
          </>
        }
      />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({ search: { tab: tabs.find((each) => each === next) ?? 'members' }, replace: true })
        }
      >
        <Tabs.List>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`collections.tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="members" pt="md" className="tk-tab-fill">
          <CollectionMembers collection={collection} />
        </Tabs.Panel>
        <Tabs.Panel value="rules" pt="md">
          <CollectionRules key={collection.revision} collection={collection} />
        </Tabs.Panel>
        <Tabs.Panel value="windows" pt="md">
          <CollectionWindows collectionId={collection.id} />
        </Tabs.Panel>
        <Tabs.Panel value="explain" pt="md">
          <CollectionExplain collection={collection} />
        </Tabs.Panel>
      </Tabs>
      {isRemoving ? <RemoveCollection collection={collection} onClose={() => setRemoving(false)} /> : null}
    </>
  );
}
