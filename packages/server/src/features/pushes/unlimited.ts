import { Failure } from '@tenkai/domain/failure.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Http } from '../../kernel/http/http.ts';

/** Routes for those alone who may see every machine: a push reaches any, by keys that open all of them. */
export const forUnlimited = (http: Http): Pick<Http, 'route'> => ({
  route: (route, handler) =>
    http.route(route, (input) => {
      requireUnlimited(input.caller);
      return handler(input);
    }),
});

/** @throws Failure not-allowed */
function requireUnlimited({ collectionScope: scope }: Caller) {
  if (scope === null || scope.includes('all')) return;
  const detail = 'a user whose scope is limited to collections cannot push agents';
  throw new Failure('not-allowed', { permission: 'push-agents' }, { detail });
}
