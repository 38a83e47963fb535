import { defineFailures } from '@tenkai/domain/failure.ts';

defineFailures({
  'boundary-range-wrong': {
    kind: 'invalid',
    message: '{range} is neither a subnet nor a range of addresses.',
    remedy: 'Give 10.1.0.0/16, 2001:db8::/32, or both ends such as 10.1.0.5-10.1.0.99, the lower one first.',
  },
  'boundary-server-wrong': {
    kind: 'invalid',
    message: '{address} is no address of a management point.',
    remedy: 'Give https://NAME:PORT, or nothing for this site itself.',
  },
  'boundary-site-unknown': {
    kind: 'invalid',
    message: 'Where the site {siteCode} is was not said.',
    remedy: 'Give the address of its management point; only this site itself needs none.',
  },
  'boundary-taken': {
    kind: 'conflict',
    message: 'The boundary {name} assigns the same addresses already.',
    remedy: 'Change that one, or choose another range.',
  },
  'boundaries-too-many': {
    kind: 'conflict',
    message: 'There are {limit} boundaries already.',
    remedy: 'Put neighbouring ranges together.',
  },
});
