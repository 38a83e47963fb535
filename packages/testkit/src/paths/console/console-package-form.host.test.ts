import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import type { Locator, Page } from 'playwright-core';
import { atEnd } from '../../at-end.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { watchPage } from '../../console/watch-page.ts';
import { until } from '../../rig/until.ts';

const texts = textsOf.ja;

interface Scene {
  readonly site: { readonly url: string };
  readonly page: Page;
}

/** By the requirement that each shows to hold. */
const checks: readonly (readonly [string, (scene: Scene, t: TestContext) => Promise<void>])[] = [
  ['BPKG-04: the form of a package has four tabs with every field', packageTabs],
  ['BPKG-09: a wrong release date is corrected only with consent', dateSuggestion],
  ['BPKG-11: the counter counts UTF-8 bytes, and agrees with the limit', byteCounter],
  [
    'BCON-17, BPKG-40: a package with files, an INF that is corrected, scripts and conditions needs no other tool',
    wholePackage,
  ],
  ['BCON-20: what an urgency means is shown at the field', urgencyTable],
];

describe('the form of a package', { skip: noBrowser }, () => {
  it('holds what the requirements ask of it', async (t) => {
    const site = await startConsoleSite(t);
    const page = await (await startBrowser(t, { language: 'ja', ca: site.ca })).newPage();
    page.setDefaultTimeout(30_000);
    const watch = watchPage(page);
    await setUp(page, site, 'ja');
    for (const [title, check] of checks) await t.test(title, (inner) => check({ site, page }, inner));
    watch.assertQuiet();
  });
});

async function packageTabs({ site, page }: Scene): Promise<void> {
  const { tabs, fields, targets, condition, detection } = texts.packages;
  await page.goto(`${site.url}/packages/new`);
  await page.getByRole('tab').first().waitFor();
  assert.deepEqual(await page.getByRole('tab').allTextContents(), [
    '基本',
    '実行設定',
    '対応OSと言語',
    '依存情報',
  ]);
  const labelled = async (...names: string[]) => {
    for (const name of names) {
      const panel = page.getByRole('tabpanel');
      const [box, list, tick] = (['textbox', 'combobox', 'checkbox'] as const).map((role) =>
        panel.getByRole(role, { name, exact: true }),
      ) as [Locator, Locator, Locator];
      const field = box.or(list).or(tick).first();
      await field.waitFor({ timeout: 5000 }).catch(() => assert.fail(`there is no field ${name}`));
    }
  };
  await labelled(
    fields.id,
    fields.publisher,
    fields.releaseDate,
    fields.summary,
    fields.type,
    fields.urgency,
  );
  await labelled(fields.advisoryId, fields.identification, fields.majorVersion, fields.minorVersion);
  await page.getByRole('tab', { name: tabs.execution }).click();
  await page.getByRole('button', { name: texts.packages.addFolder }).waitFor();
  await page.getByText('追加されたフォルダ', { exact: true }).waitFor();
  await labelled(fields.executable, fields.parameters, fields.restartAfterInstall, fields.standalone);
  await labelled(fields.maxRunTime, fields.before, fields.after);
  await page.getByRole('button', { name: detection.add }).waitFor();
  await page.getByRole('tab', { name: tabs.platforms }).click();
  await labelled(targets.operatingSystem, targets.language, targets.architecture);
  await labelled(`${targets.base} (任意)`, `${targets.absorbed} (任意)`);
  await page.getByRole('button', { name: texts.common.add }).click();
  await page.getByRole('button', { name: /^linux any any を削除$/ }).click();
  await page.getByRole('tab', { name: tabs.dependency }).click();
  await page.getByRole('button', { name: texts.conditions.add }).click();
  await page.getByRole('menuitem', { name: condition.kinds.registry }).click();
  await labelled(
    condition.registryKey,
    `${condition.registryName} (任意)`,
    `${condition.registryData} (任意)`,
  );
  await labelled(`${condition.registryType} (任意)`, condition.condition);
  const operator = page.getByRole('combobox', { name: condition.condition, exact: true });
  assert.equal(await operator.inputValue(), '存在する');
}

async function dateSuggestion({ site, page }: Scene): Promise<void> {
  await page.goto(`${site.url}/packages/new`);
  const date = page.getByRole('textbox', { name: texts.packages.fields.releaseDate });
  await date.fill('2013/02/30');
  await page.getByText(/実在する日付を YYYY\/MM\/DD/).waitFor();
  assert.equal(await date.inputValue(), '2013/02/30');
  await page.getByRole('button', { name: '2013/02/28 にする' }).click();
  assert.equal(await date.inputValue(), '2013/02/28');
}

async function byteCounter({ site, page }: Scene): Promise<void> {
  await page.goto(`${site.url}/packages/new`);
  const publisher = page.getByRole('textbox', { name: texts.packages.fields.publisher });
  const tooLong = page.getByText('UTF-8 で 127 バイト以内で入力してください (現在 129 バイト)。');
  await publisher.fill('あ'.repeat(42));
  await page.getByText('126 / 127 バイト (UTF-8)').waitFor();
  assert.equal(await tooLong.count(), 0);
  await publisher.fill('あ'.repeat(43));
  await page.getByText('129 / 127 バイト (UTF-8)').waitFor();
  await tooLong.waitFor();
}

async function wholePackage({ site, page }: Scene, t: TestContext): Promise<void> {
  const { fields, tabs, detection, condition } = texts.packages;
  const folder = await folderWithInf(t);
  const box = (name: string) => page.getByRole('textbox', { name, exact: true });
  await page.goto(`${site.url}/packages/new`);
  await box(fields.id).fill('XPSP2');
  await box(fields.name).fill('Windows XP SP2');
  await page.getByRole('tab', { name: tabs.execution }).click();
  await page.locator('input[webkitdirectory]').setInputFiles(folder);
  await page.getByRole('combobox', { name: fields.executable }).fill('sp/install.cmd');
  await page.keyboard.press('Escape');
  const dialog = page.getByRole('dialog');
  await shiftJisKept(page, dialog);
  await page.getByRole('button', { name: 'sp/netfw.inf を編集' }).click();
  await dialog.getByRole('button', { name: texts.packages.openFirewall }).click();
  const inf = dialog.getByRole('textbox', { name: 'sp/netfw.inf' });
  await until('the site has opened it', async () => (await inf.inputValue()).includes('rupdsvc.exe'));
  await inf.fill(`${await inf.inputValue()}; checked\n`);
  const wanted = `${(await inf.inputValue()).replaceAll('\n', '\r\n')}`;
  await dialog.getByRole('button', { name: texts.packages.keepEdit }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: detection.add }).click();
  await page.getByRole('menuitem', { name: detection.file, exact: true }).click();
  await box(detection.path).fill('C:\\WINDOWS\\sp2.txt');
  await box(fields.before).fill('echo before');
  await box(fields.after).fill('echo after');
  await page.getByRole('tab', { name: tabs.dependency }).click();
  await page.getByRole('button', { name: texts.conditions.add }).click();
  await page.getByRole('menuitem', { name: condition.kinds.registry }).click();
  await box(condition.registryKey).fill('HKLM\\SOFTWARE\\Tenkai');
  await page.getByRole('button', { name: texts.packages.create }).click();
  await page.getByRole('heading', { level: 1, name: /Windows XP SP2/ }).waitFor();
  const { draft, files } = (await page.evaluate(async () =>
    (await fetch('/api/v1/packages/XPSP2')).json(),
  )) as PackageDetail;
  assert.equal(
    files.find(({ path }) => path === 'sp/netfw.inf')?.sha256,
    createHash('sha256').update(wanted).digest('hex'),
    'the file as it was corrected, with the line ends that it had',
  );
  assert.deepEqual(
    [draft.before?.text, draft.after?.text, draft.detection.length, draft.programs[0]?.executable],
    ['echo before', 'echo after', 1, 'sp/install.cmd'],
  );
  assert.match(JSON.stringify(draft.condition), /HKLM.*SOFTWARE.*Tenkai/);
}

/** A file that is not UTF-8: it can be read, and nothing is saved that would change what was not touched. */
async function shiftJisKept(page: Page, dialog: Locator): Promise<void> {
  const { editNotUtf8, keepEdit, showShiftJis } = texts.packages;
  await page.getByRole('button', { name: 'sp/old.txt を編集' }).click();
  const text = dialog.getByRole('textbox', { name: 'sp/old.txt' });
  const save = dialog.getByRole('button', { name: keepEdit });
  const asShiftJis = dialog.getByRole('switch', { name: showShiftJis });
  await asShiftJis.setChecked(true, { force: true });
  await until('it is shown as its writer saw it', async () => (await text.inputValue()) === 'テ\n');
  assert.equal(await text.isEditable(), false);
  await asShiftJis.setChecked(false, { force: true });
  await text.fill('値\n');
  await dialog.getByText(editNotUtf8).waitFor();
  assert.equal(await save.isDisabled(), true);
  await text.fill('x\n');
  await until('it can be saved', () => save.isEnabled());
  await dialog.getByRole('button', { name: texts.common.cancel }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function folderWithInf(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'tenkai-inf-'));
  atEnd(t, () => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, 'sp');
  await mkdir(folder);
  await writeFile(join(folder, 'install.cmd'), 'echo installed\r\n');
  await writeFile(join(folder, 'old.txt'), Buffer.from([0x83, 0x65, 0x0d, 0x0a]));
  const sections = ['DomainProfile', 'StandardProfile'].map((name) => `[ICF.AddReg.${name}]\r\n`);
  await writeFile(join(folder, 'netfw.inf'), `[version]\r\n${sections.join('')}`);
  return folder;
}

async function urgencyTable({ site, page }: Scene): Promise<void> {
  await page.goto(`${site.url}/packages/new`);
  const rows = page.getByRole('table', { name: texts.packages.urgencyTable.caption }).getByRole('row');
  await rows.first().waitFor();
  const cells = await rows.evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent).join(' | ')),
  );
  assert.deepEqual(cells, [
    '緊急度 | 電源ONのマシン | 電源OFFのマシン',
    '最高 | 該当するマシンへ直ちに配信 | 起動時に判定して配信',
    '高 | サーバーで設定した時刻に配信 | 起動時に判定して配信',
    '一般 | シナリオによる配信のみ | シナリオによる配信のみ',
    '低 | シナリオによる配信のみ | シナリオによる配信のみ',
  ]);
  const urgency = page.getByRole('combobox', { name: texts.packages.fields.urgency });
  assert.equal(await urgency.inputValue(), '一般');
  await urgency.click();
  await page.getByRole('option', { name: '最高' }).click();
  await page.getByText(texts.packages.urgencyTable.caution).waitFor();
}
