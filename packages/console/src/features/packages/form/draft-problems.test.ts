import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lookAtDraft, tabOf } from './draft-problems.ts';
import { newDraft } from './new-draft.ts';

describe('what the form of a package says is wrong', () => {
  it('an empty form is not called wrong before somebody tries to save it', () => {
    const before = lookAtDraft(newDraft, [], false);
    assert.equal(before.countOf('basic') + before.countOf('execution'), 0);
    assert.ok(before.count > 0);
    const after = lookAtDraft(newDraft, [], true);
    assert.ok(after.at('id'));
    assert.ok(after.at('name'));
    assert.ok(after.at('detection'));
  });

  it('63 bytes of an ID are taken, 64 are not, nor are other characters', () => {
    const problem = (id: string) => lookAtDraft({ ...newDraft, id }, [], false).problemAt('id')?.code;
    assert.equal(problem('a'.repeat(63)), undefined);
    assert.equal(problem('a'.repeat(64)), 'too-many-bytes');
    for (const id of ['a.b', 'a b', 'あ', 'Ａ']) assert.equal(problem(id), 'package-id-characters', id);
  });

  it('an executable outside of the added folders is refused, with the file that was meant', () => {
    const [program] = newDraft.programs;
    const draft = { ...newDraft, programs: [{ ...program, executable: 'setup.sh' }] } as typeof newDraft;
    const problem = lookAtDraft(draft, [{ path: 'folder/setup.sh', sizeBytes: 1 }], false);
    assert.equal(problem.problemAt('programs[0].executable')?.suggestion, 'folder/setup.sh');
  });

  it('finds the tab of a field', () => {
    assert.equal(tabOf('programs[0].executable'), 'execution');
    assert.equal(tabOf('targets[2]'), 'platforms');
    assert.equal(tabOf('condition'), 'dependency');
    assert.equal(tabOf('releaseDate'), 'basic');
  });
});
