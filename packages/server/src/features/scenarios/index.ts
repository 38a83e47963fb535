import type { ScenarioDraft, ScenarioProblem } from '@tenkai/domain';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Content } from '../content/index.ts';
import type { Packages } from '../packages/index.ts';
import { lookAtScenario } from './look-at-scenario.ts';
import { addScenarioRoutes } from './scenarios.routes.ts';
import { findScenario, findScenarioRevision, scenarioDraftOf, scenariosWith } from './scenarios.store.ts';
import { saveBuiltInScenario } from './scenarios.ts';

export interface SavedScenario {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly draft: ScenarioDraft;
}

/** What other features may ask about scenarios. */
export interface Scenarios {
  /** The newest revision; undefined where there is none. */
  scenario(id: string): Promise<SavedScenario | undefined>;
  /** A revision as it was saved, the newest where none is named. */
  scenarioRevision(id: string, revision?: number): Promise<SavedScenario | undefined>;
  /** What keeps a draft from being deployed now (severity `error`), and cautions. */
  problemsOf(draft: ScenarioDraft): Promise<ScenarioProblem[]>;
  /** Makes a scenario that nobody can change or delete, or its next revision. @throws Failure already-exists */
  saveBuiltIn(draft: ScenarioDraft): Promise<void>;
  /** Says by name which deployments need a scenario, so that it is not deleted. Called before the server starts. */
  registerUser(usesOf: (scenarioId: string) => Promise<string[]>): void;
}

export function registerScenarios(
  kernel: Kernel,
  { content, packages }: { content: Content; packages: Packages },
): Scenarios {
  const { db, live } = kernel;
  const users: ((scenarioId: string) => Promise<string[]>)[] = [];
  const usesOf = async (id: string) => (await Promise.all(users.map((ask) => ask(id)))).flat();
  const revisionOf = async (id: string, revision?: number): Promise<SavedScenario | undefined> => {
    const row = await findScenario(db.read, id);
    const found = row && (await findScenarioRevision(db.read, id, revision ?? row.revision));
    return found && { id, name: row.name, revision: found.revision, draft: scenarioDraftOf(found) };
  };
  packages.registerUser(async (packageId) =>
    (await scenariosWith(db.read, packageId)).map((row) => ({
      kind: 'scenario',
      id: row.id,
      name: row.name,
    })),
  );
  for (const kind of ['scenarios.changed', 'scenarios.removed'] as const) {
    live.expose(kind, {
      permission: 'view',
      message: ({ scenarioId }: { scenarioId: string }) => ({ topic: 'scenarios', id: scenarioId }),
    });
  }
  const deps = { ...kernel, content, packages, usesOf };
  addScenarioRoutes(deps);
  return {
    scenario: (id) => revisionOf(id),
    scenarioRevision: revisionOf,
    problemsOf: (draft) => lookAtScenario({ content, packages }, draft),
    saveBuiltIn: (draft) => saveBuiltInScenario(deps, draft),
    registerUser: (ask) => void users.push(ask),
  };
}
