/** Whatever keeps a machine from its site is told with a way out, in both languages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '@tenkai/agent/assignment/failures.ts';
import { agentFailures } from '@tenkai/agent/failures.ts';
import { noTrouble, troubleOf, waitsForApproval } from '@tenkai/agent/trouble-text.ts';
import { troubleInJapanese, troubleTexts } from '@tenkai/agent/trouble-texts.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { linkFailures } from '@tenkai/protocol/agent/link/failures.ts';
import { RemoteProblem, statusOf, toProblem } from '@tenkai/protocol/problem.ts';
import { enrollmentFailures } from '@tenkai/server/features/enrollment/failures.ts';

/** What the service of the agent may end with before it is connected. */
const own = [
  'agent-not-configured',
  'agent-not-running',
  'agent-settings-invalid',
  'assignment-none',
  'directory-file-unreadable',
  'identity-key-broken',
  'identity-key-foreign',
  'secret-file-open',
  'ticket-missing',
  ...Object.keys(linkFailures),
];
/** What a site answers to a machine that is not let in. */
const ofSite = [...Object.keys(enrollmentFailures), 'agent-token-invalid', 'too-many-requests'];
const params = {
  ...{
    id: 'm-1',
    name: 'n',
    url: 'https://s.example',
    file: '/f',
    limit: 9,
    uses: 1,
    which: 'signing',
    why: 'w',
  },
  ...{ actual: 'aa', expected: 'bb', time: 't', host: 'h', status: 'refused', reason: 'r', seconds: 5 },
};

test('every trouble of the agent has its remedy: in English as it was refused, in Japanese by its code', () => {
  assert.ok(own.length > 15 && ofSite.length > 15, `${own.length}, ${ofSite.length}`);
  const refusal = (code: string) => new Failure(code, params);
  const remote = (code: string) => new RemoteProblem(statusOf(refusal(code)), toProblem(refusal(code)));
  const causes = [...own.map(refusal), ...ofSite.map(remote)];
  for (const cause of causes) {
    const { message, remedy, code } = cause instanceof RemoteProblem ? cause.problem : cause;
    const told = troubleOf(cause);
    assert.equal(told.trouble, `${message} ${remedy}`);
    assert.ok(remedy.length > 10, code);
    assert.equal(told.troubleCode, code);
    const japanese = troubleInJapanese(told);
    assert.notEqual(japanese, told.trouble, code);
    // A sentence that says what is, and one that says what to do.
    assert.match(japanese, /[\u3040-\u30ff].*[。:].*[\u3040-\u30ff]|[\u3040-\u30ff].*: [a-z]/, code);
    assert.doesNotMatch(japanese, /\{\w+\}/, code);
  }
  const known = new Set([...own, ...ofSite, 'agent-failed', 'not-a-tenkai-answer']);
  assert.deepEqual(
    Object.keys(troubleTexts).filter((code) => !known.has(code)),
    [],
    'none is kept for nothing',
  );
  assert.ok(agentFailures);
});

test('what has no code, or comes from a stranger, is told in one plain line with a way out', () => {
  assert.match(troubleOf(new Error('EIO: i/o error')).trouble, /^EIO: i\/o error\. See the log of the agent/);
  const strange = { code: 'x\u001b[2J', message: 'a\nb\u202e', detail: '', remedy: '' };
  const { trouble, troubleCode } = troubleOf(new RemoteProblem(500, strange));
  assert.doesNotMatch(`${trouble}${troubleCode}`, /[\p{Cc}\p{Cf}]/u);
  assert.match(trouble, /See the log of the agent/);
  assert.equal(troubleInJapanese(troubleOf(new RemoteProblem(500, strange))), trouble);
  const named = new RemoteProblem(403, {
    ...strange,
    code: 'ticket-expired',
    params: { name: 'x\u001b]0;evil\u0007', uses: 1 },
  });
  assert.doesNotMatch(troubleInJapanese(troubleOf(named)), /[\p{Cc}\p{Cf}]/u);
  assert.match(troubleInJapanese(waitsForApproval), /承認/);
  assert.equal(noTrouble.trouble, '');
});
