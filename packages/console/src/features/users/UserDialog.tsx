import { Button, MultiSelect, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import type { Role } from '@tenkai/protocol/api/permissions.ts';
import type { UserView } from '@tenkai/protocol/api/users.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { SecretOnce } from '../../ui/SecretOnce.tsx';
import { useCollections } from '../collections/collections.queries.ts';
import { DeleteUser } from './DeleteUser.tsx';
import { useChangeUser, useCreateUser, useSetPassword, useSignInLink } from './users.queries.ts';

interface Props {
  /** Undefined: a new user. */
  readonly user: UserView | undefined;
  readonly onClose: () => void;
}

const roles: readonly Role[] = ['administrator', 'operator', 'viewer'];
const shortestPassword = 12;

/** A user: role, scope, and the ways in. */
export function UserDialog({ user, onClose }: Props) {
  const { t } = useTranslation();
  const collections = useCollections();
  const create = useCreateUser();
  const change = useChangeUser(user?.id ?? '');
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState(user?.displayName ?? '');
  const [role, setRole] = useState<Role>(user?.role ?? 'operator');
  const [scope, setScope] = useState(user?.collectionScope ?? null);
  const [isDisabled, setDisabled] = useState(user?.isDisabled ?? false);
  const [password, setPassword] = useState('');
  const isTooShort = password !== '' && password.length < shortestPassword;
  const save = async () => {
    if (user) {
      await change.mutateAsync({ displayName, role, collectionScope: scope, isDisabled });
    } else {
      await create.mutateAsync({
        name: name.trim(),
        displayName,
        role,
        collectionScope: scope,
        ...(password ? { password } : {}),
      });
    }
  };
  return (
    <ConfirmAct
      title={user ? user.name : t('users.new')}
      act={t('common.save')}
      isDisabled={(!user && name.trim() === '') || isTooShort || scope?.length === 0}
      onAct={save}
      onClose={onClose}
    >
      {user ? null : (
        <TextInput
          label={t('session.name')}
          description={t('users.nameRule')}
          required
          data-autofocus
          autoComplete="off"
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <TextInput
        label={t('users.displayName')}
        maxLength={100}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <Select
        label={t('session.role')}
        description={t(`users.roleTexts.${role}`)}
        allowDeselect={false}
        data={roles.map((value) => ({ value, label: t(`roles.${value}`) }))}
        value={role}
        onChange={(value) => setRole(value as Role)}
      />
      <Switch
        label={t('session.scopeAll')}
        checked={scope === null}
        onChange={(event) => setScope(event.currentTarget.checked ? null : [])}
      />
      {scope === null ? null : (
        <MultiSelect
          label={t('users.scope')}
          description={t('users.scopeText')}
          searchable
          data={(collections.data?.items ?? []).map(({ id, name: label }) => ({ value: id, label }))}
          value={scope}
          onChange={setScope}
        />
      )}
      {user ? (
        <>
          <Switch
            label={t('users.mayEnter')}
            checked={!isDisabled}
            onChange={(event) => setDisabled(!event.currentTarget.checked)}
          />
          <WaysIn user={user} onDeleted={onClose} />
        </>
      ) : (
        <PasswordInput
          label={`${t('session.password')} (${t('common.optional')})`}
          description={t('users.passwordText')}
          autoComplete="new-password"
          error={isTooShort ? t('session.passwordRule', { count: shortestPassword }) : null}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
        />
      )}
    </ConfirmAct>
  );
}

/** A one-time link, a new password, or the end of the user. */
function WaysIn({ user, onDeleted }: { readonly user: UserView; readonly onDeleted: () => void }) {
  const { t } = useTranslation();
  const link = useSignInLink(user.id);
  const setUserPassword = useSetPassword(user.id);
  const [password, setPassword] = useState('');
  const [isDeleting, setDeleting] = useState(false);
  const isShort = password.length < shortestPassword;
  return (
    <>
      <div className="tk-row" style={{ alignItems: 'flex-end' }}>
        <PasswordInput
          flex={1}
          label={t('session.newPassword')}
          autoComplete="new-password"
          value={password}
          error={password !== '' && isShort ? t('session.passwordRule', { count: shortestPassword }) : null}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
        />
        <Button
          variant="default"
          disabled={isShort}
          loading={setUserPassword.isPending}
          onClick={() => setUserPassword.mutate(password, { onSuccess: () => setPassword('') })}
        >
          {t('users.setPassword')}
        </Button>
      </div>
      {setUserPassword.isSuccess ? <p role="status">{t('users.passwordSet')}</p> : null}
      {setUserPassword.error ? <ProblemView error={setUserPassword.error} /> : null}
      <div className="tk-row">
        <Button variant="default" loading={link.isPending} onClick={() => link.mutate()}>
          {t('users.makeLink')}
        </Button>
        <Button variant="default" onClick={() => setDeleting(true)}>
          {t('users.delete')}
        </Button>
      </div>
      {link.error ? <ProblemView error={link.error} /> : null}
      {link.data ? (
        <SecretOnce label={t('users.linkText')} secret={`${location.origin}${link.data.path}`} />
      ) : null}
      {isDeleting ? (
        <DeleteUser user={user} onDeleted={onDeleted} onClose={() => setDeleting(false)} />
      ) : null}
    </>
  );
}
