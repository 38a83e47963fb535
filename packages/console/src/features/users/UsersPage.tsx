import { Button } from '@mantine/core';
import { IconPlus, IconUserOff, IconUsers } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { UserView } from '@tenkai/protocol/api/users.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { When } from '../../ui/When.tsx';
import { UserDialog } from './UserDialog.tsx';
import { useUserList } from './users.queries.ts';

const route = getRouteApi('/inside/users');

/** Who may do what, and on which machines (BCON-22). */
export function UsersPage() {
  const { t } = useTranslation();
  const { search = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const [edited, setEdited] = useState<UserView | 'new'>();
  const source = listSource(useUserList(search));
  const columns = useMemo(() => userColumns(t), [t]);
  const change = useCallback(
    (text: string) => void navigate({ search: text ? { search: text } : {}, replace: true }),
    [navigate],
  );
  const open = useCallback((user: UserView) => setEdited(user), []);
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.users')}
        actions={
          <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
            {t('users.new')}
          </Button>
        }
      />
      <DataTable
        label={t('nav.users')}
        storageKey="users"
        source={source}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={open}
        filters={<SearchBox value={search} label={t('session.name')} onChange={change} />}
        empty={<Empty icon={IconUsers} title={t('table.noMatch')} />}
      />
      {edited ? (
        <UserDialog user={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      ) : null}
    </div>
  );
}

const idOf = (row: UserView) => row.id;
const nameOf = (row: UserView) => row.name;

function userColumns(t: TFunction): Column<UserView>[] {
  return [
    {
      id: 'name',
      header: t('session.name'),
      meta: { min: 150, grow: 1, isFixed: true },
      cell: ({ row }) => row.original.name,
    },
    {
      id: 'displayName',
      header: t('users.displayName'),
      meta: { min: 150, grow: 1 },
      cell: ({ row }) => row.original.displayName,
    },
    {
      id: 'role',
      header: t('session.role'),
      meta: { min: 110, grow: 0 },
      cell: ({ row }) => t(`roles.${row.original.role}`),
    },
    {
      id: 'scope',
      header: t('session.scope'),
      meta: { min: 200, grow: 1 },
      cell: ({ row }) => {
        const { collectionScope } = row.original;
        return collectionScope === null
          ? t('session.scopeAll')
          : t('session.scopeSome', { count: collectionScope.length });
      },
    },
    {
      id: 'state',
      header: t('users.state'),
      meta: { min: 150, grow: 0 },
      cell: ({ row }) => <UserState user={row.original} />,
    },
    {
      id: 'lastSignIn',
      header: t('session.lastSignIn'),
      meta: { min: 120, grow: 0 },
      cell: ({ row }) => <When at={row.original.lastSignInAt} />,
    },
  ];
}

function UserState({ user }: { readonly user: UserView }) {
  const { t } = useTranslation();
  if (user.isDisabled) return <StateLabel kind="neutral" icon={IconUserOff} text={t('users.disabled')} />;
  if (!user.hasPassword) return <StateLabel kind="waiting" text={t('users.noPassword')} />;
  return <StateLabel kind="succeeded" text={t('users.enabled')} />;
}
