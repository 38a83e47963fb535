import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  firstComparison,
  fromBuilt,
  queryProblem,
  toBuilt,
  withAttribute,
  withOperator,
} from './query-builder.ts';

describe('the query builder', () => {
  it('shows a joined query as rows and writes the same query again', () => {
    const query = 'os.id = "debian" and os.version >= "12" and software has "nginx"';
    const built = toBuilt(query);
    assert.equal(built?.comparisons.length, 3);
    assert.equal(built && fromBuilt(built), query);
  });

  it('leaves what it cannot show to the text', () => {
    assert.equal(toBuilt('os.id = debian and (os.version = 11 or os.version = 12)'), undefined);
    assert.equal(toBuilt('not os.id = debian'), undefined);
    assert.equal(toBuilt('os.id ='), undefined);
  });

  it('starts with no rows', () => {
    assert.deepEqual(toBuilt('  '), { join: 'and', comparisons: [] });
    assert.equal(fromBuilt({ join: 'and', comparisons: [] }), '');
  });

  it('says where a query cannot be read', () => {
    assert.equal(queryProblem('os.id = debian and')?.code, 'query-syntax');
    const problem = queryProblem('os.id = debian und os.version = 12');
    assert.equal(problem?.code, 'query-syntax');
    assert.equal(problem?.params.position, 16);
    assert.equal(queryProblem('os.id = debian'), undefined);
  });

  it('keeps only what fits when attribute or operator change', () => {
    const contains = { ...firstComparison, operator: 'contains' as const, values: ['x'] };
    const number = withAttribute(contains, 'hardware.memoryBytes');
    assert.equal(number.operator, '=');
    assert.deepEqual(withAttribute(contains, 'software.version').attribute, {
      name: 'software.version',
      key: '',
    });
    assert.deepEqual(withOperator(contains, 'exists').values, []);
    assert.deepEqual(withOperator(withOperator(contains, 'exists'), 'in').values, ['']);
  });
});
