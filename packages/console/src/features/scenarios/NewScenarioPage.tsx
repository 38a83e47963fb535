import { getRouteApi, Link } from '@tanstack/react-router';
import type { ScenarioDraft } from '@tenkai/domain/scenario/scenario.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { newScenario, newStep } from './new-step.ts';
import { ScenarioEditor } from './ScenarioEditor.tsx';
import { useCreateScenario } from './scenarios.queries.ts';

const route = getRouteApi('/inside/scenarios/new');

/** シナリオ追加 (BSCN-02). */
export function NewScenarioPage() {
  const { t } = useTranslation();
  const { package: packageId } = route.useSearch();
  const navigate = route.useNavigate();
  const create = useCreateScenario();
  const [draft, setDraft] = useState<ScenarioDraft>(() => {
    if (packageId === undefined) return newScenario;
    const step = newStep('install-package', packageId);
    return { ...newScenario, name: packageId, steps: [{ ...step, packageId } as typeof step] };
  });
  const save = () =>
    create.mutate(draft, {
      onSuccess: ({ id }) => void navigate({ to: '/scenarios/$scenarioId', params: { scenarioId: id } }),
    });
  return (
    <div className="tk-page">
      <PageHeader
        title={t('palette.newScenario')}
        trail={<Link to="/scenarios">{t('nav.scenarios')}</Link>}
      />
      <ScenarioEditor
        draft={draft}
        problems={[]}
        onChange={setDraft}
        onSave={save}
        isSaving={create.isPending}
        error={create.error}
      />
    </div>
  );
}
