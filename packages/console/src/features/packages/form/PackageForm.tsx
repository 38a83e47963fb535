import { Badge, Button, Tabs } from '@mantine/core';
import type { PackageDraft } from '@tenkai/domain/software/software-package.ts';
import type { TFunction } from 'i18next';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemList } from '../../../ui/ProblemList.tsx';
import type { PickedFile } from '../upload/picked-files.ts';
import { UploadStatus } from '../upload/UploadStatus.tsx';
import { BasicTab } from './BasicTab.tsx';
import { DependencyTab } from './DependencyTab.tsx';
import { DraftProblemsContext, type FormTab, formTabs, lookAtDraft } from './draft-problems.ts';
import { ExecutionTab } from './ExecutionTab.tsx';
import './form.css';
import { PlatformTab } from './PlatformTab.tsx';
import { useSavePackage } from './use-save-package.ts';

/** Content that the package has already. */
export interface KeptContent {
  readonly contentId: string;
  readonly files: readonly { path: string; sizeBytes: number }[];
  readonly folders: readonly string[];
}

interface Props {
  readonly start: PackageDraft;
  readonly kept?: KeptContent;
  /** Undefined: a new package. */
  readonly revision?: number;
  readonly onSaved: (packageId: string) => void;
}

/** A package in four tabs (BPKG-04); saving uploads what was chosen and seals a revision. */
export function PackageForm({ start, kept: keptAtStart, revision, onSaved }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(start);
  const [picked, setPicked] = useState<readonly PickedFile[]>([]);
  const [kept, setKept] = useState(keptAtStart);
  const [tab, setTab] = useState<FormTab>('basic');
  const [isTried, setTried] = useState(false);
  const save = useSavePackage(start.id, revision, onSaved);
  const files = useMemo(
    () =>
      picked.length > 0
        ? picked.map(({ path, file }) => ({ path, sizeBytes: file.size }))
        : (kept?.files ?? []),
    [picked, kept],
  );
  const problems = useMemo(() => lookAtDraft(draft, files, isTried), [draft, files, isTried]);
  const change = (part: Partial<PackageDraft>) => setDraft((before) => ({ ...before, ...part }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const firstWrong = formTabs.find((each) => lookAtDraft(draft, files, true).countOf(each) > 0);
    if (firstWrong) setTab(firstWrong);
    else void save.start({ draft, picked, keptContentId: kept?.contentId ?? null });
  };
  const folders = {
    picked,
    onPick: setPicked,
    paths: files.map(({ path }) => path),
    kept: kept && {
      files: kept.files.length,
      sizeBytes: kept.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      folders: kept.folders,
    },
    onDropKept: () => setKept(undefined),
  };
  return (
    <DraftProblemsContext value={problems}>
      <form onSubmit={submit} noValidate className="tk-stack">
        {save.error ? <ProblemList error={save.error} labelOf={(field) => labelOf(t, field)} /> : null}
        <section className="tk-panel">
          <Tabs value={tab} onChange={(next) => setTab(formTabs.find((each) => each === next) ?? 'basic')}>
            <Tabs.List>
              {formTabs.map((each) => (
                <Tabs.Tab key={each} value={each} rightSection={<Count count={problems.countOf(each)} />}>
                  {t(`packages.tabs.${each}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <div className="tk-panel-body">
              <Tabs.Panel value="basic">
                <BasicTab draft={draft} onChange={change} isNew={revision === undefined} />
              </Tabs.Panel>
              <Tabs.Panel value="execution">
                <ExecutionTab draft={draft} onChange={change} folders={folders} />
              </Tabs.Panel>
              <Tabs.Panel value="platforms">
                <PlatformTab draft={draft} onChange={change} />
              </Tabs.Panel>
              <Tabs.Panel value="dependency">
                <DependencyTab draft={draft} onChange={change} />
              </Tabs.Panel>
            </div>
          </Tabs>
        </section>
        {save.progress ? <UploadStatus progress={save.progress} onCancel={save.cancel} /> : null}
        <div className="tk-row">
          <Button type="submit" loading={save.isBusy}>
            {revision === undefined ? t('packages.create') : t('packages.sealRevision')}
          </Button>
          {isTried && problems.count > 0 ? (
            <span className="tk-field-error" role="alert">
              {t('packages.problemCount', { count: problems.count })}
            </span>
          ) : null}
        </div>
      </form>
    </DraftProblemsContext>
  );
}

function Count({ count }: { readonly count: number }) {
  return count === 0 ? null : (
    <Badge size="sm" color="danger" circle={count < 10}>
      {count}
    </Badge>
  );
}

/** The name of a field as the form shows it: `programs[0].executable` is in the card of that program. */
function labelOf(t: TFunction, field: string): string {
  const name =
    field
      .split(/[.[\]]+/)
      .filter((part) => part !== '' && !/^\d+$/.test(part))
      .at(-1) ?? field;
  const key = `packages.fields.${name}`;
  const label = t(key as never, { defaultValue: field } as never) as unknown as string;
  return label;
}
