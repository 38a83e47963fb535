import { agentPatchTexts } from '@tenkai/domain/agent-patch/failures.ts';
import type { PropertyChange } from '@tenkai/domain/agent-patch/property-diff.ts';
import { fill, type Language } from '../self-service/texts.ts';
import type { PatchPlan } from './apply.ts';
import type { RolledBack } from './roll-back.ts';
import type { Settled } from './settle.ts';
import type { ListedPatch } from './store.ts';

const sentences = {
  applied: { en: '{id} is applied: {title}', ja: '{id} を適用しました: {title}' },
  planned: { en: '{id} would be applied: {title}', ja: '{id} を適用します (確認のみ): {title}' },
  isDone: { en: '{id} is applied already.', ja: '{id} は適用済みです。' },
  replace: { en: 'program {name}: {from} becomes {to}', ja: 'プログラム {name}: {from} → {to}' },
  'keep-newer': {
    en: 'program {name}: {from} is newer than {to} and stays',
    ja: 'プログラム {name}: {from} は {to} より新しいため残します',
  },
  same: { en: 'program {name}: {to} is there', ja: 'プログラム {name}: {to} は適用済みです' },
  kept: { en: 'property {name}: kept', ja: 'プロパティ {name}: 保持' },
  changed: { en: 'property {name}: changed from {from} to {to}', ja: 'プロパティ {name}: {from} → {to}' },
  removed: { en: 'property {name}: removed, was {from}', ja: 'プロパティ {name}: 削除 (以前の値 {from})' },
  added: { en: 'property {name}: added, {to}', ja: 'プロパティ {name}: 追加 {to}' },
  restored: { en: 'program {name}: restored', ja: 'プログラム {name}: 元に戻しました' },
  taken: { en: 'program {name}: taken away', ja: 'プログラム {name}: 削除しました' },
  left: { en: 'program {name}: left as it is', ja: 'プログラム {name}: そのままです' },
  property: { en: 'property {name}: restored', ja: 'プロパティ {name}: 元に戻しました' },
  rolledBack: { en: '{id} was taken back.', ja: '{id} を元に戻しました。' },
  none: { en: 'No patch is applied.', ja: '適用済みのパッチはありません。' },
  repaired: { en: '{id} was applied again.', ja: '{id} を再適用しました。' },
  forgotten: {
    en: '{id} is no longer needed with this version.',
    ja: '{id} はこのバージョンでは不要です。',
  },
  notBelieved: {
    en: '{id} stays as it is: what was kept of it is damaged, or of another site.',
    ja: '{id} はそのままです。保存したパッチが破損しているか、別のサイトのものです。',
  },
  restart: {
    en: 'Restart the service of the agent to use it.',
    ja: '有効にするにはエージェントのサービスを再起動してください。',
  },
  command: { en: 'command: {command}', ja: 'コマンド: {command}' },
  restartMachine: {
    en: 'Restart the machine to complete it.',
    ja: '完了するにはマシンを再起動してください。',
  },
  asOriginal: {
    en: 'What the original would have left of the properties:',
    ja: '従来製品で残るプロパティ:',
  },
} as const;

const say = (code: keyof typeof sentences, language: Language, params: object = {}) =>
  fill(sentences[code][language], { ...params });

const changeText = (change: PropertyChange, language: Language) => say(change.state, language, change);

/** @param plan with `command` where the system's installer does it */
export function planText(
  plan: PatchPlan & { readonly command?: string },
  dryRun: boolean,
  language: Language,
): string {
  if (plan.isDone) return say('isDone', language, plan);
  return [
    say(dryRun ? 'planned' : 'applied', language, plan),
    ...plan.programs.map((one) => say(one.act, language, { ...one, from: one.from ?? '-' })),
    ...plan.properties.map((one) => changeText(one, language)),
    ...(dryRun && plan.command !== undefined ? [say('command', language, { command: plan.command })] : []),
  ].join('\n');
}

export function asOriginalText(changes: readonly PropertyChange[], language: Language): string {
  return [say('asOriginal', language), ...changes.map((one) => changeText(one, language))].join('\n');
}

export function listText(patches: readonly ListedPatch[], language: Language): string {
  if (patches.length === 0) return say('none', language);
  return patches
    .map(
      ({ id, title, state, appliedAt, by }) =>
        `${id}  ${state}${by ? ` (${by})` : ''}  ${appliedAt}  ${title}`,
    )
    .join('\n');
}

export function rolledBackText({ id, programs, properties }: RolledBack, language: Language): string {
  return [
    say('rolledBack', language, { id }),
    ...programs.map((one) => say(one.act, language, one)),
    ...properties.map((name) => say('property', language, { name })),
  ].join('\n');
}

export function settledText({ applied, repaired, forgotten, left }: Settled, language: Language): string {
  return [
    ...repaired.map((id) => say('repaired', language, { id })),
    ...left.map((id) => say('notBelieved', language, { id })),
    ...forgotten.map((id) => say('forgotten', language, { id })),
    ...applied.map((id) => say('applied', language, { id, title: '' }).replace(/: $/, '')),
  ].join('\n');
}

export const restartText = (language: Language, what: 'service' | 'machine' = 'service') =>
  say(what === 'machine' ? 'restartMachine' : 'restart', language);

/** Message and remedy of a refusal in Japanese; the English ones are in the table of failures. */
export function patchProblemText(code: string): readonly [string, string] | undefined {
  return agentPatchTexts[code as keyof typeof agentPatchTexts]?.ja;
}
