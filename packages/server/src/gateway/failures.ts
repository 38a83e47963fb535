import { defineFailures } from '@tenkai/domain/failure.ts';

export const gatewayFailures = defineFailures({
  overloaded: {
    kind: 'unavailable',
    message: 'The site has more to do than it can take at the moment.',
    remedy: 'Agents come again by themselves. Where this repeats, give the server more processors.',
  },
  'site-process-away': {
    kind: 'unavailable',
    message: 'The process of the site does not answer.',
    remedy: 'It is probably starting again; try in a minute, and look into the server log.',
  },
});
