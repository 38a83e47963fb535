import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { splitProperties } from '@tenkai/domain/assignment/properties.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/Loaded.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { useMay } from '../session/session.queries.ts';
import { useChangeSettings, useSettings } from '../settings/settings.queries.ts';
import { PropertiesField } from './PropertiesField.tsx';
import { propertyProblems } from './push-draft.ts';

/** What every push gives to the agent (AGENT-16). */
export function DefaultProperties() {
  const { t } = useTranslation();
  const query = useSettings();
  return (
    <section className="tk-panel">
      <h2>{t('pushes.siteProperties')}</h2>
      <Loaded query={query}>
        {({ pushProperties }) => <Form key={pushProperties} kept={pushProperties} />}
      </Loaded>
    </section>
  );
}

function Form({ kept }: { readonly kept: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const change = useChangeSettings();
  const [text, setText] = useState(kept);
  const isFixed = !may('manage-site');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const pushProperties = splitProperties(text).join(' ');
    change.mutate(
      { pushProperties },
      { onSuccess: () => notifications.show({ message: t('common.saved') }) },
    );
  };
  return (
    <form className="tk-panel-body tk-stack" onSubmit={submit}>
      {change.error ? <ProblemView error={change.error} /> : null}
      <PropertiesField
        label={t('pushes.fields.siteProperties')}
        description={t('pushes.sitePropertiesText')}
        value={text}
        isFixed={isFixed}
        onChange={setText}
      />
      {isFixed ? null : (
        <div className="tk-row">
          <Button
            type="submit"
            disabled={text.trim() === kept || propertyProblems(text).length > 0}
            loading={change.isPending}
          >
            {t('common.save')}
          </Button>
        </div>
      )}
    </form>
  );
}
