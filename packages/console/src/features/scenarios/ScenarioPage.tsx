import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRocket, IconTrash } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ScenarioDetail } from '@tenkai/protocol/api/scenarios.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { When } from '../../ui/When.tsx';
import { useMay } from '../session/session.queries.ts';
import { ScenarioEditor } from './ScenarioEditor.tsx';
import { ScenarioProblems } from './ScenarioProblems.tsx';
import { useRemoveScenario, useScenario, useUpdateScenario } from './scenarios.queries.ts';

const route = getRouteApi('/inside/scenarios/$scenarioId');

export function ScenarioPage() {
  const { scenarioId } = route.useParams();
  const query = useScenario(scenarioId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(scenario) => <Content key={scenario.revision} scenario={scenario} />}</Loaded>
    </div>
  );
}

function Content({ scenario }: { readonly scenario: ScenarioDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const update = useUpdateScenario(scenario.id);
  const [draft, setDraft] = useState(scenario.draft);
  const [isRemoving, setRemoving] = useState(false);
  const isFixed = scenario.isBuiltIn || !may('manage-scenarios');
  const save = () =>
    update.mutate(
      { draft, revision: scenario.revision },
      { onSuccess: () => notifications.show({ message: t('common.saved') }) },
    );
  return (
    <>
      <PageHeader
        title={scenario.name}
        trail={<Link to="/scenarios">{t('nav.scenarios')}</Link>}
        note={
          <>
            <span>{t('packages.revisionN', { n: scenario.revision })}</span>
            <span>{t('runs.steps', { count: scenario.stepCount })}</span>
            <span>
              {t('common.changed')} <When at={scenario.updatedAt} />
            </span>
            {draft === scenario.draft ? null : <b>{t('common.unsaved')}</b>}
          </>
        }
        actions={
          <>
            {may('operate') ? (
              <ButtonLink
                to="/deployments/new"
                search={{ scenario: scenario.id }}
                leftSection={<IconRocket size={16} />}
              >
                {t('machines.acts.deploy')}
              </ButtonLink>
            ) : null}
            {isFixed ? null : (
              <Button
                variant="default"
                leftSection={<IconTrash size={16} />}
                onClick={() => setRemoving(true)}
              >
                {t('common.delete')}
              </Button>
            )}
          </>
        }
      />
      <ScenarioProblems problems={scenario.problems} steps={scenario.draft.steps} />
      <fieldset disabled={isFixed} className="tk-plain-fieldset">
        <ScenarioEditor
          draft={draft}
          problems={scenario.problems}
          onChange={setDraft}
          onSave={save}
          isSaving={update.isPending}
          error={update.error}
        />
      </fieldset>
      {isRemoving ? <RemoveScenario scenario={scenario} onClose={() => setRemoving(false)} /> : null}
    </>
  );
}

interface RemoveProps {
  readonly scenario: ScenarioDetail;
  readonly onClose: () => void;
}

function RemoveScenario({ scenario, onClose }: RemoveProps) {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const remove = useRemoveScenario();
  return (
    <ConfirmAct
      title={t('scenarios.removeTitle', { name: scenario.name })}
      act={t('common.delete')}
      isDestructive
      onAct={async () => {
        await remove.mutateAsync(scenario.id);
        await navigate({ to: '/scenarios' });
      }}
      onClose={onClose}
    >
      <p>{t('scenarios.removeText')}</p>
    </ConfirmAct>
  );
}
