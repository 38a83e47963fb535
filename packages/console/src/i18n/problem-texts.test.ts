import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import i18next from 'i18next';
import { texts as en } from './en/index.ts';
import { texts as ja } from './ja/index.ts';
import { problemTexts, reasonText, statusText } from './problem-texts.ts';

before(() =>
  i18next.init({
    lng: 'ja',
    resources: { ja: { console: ja }, en: { console: en } },
    ns: ['console'],
    defaultNS: 'console',
    interpolation: { prefix: '{', suffix: '}', escapeValue: false },
  }),
);

describe('sentences for the codes of the site', () => {
  it('puts the words of the system into the language on the screen', () => {
    const texts = problemTexts({
      code: 'not-found',
      message: 'There is no package nginx.',
      detail: '',
      remedy: '',
      params: { what: 'package', id: 'nginx' },
    });
    assert.equal(texts.message, 'パッケージ nginx が見つかりません。');
  });

  it('shows bytes as people read them', () => {
    const params = { path: '/var', freeBytes: 1024, neededBytes: 5 * 1024 ** 3 };
    const { message } = problemTexts({ code: 'disk-full', message: '', detail: '', remedy: '', params });
    assert.equal(message, '/var のディスクの空きは 1 KiB ですが、5 GiB が必要です。');
  });

  it('keeps a parameter that is called like an option of the library', () => {
    const text = reasonText({ code: 'more-than-concurrency', params: { count: 12, concurrency: 5 } });
    assert.match(text, /^12 台.*5 台/);
  });

  it('puts the reason of a failed run into its message', () => {
    const text = statusText({ code: 'run-failed', params: { reason: 'exit-code', exitCode: 3 } });
    assert.equal(text, '実行が失敗しました: プログラムが終了コード 3 で終了しました。');
  });

  it('says what keeps a machine from multicast, and not its code', () => {
    const blocked = { problem: 'blocked', detail: 'send EPERM' };
    const text = reasonText({ code: 'unicast-cannot-join', params: blocked });
    assert.match(text, /自身のファイアウォールがグループへの送信を遮断しています: send EPERM/);
    const unfit = { network: '10.0.0.0/24', problem: 'battery, disk' };
    assert.match(
      reasonText({ code: 'unicast-no-representative', params: unfit }),
      /バッテリー駆動, ディスクの空き不足/,
    );
    const unknown = { problem: 'battery, of-a-newer-site', network: '10.0.0.0/24' };
    assert.match(
      reasonText({ code: 'unicast-no-representative', params: unknown }),
      /battery, of-a-newer-site/,
    );
  });

  it("falls back to the site's own sentence, then to the code", () => {
    const problem = { code: 'of-a-newer-site', message: 'Something new.', detail: '', remedy: 'Do it.' };
    assert.deepEqual(problemTexts(problem), { message: 'Something new.', remedy: 'Do it.' });
    assert.equal(reasonText({ code: 'of-a-newer-site' }), 'of-a-newer-site');
    assert.equal(statusText({ code: 'a.b', message: 'It happened.', params: {} }), 'It happened.');
  });
});
